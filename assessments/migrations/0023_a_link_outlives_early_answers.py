"""Answers that came too early don't answer the check, so their link stays good for it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("assessments", "0022_unclear_checks")]

    operations = [migrations.RemoveConstraint(model_name="checkinlink", name="a_used_link_has_ended")]
