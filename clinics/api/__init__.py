"""The HTTP edge of clinics: thin serializers and views."""
