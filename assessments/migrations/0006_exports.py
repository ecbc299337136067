"""A clinic's data as a file, written in the background."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("assessments", "0005_erasure")]

    operations = []
