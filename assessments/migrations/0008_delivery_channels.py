"""Deliveries by more than mail."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("assessments", "0007_life_of_an_escalation")]

    operations = []
