"""A patient whose person has been forgotten."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("patients", "0003_history"), ("clinics", "0008_on_call_services")]

    operations = []
