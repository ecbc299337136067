"""The one way out of the service."""
