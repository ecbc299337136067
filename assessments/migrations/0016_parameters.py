"""A clinic's own thresholds, and the previews they were decided on."""

import backend.platform.storage.columns
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, insert_only, protect


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0015_check_in_links'),
        ('clinics', '0009_signed_clients'),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ParameterPreview',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('based_on', models.PositiveIntegerField()),
                ('values', models.JSONField()),
                ('changes', models.JSONField()),
                ('report', models.JSONField()),
                ('protocol_version', models.CharField(max_length=20)),
                ('protocol_hash', models.CharField(max_length=80)),
                ('created_at', models.DateTimeField()),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parameter_previews', to='clinics.clinic')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinics.membership')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ParameterSet',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(help_text="1 for the clinic's first, and no gaps.")),
                ('values', models.JSONField()),
                ('protocol_version', models.CharField(max_length=20)),
                ('protocol_hash', models.CharField(max_length=80)),
                ('looser', models.BooleanField(help_text='Some value is less cautious than what held before.')),
                ('reason', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parameter_sets', to='clinics.clinic')),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinics.membership')),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinics.membership')),
                ('preview', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='became', to='assessments.parameterpreview')),
            ],
        ),
        migrations.AddField(
            model_name='assessment',
            name='parameter_set',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='assessments.parameterset'),
        ),
        migrations.AddConstraint(
            model_name='parameterset',
            constraint=models.UniqueConstraint(fields=('clinic', 'number'), name='one_parameter_set_per_number'),
        ),
        migrations.AddConstraint(
            model_name='parameterset',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='parameter_set_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='parameterset',
            constraint=models.CheckConstraint(condition=models.Q(('looser', False), ('lead__isnull', False), _connector='OR'), name='looser_parameters_have_a_lead'),
        ),
        protect("assessments_parameterpreview"),
        protect("assessments_parameterset"),
        append_only("assessments_parameterpreview"),
        append_only("assessments_parameterset"),
        insert_only("assessments_parameterpreview"),
        insert_only("assessments_parameterset"),
    ]
