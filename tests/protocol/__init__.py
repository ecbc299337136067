"""Tests of the pure protocol: no database, no Django."""
