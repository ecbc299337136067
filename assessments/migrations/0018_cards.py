"""Cards of CDS Hooks that were handed out, and what people made of them."""

import backend.platform.storage.columns
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, definer_function, erasable, insert_only, protect

# A card that nobody answered goes when its time is over; none is ever changed.
NEVER_CHANGED = """
CREATE TRIGGER never_changed BEFORE UPDATE ON assessments_card FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

# The rest of erase_patient, in its transaction: only for a patient of the transaction's own clinic who is erased.
ERASE_FEEDBACK = """
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (
        SELECT FROM patients_patient
        WHERE id = of_patient AND clinic_id = current_clinic() AND erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'no such erased patient' USING ERRCODE = 'no_data_found';
    END IF;
    PERFORM set_config('app.erasing', 'yes', true);
    RETURN QUERY WITH theirs AS (
        SELECT feedback.id FROM assessments_cardfeedback feedback
        JOIN assessments_card card ON card.id = feedback.card_id WHERE card.patient_id = of_patient
    ), blank AS (
        UPDATE assessments_cardfeedback SET comment = '[erased]'
        WHERE id IN (SELECT id FROM theirs) AND comment <> '' RETURNING 1
    ) SELECT count(*), (SELECT count(*) FROM theirs) FROM blank;
    PERFORM set_config('app.erasing', '', true);
END
"""


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0017_webhook_figures'),
        ('clinics', '0012_cds_patient_system'),
        ('patients', '0004_erasure'),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Card',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('service', models.CharField(max_length=40)),
                ('decision', models.CharField(choices=[('continue_running', 'continue_running'), ('adjust_running', 'adjust_running'), ('insufficient_information', 'insufficient_information'), ('stop_and_rehab', 'stop_and_rehab'), ('stop_running_clearance_required', 'stop_running_clearance_required'), ('refer_urgent', 'refer_urgent'), ('refer_emergency', 'refer_emergency')], max_length=40)),
                ('urgency', models.CharField(choices=[('none', 'none'), ('routine', 'routine'), ('within_2_weeks', 'within_2_weeks'), ('complete_screen_now', 'complete_screen_now'), ('same_day', 'same_day'), ('emergency_now', 'emergency_now')], max_length=30)),
                ('protocol_version', models.CharField(max_length=20)),
                ('suggestions', models.JSONField(default=list, help_text='The ids of its suggestions.')),
                ('shown_at', models.DateTimeField()),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cards', to='clinics.clinic')),
                ('patient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cards', to='patients.patient')),
            ],
        ),
        migrations.CreateModel(
            name='CardFeedback',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('outcome', models.CharField(choices=[('accepted', 'Accepted'), ('overridden', 'Overridden')], max_length=10)),
                ('suggestions', models.JSONField(default=list, help_text='The ids of those that were accepted.')),
                ('reason', models.CharField(blank=True, choices=[('already-referred-today', 'Already referred today'), ('excluded-by-imaging', 'Excluded by imaging'), ('recorded-in-error', 'Recorded in error')], max_length=30)),
                ('comment', models.TextField(blank=True)),
                ('outcome_at', models.DateTimeField(help_text='When it was done, as the other system says.')),
                ('received_at', models.DateTimeField()),
                ('card', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='feedback', to='assessments.card')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='card_feedback', to='clinics.clinic')),
            ],
        ),
        migrations.AddIndex(
            model_name='card',
            index=models.Index(fields=['clinic', 'shown_at'], name='cards_by_age'),
        ),
        migrations.AddConstraint(
            model_name='cardfeedback',
            constraint=models.UniqueConstraint(fields=('card', 'outcome', 'outcome_at'), name='one_feedback_per_act'),
        ),
        migrations.AddConstraint(
            model_name='cardfeedback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'overridden'), ('suggestions', [])), models.Q(('comment', ''), ('outcome', 'accepted'), ('reason', '')), _connector='OR'), name='a_reason_is_for_overriding'),
        ),
        protect("assessments_card"),
        migrations.RunSQL(NEVER_CHANGED, "DROP TRIGGER never_changed ON assessments_card;"),
        protect("assessments_cardfeedback"),
        append_only("assessments_cardfeedback"),
        erasable("assessments_cardfeedback", "comment"),
        insert_only("assessments_cardfeedback"),
        definer_function(
            "erase_card_feedback(of_patient uuid)",
            "TABLE (pseudonymised bigint, kept bigint)",
            ERASE_FEEDBACK,
            volatility="VOLATILE",
            language="plpgsql",
        ),
    ]
