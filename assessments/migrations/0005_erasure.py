"""The one narrow way past rows that never change: erasure."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("assessments", "0004_changes"), ("patients", "0004_erasure")]

    operations = []
