"""Running the service: rotation of secrets."""
