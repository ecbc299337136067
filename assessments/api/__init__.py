"""The HTTP edge of assessments: thin serializers and views."""
