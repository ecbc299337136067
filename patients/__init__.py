"""About whom: the runner, with a running profile."""
