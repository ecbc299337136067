"""Who read a record, and who changed it."""
