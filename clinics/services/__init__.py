"""Use cases of clinics."""
