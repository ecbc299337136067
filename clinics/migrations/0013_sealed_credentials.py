"""Nothing in the database opens a door by being read: second factors sealed, sessions and codes as hashes.

Whoever is signed in signs in again, and a code that is a minute old at most is asked for again: what was in
clear can't be told from what was copied. Authenticators go on: their seeds are sealed here.
"""

import clinics.sign_in.models
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backend.platform.secrets import encrypt

_SEEDS = "SELECT user_id, key, drift, last_t FROM otp_totp_totpdevice WHERE confirmed"


def seal_seeds(apps, schema_editor):
    """Seal what the earlier table holds in clear, then drop it; raises ``NoEncryptionKeyError``."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('otp_totp_totpdevice')")
        if cursor.fetchone()[0] is None:
            return
        cursor.execute(_SEEDS)
        earlier = cursor.fetchall()
    known = apps.get_model("clinics", "Authenticator").objects
    for user_id, seed, drift, last_t in earlier:
        known.create(
            user_id=user_id, name="authenticator", sealed_seed=encrypt(seed), drift=drift, last_t=last_t
        )
    schema_editor.execute("DROP TABLE otp_totp_totpdevice")


class Migration(migrations.Migration):

    dependencies = [
        ('clinics', '0012_cds_patient_system'),
        ('oauth2_provider', '0022_refreshtoken_token_family_index'),
        ('sessions', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='browsers_known_since',
            field=models.DateTimeField(blank=True, help_text="Browsers of before it count as strangers' again.", null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='password_reset_due_at',
            field=models.DateTimeField(blank=True, help_text='When a mail with the link is to be sent; empty when none is.', null=True),
        ),
        migrations.CreateModel(
            name='Allowance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('destination', models.CharField(help_text='A keyed hash of it.', max_length=64)),
                ('day', models.DateField()),
                ('used', models.PositiveIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['day'], name='allowance_age')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'destination', 'day'), name='one_allowance_per_day')],
            },
        ),
        migrations.CreateModel(
            name='Authenticator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The human-readable name of this device.', max_length=64)),
                ('confirmed', models.BooleanField(default=True, help_text='Is this device ready for use?')),
                ('throttling_failure_timestamp', models.DateTimeField(blank=True, default=None, help_text='A timestamp of the last failed verification attempt. Null if last attempt succeeded.', null=True)),
                ('throttling_failure_count', models.PositiveIntegerField(default=0, help_text='Number of successive failed attempts.')),
                ('created_at', models.DateTimeField(auto_now_add=True, help_text='The date and time when this device was initially created in the system.', null=True)),
                ('last_used_at', models.DateTimeField(blank=True, help_text='The most recent date and time this device was used.', null=True)),
                ('sealed_seed', models.TextField(default=clinics.sign_in.models.new_seed)),
                ('drift', models.SmallIntegerField(default=0, help_text='Steps by which its clock is known to differ.')),
                ('last_t', models.BigIntegerField(default=-1, help_text='Step of the last code taken: the next is later.')),
                ('user', models.ForeignKey(help_text='The user that this device belongs to.', on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.RunSQL("DELETE FROM django_session; DELETE FROM oauth2_provider_grant", migrations.RunSQL.noop),
        migrations.RunPython(seal_seeds, migrations.RunPython.noop),
    ]
