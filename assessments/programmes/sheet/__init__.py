"""The runner's printed sheet."""
