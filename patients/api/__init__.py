"""The HTTP edge of patients: thin serializers and views."""
