"""The composition root: settings, URLs, Celery, the private servers. It knows every app, decides nothing."""

# Whoever imports Django's settings gets the configured Celery application with them.
from backend.celery import app as celery_app

__all__ = ["celery_app"]
