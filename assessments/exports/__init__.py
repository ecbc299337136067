"""A clinic's data as a file; the changes feed."""
