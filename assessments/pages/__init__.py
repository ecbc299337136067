"""The dashboard's clinical pages, on the services that the API uses."""
