"""Services that page a clinic's people."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("clinics", "0007_on_call_rota")]

    operations = []
