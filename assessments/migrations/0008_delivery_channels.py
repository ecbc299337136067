"""Deliveries by more than mail, and the history of every try."""

import backend.platform.storage.columns
import django.db.models.deletion
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, protect


class Migration(migrations.Migration):

    dependencies = [("assessments", "0007_life_of_an_escalation")]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='name',
            field=models.CharField(blank=True, help_text="The service's, as it was then.", max_length=100),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='channel',
            field=models.CharField(choices=[('email', 'E-mail'), ('on_call_service', 'On-call service')], default='email', max_length=20),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='state',
            field=models.CharField(choices=[('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed, to be tried again'), ('refused', 'Refused for good')], default='sending', max_length=20),
        ),
        migrations.CreateModel(
            name='DeliveryAttempt',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(help_text='When it was begun.')),
                ('latency_ms', models.PositiveIntegerField(help_text='Until it was accepted, refused or given up.')),
                ('result', models.CharField(choices=[('sent', 'Sent'), ('failed', 'Failed for the moment'), ('refused', 'Refused for good')], max_length=20)),
                ('reason', models.CharField(blank=True, help_text='The kind of failure.', max_length=200)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delivery_attempts', to='clinics.clinic')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='assessments.delivery')),
            ],
            options={
                'indexes': [models.Index(fields=['delivery', 'at'], name='delivery_history')],
            },
        ),
        protect("assessments_deliveryattempt"),
        append_only("assessments_deliveryattempt"),
    ]
