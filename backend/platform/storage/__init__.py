"""Tenancy, row-level security, history, columns, due work, several rows at once."""
