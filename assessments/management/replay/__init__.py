"""What `manage.py replay` reads and prints."""
