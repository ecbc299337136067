"""What turns openapi.yaml into clients: the generators vendors use, and the two packages that we publish."""
