"""Events for other systems, who is to hear of each, and every try to say so."""

import backend.platform.storage.columns
import django.db.models.deletion
from django.db import migrations, models

from backend.platform.storage.row_level_security import definer_function, protect

# Whoever claims sees what everybody before has claimed, so that an endpoint never has two messages in hand: one that
# hangs keeps one sender busy and no more. Of the endpoints that are free, the one that has waited longest is next.
CLAIM = """
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('claim_due_webhook', 0));
    RETURN QUERY UPDATE assessments_webhookdelivery SET leased_until = until, claim_token = gen_random_uuid()
    WHERE id = (
        SELECT due.id FROM clinics_webhookendpoint e CROSS JOIN LATERAL (
            SELECT d.id, d.next_attempt_at FROM assessments_webhookdelivery d
            WHERE d.endpoint_id = e.id AND d.next_attempt_at <= moment ORDER BY d.next_attempt_at LIMIT 1
        ) due
        WHERE e.enabled AND NOT EXISTS (
            SELECT FROM assessments_webhookdelivery held
            WHERE held.endpoint_id = e.id AND held.leased_until > moment
        )
        ORDER BY due.next_attempt_at LIMIT 1
    )
    RETURNING id, clinic_id, claim_token;
END
"""
#: What happened, and how a try went, is never written anew; it goes when its time is over.
NEVER_CHANGED = """
CREATE TRIGGER never_changed BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def never_changed(table: str) -> migrations.RunSQL:
    """Let rows be deleted and never changed."""
    return migrations.RunSQL(NEVER_CHANGED.format(table=table), f"DROP TRIGGER never_changed ON {table};")


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0012_adherence_and_shoes'),
        ('clinics', '0010_webhook_endpoints'),
    ]

    operations = [
        migrations.CreateModel(
            name='WebhookEvent',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('type', models.CharField(choices=[('assessment.recorded', 'An assessment was recorded'), ('assessment.amended', 'An assessment took the place of an earlier one'), ('escalation.opened', 'An escalation calls for somebody: new, raised or opened again'), ('escalation.acknowledged', 'A named clinician has taken an escalation on'), ('escalation.breached', "An escalation's deadline passed unanswered"), ('escalation.resolved', 'An escalation was closed with its outcome'), ('follow_up.due', 'A follow-up fell due'), ('follow_up.overdue', 'A follow-up is overdue'), ('follow_up.answered', 'A follow-up was answered'), ('programme.released', 'A clinician signed a programme off'), ('programme.advanced', 'A runner moved on within a programme'), ('programme.held', 'A programme was paused'), ('programme.suspended', 'An answer stopped or suspended a programme'), ('clearance.recorded', 'A clinician cleared a runner to run'), ('ping', 'A test that the clinic asked for')], max_length=30)),
                ('about', models.UUIDField(help_text='The id of the row that it is about.')),
                ('at', models.DateTimeField(help_text='When it happened.')),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhook_events', to='clinics.clinic')),
            ],
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('claim_token', models.UUIDField(blank=True, null=True)),
                ('round_failing_since', models.DateTimeField(blank=True, null=True)),
                ('failures', models.PositiveIntegerField(default=0, help_text='Attempts that failed since the last success.')),
                ('last_error', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(choices=[('pending', 'To be sent'), ('delivered', 'Delivered'), ('given_up', 'Given up')], default='pending', max_length=20)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('retry_until', models.DateTimeField()),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhook_deliveries', to='clinics.clinic')),
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='clinics.webhookendpoint')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='assessments.webhookevent')),
            ],
            options={
                'verbose_name_plural': 'webhook deliveries',
            },
        ),
        migrations.CreateModel(
            name='WebhookAttempt',
            fields=[
                ('id', models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(help_text='When it was begun.')),
                ('latency_ms', models.PositiveIntegerField(help_text='Until it was answered or given up.')),
                ('result', models.CharField(choices=[('delivered', 'Delivered'), ('failed', 'Failed')], max_length=20)),
                ('reason', models.CharField(blank=True, help_text='The kind of failure.', max_length=200)),
                ('status', models.PositiveSmallIntegerField(blank=True, help_text='Of HTTP; null: no answer.', null=True)),
                ('request_headers', models.JSONField(default=list, help_text='[name, value] of each.')),
                ('response_headers', models.JSONField(default=list, help_text='[name, value] of each.')),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhook_attempts', to='clinics.clinic')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tries', to='assessments.webhookdelivery')),
            ],
            options={
                'indexes': [models.Index(fields=['delivery', 'at'], name='webhook_attempts')],
            },
        ),
        migrations.AddIndex(
            model_name='webhookevent',
            index=models.Index(fields=['clinic', 'at'], name='webhook_event_age'),
        ),
        migrations.AddIndex(
            model_name='webhookevent',
            index=models.Index(fields=['about'], name='webhook_event_about'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('next_attempt_at__isnull', False)), fields=['next_attempt_at'], name='webhook_due'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('next_attempt_at__isnull', False)), fields=['endpoint', 'next_attempt_at'], name='webhook_due_by_endpoint'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('leased_until__isnull', False)), fields=['endpoint'], name='webhook_in_hand'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['endpoint', 'updated_at', 'id'], name='webhook_delivery_changes'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.UniqueConstraint(fields=('endpoint', 'event'), name='one_delivery_per_event_and_endpoint'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('next_attempt_at__isnull', False), ('state', 'pending')), models.Q(models.Q(('state', 'pending'), _negated=True), ('next_attempt_at__isnull', True)), _connector='OR'), name='pending_delivery_is_never_idle'),
        ),
        protect('assessments_webhookevent'),
        protect('assessments_webhookdelivery'),
        protect('assessments_webhookattempt'),
        never_changed('assessments_webhookevent'),
        never_changed('assessments_webhookattempt'),
        definer_function(
            "claim_due_webhook(moment timestamptz, until timestamptz)",
            "TABLE (row_id uuid, clinic uuid, token uuid)", CLAIM, volatility="VOLATILE", language="plpgsql",
        ),
    ]
