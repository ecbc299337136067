"""The second wall between clinics, and the look-ups that come before a clinic is known."""

from django.db import migrations

from backend.platform.storage.row_level_security import definer_function, protect


class Migration(migrations.Migration):

    dependencies = [
        ("clinics", "0001_initial"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION current_clinic() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
            AS $$ SELECT nullif(current_setting('app.clinic', true), '')::uuid $$;
            CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '% rows are never changed or deleted', TG_TABLE_NAME
                    USING ERRCODE = 'restrict_violation';
            END $$;
            """,
            "DROP FUNCTION refuse_change(); DROP FUNCTION current_clinic();",
        ),
        protect("clinics_clinic", column="id"),
        protect("clinics_membership"),
        protect("clinics_apiclient"),
        # Whose token is this? The one question of a request before its clinic is known.
        definer_function(
            "authenticate_token(checksum text, moment timestamptz)",
            "TABLE (client_id uuid, clinic_id uuid, user_id uuid, scope text)",
            """
            SELECT client.id, client.clinic_id, token.user_id, token.scope
            FROM oauth2_provider_accesstoken token JOIN clinics_apiclient client ON client.id = token.application_id
            WHERE token.token_checksum = checksum AND token.expires > moment
            """,
        ),
        # Whose client is this? Asked by the token endpoint, which then checks the secret inside that clinic.
        definer_function(
            "clinic_of_client(public_id text)",
            "uuid",
            "SELECT clinic_id FROM clinics_apiclient WHERE client_id = public_id",
        ),
        # Where does this person work? Asked when somebody signs in to the dashboard.
        definer_function(
            "clinics_of_person(person uuid)",
            "SETOF uuid",
            "SELECT clinic_id FROM clinics_membership WHERE user_id = person ORDER BY clinic_id",
        ),
        # Every clinic there is, for the sweeps and commands that go through all of them one by one.
        definer_function("all_clinics()", "SETOF uuid", "SELECT id FROM clinics_clinic ORDER BY id"),
    ]
