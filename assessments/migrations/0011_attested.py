"""Which findings somebody ruled out together, and answers for."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("assessments", "0010_programmes")]

    operations = [
        migrations.AddField(
            model_name="assessment",
            name="attested",
            field=models.JSONField(
                db_default=[],
                default=list,
                help_text="Findings that whoever recorded it ruled out together, by screen; each is an answer too.",
            ),
        ),
    ]
