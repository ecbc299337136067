"""What the sweep and the monitors ask across clinics."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("assessments", "0008_delivery_channels")]

    operations = []
