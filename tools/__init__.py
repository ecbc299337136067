"""What stands behind the Makefile: running, testing and checking the project."""
