"""The access log: one function writes it, so that the entries of a clinic take turns and form one chain."""

import backend.platform.storage.columns
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, insert_only, protect

# The head's row is the lock; each statement here sees what was committed while it waited. The text that is
# hashed is that of clinics.access_log.services.entry_hash, a line for each field.
LOG_ACCESS = """
CREATE FUNCTION log_access(
    of_clinic uuid, moment timestamptz, patients uuid[], of_user uuid, of_client uuid,
    of_action text, of_purpose text, of_request text
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    head clinics_accessloghead;
    one uuid;
    link text;
BEGIN
    SELECT * INTO head FROM clinics_accessloghead WHERE clinic_id = of_clinic FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO clinics_accessloghead (clinic_id, sequence, hash) VALUES (of_clinic, 0, '')
            ON CONFLICT DO NOTHING;
        SELECT * INTO head FROM clinics_accessloghead WHERE clinic_id = of_clinic FOR UPDATE;
    END IF;
    FOREACH one IN ARRAY patients LOOP
        head.sequence := head.sequence + 1;
        link := encode(sha256(convert_to(concat_ws(E'\\n',
            head.hash, head.sequence, of_clinic,
            to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            one, coalesce(of_user::text, ''), coalesce(of_client::text, ''),
            of_action, of_purpose, of_request
        ), 'UTF8')), 'hex');
        INSERT INTO clinics_accesslogentry (
            id, clinic_id, sequence, at, patient_id, user_id, client_id, action, purpose, request_id,
            previous_hash, hash
        ) VALUES (
            gen_random_uuid(), of_clinic, head.sequence, moment, one, of_user, of_client, of_action, of_purpose,
            of_request, head.hash, link
        );
        head.hash := link;
    END LOOP;
    UPDATE clinics_accessloghead SET sequence = head.sequence, hash = head.hash WHERE clinic_id = of_clinic;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('clinics', '0002_row_level_security'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessLogHead',
            fields=[
                ('clinic', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='access_log_head', serialize=False, to='clinics.clinic')),
                ('sequence', models.PositiveBigIntegerField(default=0)),
                ('hash', models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='AccessLogEntry',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('sequence', models.PositiveBigIntegerField(help_text="1 for the clinic's first entry, and no gaps.")),
                ('at', models.DateTimeField()),
                ('patient_id', models.UUIDField(help_text='No foreign key: the entry outlives whatever becomes of the row.')),
                ('action', models.CharField(help_text='Method and name of the route.', max_length=100)),
                ('purpose', models.CharField(blank=True, help_text="In the caller's words.", max_length=200)),
                ('request_id', models.CharField(max_length=64)),
                ('previous_hash', models.CharField(blank=True, max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='access_log', to='clinics.clinic')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'access log entries',
                'indexes': [models.Index(fields=['clinic', 'patient_id', 'sequence'], name='access_log_of_patient')],
                'constraints': [models.UniqueConstraint(fields=('clinic', 'sequence'), name='one_access_log_entry_per_place')],
            },
        ),
        protect('clinics_accesslogentry'),
        protect('clinics_accessloghead'),
        append_only('clinics_accesslogentry'),
        insert_only('clinics_accesslogentry'),
        migrations.RunSQL(LOG_ACCESS, 'DROP FUNCTION log_access;'),
    ]
