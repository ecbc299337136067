"""The worklist, a runner's page, settings."""
