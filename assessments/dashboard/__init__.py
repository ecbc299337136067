"""What opens after signing in: worklist, one runner's page with charts, settings."""
