"""Who is on call when, and the ladder of each urgency."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("clinics", "0006_members_and_clients")]

    operations = []
