"""Breaches, supersession, chasers of referrals and tasks."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("assessments", "0006_exports")]

    operations = []
