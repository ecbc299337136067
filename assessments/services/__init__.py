"""Use cases: verb phrases, keyword-only, one transaction each."""
