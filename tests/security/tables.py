"""What the database holds besides the clinics' own tables, and why that is right."""

#: Tables that no clinic owns. None of them holds anything about a patient.
WITHOUT_A_CLINIC = {
    "assessments_tally": "when workers last passed and how often something was repaired; no ids",
    "auth_group": "Django's own; unused, roles come from memberships",
    "auth_group_permissions": "Django's own; unused",
    "auth_permission": "Django's own; unused",
    "axes_accessattempt": "failed sign-ins, before anybody's clinic is known",
    "axes_accessattemptexpiration": "when a lock ends",
    "axes_accessfailurelog": "failed sign-ins",
    "axes_accesslog": "sign-ins",
    "clinics_recoverycode": "hashes of a person's codes, for who has lost their authenticator",
    "clinics_user": "a person may work in several clinics; what they may do is in the membership",
    "clinics_user_groups": "Django's own; unused",
    "clinics_user_user_permissions": "Django's own; unused",
    "django_admin_log": "Django's own; says which page of the dashboard changed what, by id",
    "django_content_type": "names of models",
    "django_migrations": "names of migrations",
    "django_session": "signed-in browsers",
    "oauth2_provider_accesstoken": "hashes of tokens; looked up before the clinic is known",
    "oauth2_provider_devicegrant": "unused: the grant is refused",
    "oauth2_provider_grant": "authorization codes, good for a minute and bound to their client",
    "oauth2_provider_idtoken": "unused: no OpenID Connect",
    "oauth2_provider_refreshtoken": "hashes of tokens, bound to their client",
    "otp_totp_totpdevice": "a person's second factor",
    "pghistory_context": "unused: who and which request stand in each row of a history",
}

#: Functions that run as the schema's owner, who sees every clinic: each answers one narrow question.
DEFINER_FUNCTIONS = {
    "all_clinics": "ids only, for the sweeps that enter each clinic in turn",
    "authenticate_token": "whose token is this? asked before the clinic is known, by the token's hash",
    "claim_due_escalation": "leases one due row of any clinic; returns ids, the work enters the clinic",
    "claim_due_export": "the same for exports",
    "claim_due_follow_up": "the same for follow-ups",
    "claim_due_webhook": "the same for webhooks, one at a time of each endpoint",
    "faults": "ids of rows that must not be; the repair enters the clinic",
    "late_work": "how many rows of a kind are due, and since when; refuses other tables",
    "open_escalations": "counts and times by urgency, for the operator's monitors",
    "recent_acknowledgements": "counts and waiting times by urgency, for the operator's monitors",
    "recent_deliveries": "counts by channel and state, for the operator's monitors",
    "stuck_work": "ids of rows under a lease that can't be; refuses tables that hold no due work",
    "clinic_of_client": "whose client is this? the token endpoint checks the secret inside that clinic",
    "erase_patient": "the one way past rows that never change: one patient of the transaction's own clinic",
    "forget_changes": "the oldest of the entered clinic's changes, none younger than 400 days",
    "note_change": "a trigger: writes the list of changes, which the service can only read",
    "clinics_of_person": "where does this person work? asked when they have signed in",
}
