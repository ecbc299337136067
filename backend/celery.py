"""The Celery application: workers carry out what PostgreSQL says is due."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")

app = Celery("return_to_run")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# The current application is one per thread; the web server's threads must find this one too.
app.set_default()
