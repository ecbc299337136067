"""People and software that a clinic's admin looks after."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("clinics", "0005_history")]

    operations = []
