"""The application that the web server serves."""

from backend.platform.edge.front import Front
from backend.wsgi import application as django_application

application = Front(django_application)
