"""Draft, release and go through a programme; record runs; say whether to run."""
