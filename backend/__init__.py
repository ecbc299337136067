"""The composition root: settings, URLs, Celery and the private servers. It knows every app and decides nothing."""
