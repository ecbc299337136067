-- The schema that the migrations make, with policies, triggers, functions, comments and rights.
-- Everything belongs to rtr_owner, unless it says otherwise. `make generate` writes this file.

-- DEFAULT ACL: DEFAULT PRIVILEGES FOR SEQUENCES
ALTER DEFAULT PRIVILEGES FOR ROLE rtr_owner GRANT SELECT,USAGE ON SEQUENCES TO rtr_app;

-- DEFAULT ACL: DEFAULT PRIVILEGES FOR TABLES
ALTER DEFAULT PRIVILEGES FOR ROLE rtr_owner GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES TO rtr_app;

-- FUNCTION: _pgh_attach_context()
CREATE FUNCTION public._pgh_attach_context() RETURNS uuid
    LANGUAGE plpgsql
    AS $$
                    DECLARE
                        _pgh_context_id UUID;
                        _pgh_context_metadata JSONB;
                    BEGIN
                        BEGIN
                            SELECT INTO _pgh_context_id
                                CURRENT_SETTING('pghistory.context_id');
                            SELECT INTO _pgh_context_metadata
                                CURRENT_SETTING('pghistory.context_metadata');
                            EXCEPTION WHEN OTHERS THEN
                        END;
                        IF _pgh_context_id IS NOT NULL AND _pgh_context_metadata IS NOT NULL THEN
                            INSERT INTO pghistory_context (id, metadata, created_at, updated_at)
                                VALUES (_pgh_context_id, _pgh_context_metadata, NOW(), NOW())
                                ON CONFLICT (id) DO UPDATE
                                    SET metadata = EXCLUDED.metadata,
                                        updated_at = EXCLUDED.updated_at
                                    WHERE pghistory_context.metadata != EXCLUDED.metadata;
                            RETURN _pgh_context_id;
                        ELSE
                            RETURN NULL;
                        END IF;
                    END;
                $$;

-- FUNCTION: _pgtrigger_should_ignore(name)
CREATE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
                DECLARE
                    _pgtrigger_ignore TEXT[];
                    _result BOOLEAN;
                BEGIN
                    BEGIN
                        SELECT INTO _pgtrigger_ignore
                            CURRENT_SETTING('pgtrigger.ignore');
                        EXCEPTION WHEN OTHERS THEN
                    END;
                    IF _pgtrigger_ignore IS NOT NULL THEN
                        SELECT trigger_name = ANY(_pgtrigger_ignore)
                        INTO _result;
                        RETURN _result;
                    ELSE
                        RETURN FALSE;
                    END IF;
                END;
            $$;

-- FUNCTION: all_clinics()
CREATE FUNCTION public.all_clinics() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT id FROM clinics_clinic ORDER BY id
$$;

-- ACL: FUNCTION all_clinics()
REVOKE ALL ON FUNCTION public.all_clinics() FROM PUBLIC;
GRANT ALL ON FUNCTION public.all_clinics() TO rtr_app;

-- TABLE: assessments_assessment
CREATE TABLE public.assessments_assessment (
    id uuid NOT NULL,
    assessed_at timestamp with time zone NOT NULL,
    assessor_role character varying(20) NOT NULL,
    answers jsonb NOT NULL,
    absent_reasons jsonb NOT NULL,
    evaluation jsonb NOT NULL,
    notices jsonb NOT NULL,
    carried jsonb NOT NULL,
    decision character varying(40) NOT NULL,
    urgency character varying(30) NOT NULL,
    protocol_version character varying(20) NOT NULL,
    protocol_hash character varying(80) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    recorded_by_client_id uuid,
    recorded_by_user_id uuid,
    supersedes_id uuid,
    amendment_reason text DEFAULT ''::text NOT NULL,
    attested jsonb DEFAULT '[]'::jsonb NOT NULL,
    attested_longstanding jsonb DEFAULT '[]'::jsonb NOT NULL,
    parameter_set_id uuid,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.assessments_assessment FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_assessment assessments_assessment_pkey
ALTER TABLE ONLY public.assessments_assessment
    ADD CONSTRAINT assessments_assessment_pkey PRIMARY KEY (id);

-- CONSTRAINT: assessments_assessment assessments_assessment_supersedes_id_key
ALTER TABLE ONLY public.assessments_assessment
    ADD CONSTRAINT assessments_assessment_supersedes_id_key UNIQUE (supersedes_id);

-- FK CONSTRAINT: assessments_assessment assessments_assessme_parameter_set_id_b40f44ea_fk_assessmen
ALTER TABLE ONLY public.assessments_assessment
    ADD CONSTRAINT assessments_assessme_parameter_set_id_b40f44ea_fk_assessmen FOREIGN KEY (parameter_set_id) REFERENCES public.assessments_parameterset(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_assessment assessments_assessme_patient_id_5d10cfe0_fk_patients_
ALTER TABLE ONLY public.assessments_assessment
    ADD CONSTRAINT assessments_assessme_patient_id_5d10cfe0_fk_patients_ FOREIGN KEY (patient_id) REFERENCES public.patients_patient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_assessment assessments_assessme_recorded_by_client_i_50e4f6f1_fk_clinics_a
ALTER TABLE ONLY public.assessments_assessment
    ADD CONSTRAINT assessments_assessme_recorded_by_client_i_50e4f6f1_fk_clinics_a FOREIGN KEY (recorded_by_client_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_assessment assessments_assessme_recorded_by_user_id_6d201c91_fk_clinics_u
ALTER TABLE ONLY public.assessments_assessment
    ADD CONSTRAINT assessments_assessme_recorded_by_user_id_6d201c91_fk_clinics_u FOREIGN KEY (recorded_by_user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_assessment assessments_assessme_supersedes_id_7f54db24_fk_assessmen
ALTER TABLE ONLY public.assessments_assessment
    ADD CONSTRAINT assessments_assessme_supersedes_id_7f54db24_fk_assessmen FOREIGN KEY (supersedes_id) REFERENCES public.assessments_assessment(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_assessment assessments_assessment_clinic_id_9e0d4f80_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_assessment
    ADD CONSTRAINT assessments_assessment_clinic_id_9e0d4f80_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessment_changes
CREATE INDEX assessment_changes ON public.assessments_assessment USING btree (clinic_id, updated_at, id);

-- INDEX: assessment_history
CREATE INDEX assessment_history ON public.assessments_assessment USING btree (patient_id, assessed_at DESC);

-- INDEX: assessments_assessment_clinic_id_9e0d4f80
CREATE INDEX assessments_assessment_clinic_id_9e0d4f80 ON public.assessments_assessment USING btree (clinic_id);

-- INDEX: assessments_assessment_parameter_set_id_b40f44ea
CREATE INDEX assessments_assessment_parameter_set_id_b40f44ea ON public.assessments_assessment USING btree (parameter_set_id);

-- INDEX: assessments_assessment_patient_id_5d10cfe0
CREATE INDEX assessments_assessment_patient_id_5d10cfe0 ON public.assessments_assessment USING btree (patient_id);

-- INDEX: assessments_assessment_recorded_by_client_id_50e4f6f1
CREATE INDEX assessments_assessment_recorded_by_client_id_50e4f6f1 ON public.assessments_assessment USING btree (recorded_by_client_id);

-- INDEX: assessments_assessment_recorded_by_user_id_6d201c91
CREATE INDEX assessments_assessment_recorded_by_user_id_6d201c91 ON public.assessments_assessment USING btree (recorded_by_user_id);

-- ACL: TABLE assessments_assessment
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_assessment TO rtr_app;

-- POLICY: assessments_assessment own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_assessment USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_assessment owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_assessment TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_assessment
ALTER TABLE public.assessments_assessment ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_assessment append_only
CREATE TRIGGER append_only BEFORE UPDATE ON public.assessments_assessment FOR EACH ROW WHEN (((new.updated_at < old.updated_at) OR ((to_jsonb(old.*) - 'updated_at'::text) IS DISTINCT FROM (to_jsonb(new.*) - 'updated_at'::text)))) EXECUTE FUNCTION public.refuse_change('answers', 'evaluation', 'amendment_reason', 'updated_at');

-- TRIGGER: assessments_assessment never_deleted
CREATE TRIGGER never_deleted BEFORE DELETE ON public.assessments_assessment FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TRIGGER: assessments_assessment note_assessment_created
CREATE CONSTRAINT TRIGGER note_assessment_created AFTER INSERT ON public.assessments_assessment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.note_change('assessment', 'id', 'created');

-- TRIGGER: assessments_assessment note_assessment_updated
CREATE CONSTRAINT TRIGGER note_assessment_updated AFTER UPDATE ON public.assessments_assessment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((old.updated_at <> new.updated_at)) EXECUTE FUNCTION public.note_change('assessment', 'id', 'updated');

-- TRIGGER: assessments_assessment withdraws
CREATE TRIGGER withdraws AFTER INSERT ON public.assessments_assessment FOR EACH ROW WHEN ((new.supersedes_id IS NOT NULL)) EXECUTE FUNCTION public.move_assessment();

-- TRIGGER: assessments_assessment words_taken
CREATE TRIGGER words_taken BEFORE UPDATE ON public.assessments_assessment FOR EACH ROW WHEN (((old.updated_at = new.updated_at) AND (old.* IS DISTINCT FROM new.*))) EXECUTE FUNCTION public.note_time();

-- TABLE: assessments_card
CREATE TABLE public.assessments_card (
    id uuid NOT NULL,
    service character varying(40) NOT NULL,
    decision character varying(40) NOT NULL,
    urgency character varying(30) NOT NULL,
    protocol_version character varying(20) NOT NULL,
    suggestions jsonb NOT NULL,
    shown_at timestamp with time zone NOT NULL,
    client_id uuid NOT NULL,
    clinic_id uuid NOT NULL,
    patient_id uuid
);

ALTER TABLE ONLY public.assessments_card FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_card assessments_card_pkey
ALTER TABLE ONLY public.assessments_card
    ADD CONSTRAINT assessments_card_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_card assessments_card_client_id_62962dc1_fk_clinics_apiclient_id
ALTER TABLE ONLY public.assessments_card
    ADD CONSTRAINT assessments_card_client_id_62962dc1_fk_clinics_apiclient_id FOREIGN KEY (client_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_card assessments_card_clinic_id_ac2109e4_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_card
    ADD CONSTRAINT assessments_card_clinic_id_ac2109e4_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_card assessments_card_patient_id_7206bdd1_fk_patients_patient_id
ALTER TABLE ONLY public.assessments_card
    ADD CONSTRAINT assessments_card_patient_id_7206bdd1_fk_patients_patient_id FOREIGN KEY (patient_id) REFERENCES public.patients_patient(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_card_client_id_62962dc1
CREATE INDEX assessments_card_client_id_62962dc1 ON public.assessments_card USING btree (client_id);

-- INDEX: assessments_card_clinic_id_ac2109e4
CREATE INDEX assessments_card_clinic_id_ac2109e4 ON public.assessments_card USING btree (clinic_id);

-- INDEX: assessments_card_patient_id_7206bdd1
CREATE INDEX assessments_card_patient_id_7206bdd1 ON public.assessments_card USING btree (patient_id);

-- INDEX: cards_by_age
CREATE INDEX cards_by_age ON public.assessments_card USING btree (clinic_id, shown_at);

-- ACL: TABLE assessments_card
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_card TO rtr_app;

-- POLICY: assessments_card own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_card USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_card owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_card TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_card
ALTER TABLE public.assessments_card ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_card never_changed
CREATE TRIGGER never_changed BEFORE UPDATE ON public.assessments_card FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TABLE: assessments_cardfeedback
CREATE TABLE public.assessments_cardfeedback (
    id uuid NOT NULL,
    outcome character varying(10) NOT NULL,
    suggestions jsonb NOT NULL,
    reason character varying(30) NOT NULL,
    comment text NOT NULL,
    outcome_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    card_id uuid NOT NULL,
    client_id uuid NOT NULL,
    clinic_id uuid NOT NULL,
    CONSTRAINT a_reason_is_for_overriding CHECK (((((outcome)::text = 'overridden'::text) AND (suggestions = '[]'::jsonb)) OR ((comment = ''::text) AND ((outcome)::text = 'accepted'::text) AND ((reason)::text = ''::text))))
);

ALTER TABLE ONLY public.assessments_cardfeedback FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_cardfeedback assessments_cardfeedback_pkey
ALTER TABLE ONLY public.assessments_cardfeedback
    ADD CONSTRAINT assessments_cardfeedback_pkey PRIMARY KEY (id);

-- CONSTRAINT: assessments_cardfeedback one_feedback_per_act
ALTER TABLE ONLY public.assessments_cardfeedback
    ADD CONSTRAINT one_feedback_per_act UNIQUE (card_id, outcome, outcome_at);

-- FK CONSTRAINT: assessments_cardfeedback assessments_cardfeed_card_id_395a8fcf_fk_assessmen
ALTER TABLE ONLY public.assessments_cardfeedback
    ADD CONSTRAINT assessments_cardfeed_card_id_395a8fcf_fk_assessmen FOREIGN KEY (card_id) REFERENCES public.assessments_card(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_cardfeedback assessments_cardfeed_client_id_32b59477_fk_clinics_a
ALTER TABLE ONLY public.assessments_cardfeedback
    ADD CONSTRAINT assessments_cardfeed_client_id_32b59477_fk_clinics_a FOREIGN KEY (client_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_cardfeedback assessments_cardfeed_clinic_id_5e6a294c_fk_clinics_c
ALTER TABLE ONLY public.assessments_cardfeedback
    ADD CONSTRAINT assessments_cardfeed_clinic_id_5e6a294c_fk_clinics_c FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_cardfeedback_card_id_395a8fcf
CREATE INDEX assessments_cardfeedback_card_id_395a8fcf ON public.assessments_cardfeedback USING btree (card_id);

-- INDEX: assessments_cardfeedback_client_id_32b59477
CREATE INDEX assessments_cardfeedback_client_id_32b59477 ON public.assessments_cardfeedback USING btree (client_id);

-- INDEX: assessments_cardfeedback_clinic_id_5e6a294c
CREATE INDEX assessments_cardfeedback_clinic_id_5e6a294c ON public.assessments_cardfeedback USING btree (clinic_id);

-- ACL: TABLE assessments_cardfeedback
GRANT SELECT,INSERT ON TABLE public.assessments_cardfeedback TO rtr_app;

-- POLICY: assessments_cardfeedback own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_cardfeedback USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_cardfeedback owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_cardfeedback TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_cardfeedback
ALTER TABLE public.assessments_cardfeedback ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_cardfeedback append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_cardfeedback FOR EACH ROW EXECUTE FUNCTION public.refuse_change('comment');

-- TABLE: assessments_change
CREATE TABLE public.assessments_change (
    "position" bigint NOT NULL,
    type character varying(20) NOT NULL,
    row_id uuid NOT NULL,
    change character varying(10) NOT NULL,
    at timestamp with time zone NOT NULL,
    clinic_id uuid NOT NULL
);

ALTER TABLE ONLY public.assessments_change FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_change assessments_change_pkey
ALTER TABLE ONLY public.assessments_change
    ADD CONSTRAINT assessments_change_pkey PRIMARY KEY ("position");

-- FK CONSTRAINT: assessments_change assessments_change_clinic_id_f4f4cee8_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_change
    ADD CONSTRAINT assessments_change_clinic_id_f4f4cee8_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_change_clinic_id_f4f4cee8
CREATE INDEX assessments_change_clinic_id_f4f4cee8 ON public.assessments_change USING btree (clinic_id);

-- INDEX: change_feed
CREATE INDEX change_feed ON public.assessments_change USING btree (clinic_id, "position");

-- ACL: TABLE assessments_change
GRANT SELECT ON TABLE public.assessments_change TO rtr_app;

-- POLICY: assessments_change own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_change USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_change owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_change TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_change
ALTER TABLE public.assessments_change ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_change kept_400_days
CREATE TRIGGER kept_400_days BEFORE DELETE ON public.assessments_change FOR EACH ROW WHEN ((old.at > (now() - '400 days'::interval))) EXECUTE FUNCTION public.refuse_change();

-- TRIGGER: assessments_change never_changed
CREATE TRIGGER never_changed BEFORE UPDATE ON public.assessments_change FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- SEQUENCE: assessments_change_position_seq
ALTER TABLE public.assessments_change ALTER COLUMN "position" ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.assessments_change_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE assessments_change_position_seq
GRANT SELECT,USAGE ON SEQUENCE public.assessments_change_position_seq TO rtr_app;

-- TABLE: assessments_checkinlink
CREATE TABLE public.assessments_checkinlink (
    id uuid NOT NULL,
    token_hash character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    used_at timestamp with time zone,
    client_id uuid,
    clinic_id uuid NOT NULL,
    follow_up_id uuid NOT NULL,
    user_id uuid
);

ALTER TABLE ONLY public.assessments_checkinlink FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_checkinlink assessments_checkinlink_pkey
ALTER TABLE ONLY public.assessments_checkinlink
    ADD CONSTRAINT assessments_checkinlink_pkey PRIMARY KEY (id);

-- CONSTRAINT: assessments_checkinlink assessments_checkinlink_token_hash_key
ALTER TABLE ONLY public.assessments_checkinlink
    ADD CONSTRAINT assessments_checkinlink_token_hash_key UNIQUE (token_hash);

-- FK CONSTRAINT: assessments_checkinlink assessments_checkinl_client_id_0993813c_fk_clinics_a
ALTER TABLE ONLY public.assessments_checkinlink
    ADD CONSTRAINT assessments_checkinl_client_id_0993813c_fk_clinics_a FOREIGN KEY (client_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_checkinlink assessments_checkinl_follow_up_id_77a0fe38_fk_assessmen
ALTER TABLE ONLY public.assessments_checkinlink
    ADD CONSTRAINT assessments_checkinl_follow_up_id_77a0fe38_fk_assessmen FOREIGN KEY (follow_up_id) REFERENCES public.assessments_followup(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_checkinlink assessments_checkinlink_clinic_id_f9f995bc_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_checkinlink
    ADD CONSTRAINT assessments_checkinlink_clinic_id_f9f995bc_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_checkinlink assessments_checkinlink_user_id_2eb0be37_fk_clinics_user_id
ALTER TABLE ONLY public.assessments_checkinlink
    ADD CONSTRAINT assessments_checkinlink_user_id_2eb0be37_fk_clinics_user_id FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_checkinlink_client_id_0993813c
CREATE INDEX assessments_checkinlink_client_id_0993813c ON public.assessments_checkinlink USING btree (client_id);

-- INDEX: assessments_checkinlink_clinic_id_f9f995bc
CREATE INDEX assessments_checkinlink_clinic_id_f9f995bc ON public.assessments_checkinlink USING btree (clinic_id);

-- INDEX: assessments_checkinlink_follow_up_id_77a0fe38
CREATE INDEX assessments_checkinlink_follow_up_id_77a0fe38 ON public.assessments_checkinlink USING btree (follow_up_id);

-- INDEX: assessments_checkinlink_token_hash_1d9f4f1e_like
CREATE INDEX assessments_checkinlink_token_hash_1d9f4f1e_like ON public.assessments_checkinlink USING btree (token_hash varchar_pattern_ops);

-- INDEX: assessments_checkinlink_user_id_2eb0be37
CREATE INDEX assessments_checkinlink_user_id_2eb0be37 ON public.assessments_checkinlink USING btree (user_id);

-- INDEX: one_check_in_link
CREATE UNIQUE INDEX one_check_in_link ON public.assessments_checkinlink USING btree (follow_up_id) WHERE (ended_at IS NULL);

-- ACL: TABLE assessments_checkinlink
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_checkinlink TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_88967 ON assessments_checkinlink
COMMENT ON TRIGGER pgtrigger_delete_delete_88967 ON public.assessments_checkinlink IS 'c8cbb1b85f7de266df9316b214a9467ebff26f29';

-- COMMENT: TRIGGER pgtrigger_insert_insert_f1b7b ON assessments_checkinlink
COMMENT ON TRIGGER pgtrigger_insert_insert_f1b7b ON public.assessments_checkinlink IS '292711d69774506fcd1482aa9da89af70d9558be';

-- COMMENT: TRIGGER pgtrigger_update_update_7c584 ON assessments_checkinlink
COMMENT ON TRIGGER pgtrigger_update_update_7c584 ON public.assessments_checkinlink IS '3f48a60eb365c1579d28057ead912868a72b9247';

-- POLICY: assessments_checkinlink own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_checkinlink USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_checkinlink owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_checkinlink TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_checkinlink
ALTER TABLE public.assessments_checkinlink ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_checkinlink pgtrigger_delete_delete_88967
CREATE TRIGGER pgtrigger_delete_delete_88967 AFTER DELETE ON public.assessments_checkinlink FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_88967();

-- TRIGGER: assessments_checkinlink pgtrigger_insert_insert_f1b7b
CREATE TRIGGER pgtrigger_insert_insert_f1b7b AFTER INSERT ON public.assessments_checkinlink FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_f1b7b();

-- TRIGGER: assessments_checkinlink pgtrigger_update_update_7c584
CREATE TRIGGER pgtrigger_update_update_7c584 AFTER UPDATE ON public.assessments_checkinlink FOR EACH ROW WHEN (((old.client_id IS DISTINCT FROM new.client_id) OR (old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.ended_at IS DISTINCT FROM new.ended_at) OR (old.expires_at IS DISTINCT FROM new.expires_at) OR (old.follow_up_id IS DISTINCT FROM new.follow_up_id) OR (old.id IS DISTINCT FROM new.id) OR (old.used_at IS DISTINCT FROM new.used_at) OR (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION public.pgtrigger_update_update_7c584();

-- TABLE: assessments_checkinlinkhistory
CREATE TABLE public.assessments_checkinlinkhistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    used_at timestamp with time zone,
    client_id uuid,
    clinic_id uuid NOT NULL,
    follow_up_id uuid NOT NULL,
    pgh_obj_id uuid NOT NULL,
    user_id uuid
);

ALTER TABLE ONLY public.assessments_checkinlinkhistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_checkinlinkhistory assessments_checkinlinkhistory_pkey
ALTER TABLE ONLY public.assessments_checkinlinkhistory
    ADD CONSTRAINT assessments_checkinlinkhistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: assessments_checkinlinkhistory_pgh_obj_id_1052ea33
CREATE INDEX assessments_checkinlinkhistory_pgh_obj_id_1052ea33 ON public.assessments_checkinlinkhistory USING btree (pgh_obj_id);

-- ACL: TABLE assessments_checkinlinkhistory
GRANT SELECT,INSERT ON TABLE public.assessments_checkinlinkhistory TO rtr_app;

-- POLICY: assessments_checkinlinkhistory own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_checkinlinkhistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_checkinlinkhistory owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_checkinlinkhistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_checkinlinkhistory
ALTER TABLE public.assessments_checkinlinkhistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_checkinlinkhistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_checkinlinkhistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- SEQUENCE: assessments_checkinlinkhistory_pgh_id_seq
ALTER TABLE public.assessments_checkinlinkhistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.assessments_checkinlinkhistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE assessments_checkinlinkhistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.assessments_checkinlinkhistory_pgh_id_seq TO rtr_app;

-- TABLE: assessments_delivery
CREATE TABLE public.assessments_delivery (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    round integer NOT NULL,
    channel character varying(20) NOT NULL,
    address character varying(320) NOT NULL,
    state character varying(20) NOT NULL,
    attempts integer NOT NULL,
    error character varying(200) NOT NULL,
    sent_at timestamp with time zone,
    clinic_id uuid NOT NULL,
    escalation_id uuid,
    follow_up_id uuid,
    name character varying(100) NOT NULL,
    CONSTRAINT assessments_delivery_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT assessments_delivery_round_check CHECK ((round >= 0)),
    CONSTRAINT delivery_of_one_thing CHECK ((((escalation_id IS NOT NULL) AND (follow_up_id IS NULL)) OR ((escalation_id IS NULL) AND (follow_up_id IS NOT NULL))))
);

ALTER TABLE ONLY public.assessments_delivery FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_delivery assessments_delivery_pkey
ALTER TABLE ONLY public.assessments_delivery
    ADD CONSTRAINT assessments_delivery_pkey PRIMARY KEY (id);

-- CONSTRAINT: assessments_delivery one_delivery_per_escalation_round
ALTER TABLE ONLY public.assessments_delivery
    ADD CONSTRAINT one_delivery_per_escalation_round UNIQUE (escalation_id, round, channel, address);

-- CONSTRAINT: assessments_delivery one_delivery_per_follow_up_round
ALTER TABLE ONLY public.assessments_delivery
    ADD CONSTRAINT one_delivery_per_follow_up_round UNIQUE (follow_up_id, round, channel, address);

-- FK CONSTRAINT: assessments_delivery assessments_delivery_clinic_id_477a0c09_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_delivery
    ADD CONSTRAINT assessments_delivery_clinic_id_477a0c09_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_delivery assessments_delivery_escalation_id_b0321aba_fk_assessmen
ALTER TABLE ONLY public.assessments_delivery
    ADD CONSTRAINT assessments_delivery_escalation_id_b0321aba_fk_assessmen FOREIGN KEY (escalation_id) REFERENCES public.assessments_escalation(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_delivery assessments_delivery_follow_up_id_198e5070_fk_assessmen
ALTER TABLE ONLY public.assessments_delivery
    ADD CONSTRAINT assessments_delivery_follow_up_id_198e5070_fk_assessmen FOREIGN KEY (follow_up_id) REFERENCES public.assessments_followup(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_delivery_clinic_id_477a0c09
CREATE INDEX assessments_delivery_clinic_id_477a0c09 ON public.assessments_delivery USING btree (clinic_id);

-- INDEX: assessments_delivery_escalation_id_b0321aba
CREATE INDEX assessments_delivery_escalation_id_b0321aba ON public.assessments_delivery USING btree (escalation_id);

-- INDEX: assessments_delivery_follow_up_id_198e5070
CREATE INDEX assessments_delivery_follow_up_id_198e5070 ON public.assessments_delivery USING btree (follow_up_id);

-- INDEX: delivery_unfinished
CREATE INDEX delivery_unfinished ON public.assessments_delivery USING btree (updated_at) WHERE ((state)::text = 'sending'::text);

-- ACL: TABLE assessments_delivery
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_delivery TO rtr_app;

-- POLICY: assessments_delivery own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_delivery USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_delivery owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_delivery TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_delivery
ALTER TABLE public.assessments_delivery ENABLE ROW LEVEL SECURITY;

-- TABLE: assessments_deliveryattempt
CREATE TABLE public.assessments_deliveryattempt (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    latency_ms integer NOT NULL,
    result character varying(20) NOT NULL,
    reason character varying(200) NOT NULL,
    clinic_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    CONSTRAINT assessments_deliveryattempt_latency_ms_check CHECK ((latency_ms >= 0))
);

ALTER TABLE ONLY public.assessments_deliveryattempt FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_deliveryattempt assessments_deliveryattempt_pkey
ALTER TABLE ONLY public.assessments_deliveryattempt
    ADD CONSTRAINT assessments_deliveryattempt_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_deliveryattempt assessments_delivery_clinic_id_a6ea299a_fk_clinics_c
ALTER TABLE ONLY public.assessments_deliveryattempt
    ADD CONSTRAINT assessments_delivery_clinic_id_a6ea299a_fk_clinics_c FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_deliveryattempt assessments_delivery_delivery_id_d5d532f4_fk_assessmen
ALTER TABLE ONLY public.assessments_deliveryattempt
    ADD CONSTRAINT assessments_delivery_delivery_id_d5d532f4_fk_assessmen FOREIGN KEY (delivery_id) REFERENCES public.assessments_delivery(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_deliveryattempt_clinic_id_a6ea299a
CREATE INDEX assessments_deliveryattempt_clinic_id_a6ea299a ON public.assessments_deliveryattempt USING btree (clinic_id);

-- INDEX: assessments_deliveryattempt_delivery_id_d5d532f4
CREATE INDEX assessments_deliveryattempt_delivery_id_d5d532f4 ON public.assessments_deliveryattempt USING btree (delivery_id);

-- INDEX: delivery_history
CREATE INDEX delivery_history ON public.assessments_deliveryattempt USING btree (delivery_id, at);

-- ACL: TABLE assessments_deliveryattempt
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_deliveryattempt TO rtr_app;

-- POLICY: assessments_deliveryattempt own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_deliveryattempt USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_deliveryattempt owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_deliveryattempt TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_deliveryattempt
ALTER TABLE public.assessments_deliveryattempt ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_deliveryattempt append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_deliveryattempt FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TABLE: assessments_escalation
CREATE TABLE public.assessments_escalation (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    next_attempt_at timestamp with time zone,
    leased_until timestamp with time zone,
    claim_token uuid,
    round_failing_since timestamp with time zone,
    failures integer NOT NULL,
    last_error character varying(200) NOT NULL,
    urgency character varying(30) NOT NULL,
    urgency_rank smallint NOT NULL,
    state character varying(20) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    acknowledge_by timestamp with time zone NOT NULL,
    policy jsonb NOT NULL,
    round integer NOT NULL,
    acknowledged_at timestamp with time zone,
    resolved_at timestamp with time zone,
    outcome character varying(1000) NOT NULL,
    acknowledged_by_id uuid,
    assessment_id uuid NOT NULL,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    resolved_by_id uuid,
    breached_at timestamp with time zone,
    called_since timestamp with time zone NOT NULL,
    notified_at timestamp with time zone,
    outcome_code character varying(20) NOT NULL,
    superseded_by_id uuid,
    CONSTRAINT acknowledged_by_somebody CHECK ((((state)::text = ANY ((ARRAY['open'::character varying, 'superseded'::character varying])::text[])) OR ((acknowledged_at IS NOT NULL) AND (acknowledged_by_id IS NOT NULL)))),
    CONSTRAINT assessments_escalation_failures_check CHECK ((failures >= 0)),
    CONSTRAINT assessments_escalation_round_check CHECK ((round >= 0)),
    CONSTRAINT assessments_escalation_urgency_rank_check CHECK ((urgency_rank >= 0)),
    CONSTRAINT open_escalation_is_never_idle CHECK (((NOT ((state)::text = 'open'::text)) OR (next_attempt_at IS NOT NULL))),
    CONSTRAINT resolved_with_outcome_by_somebody CHECK (((NOT ((state)::text = 'resolved'::text)) OR ((resolved_by_id IS NOT NULL) AND (NOT ((outcome)::text = ''::text))))),
    CONSTRAINT superseded_by_another CHECK (((((state)::text = 'superseded'::text) AND (superseded_by_id IS NOT NULL)) OR ((NOT ((state)::text = 'superseded'::text)) AND (superseded_by_id IS NULL))))
);

ALTER TABLE ONLY public.assessments_escalation FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_escalation assessments_escalation_assessment_id_key
ALTER TABLE ONLY public.assessments_escalation
    ADD CONSTRAINT assessments_escalation_assessment_id_key UNIQUE (assessment_id);

-- CONSTRAINT: assessments_escalation assessments_escalation_pkey
ALTER TABLE ONLY public.assessments_escalation
    ADD CONSTRAINT assessments_escalation_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_escalation assessments_escalati_acknowledged_by_id_99321e26_fk_clinics_m
ALTER TABLE ONLY public.assessments_escalation
    ADD CONSTRAINT assessments_escalati_acknowledged_by_id_99321e26_fk_clinics_m FOREIGN KEY (acknowledged_by_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_escalation assessments_escalati_assessment_id_ea163155_fk_assessmen
ALTER TABLE ONLY public.assessments_escalation
    ADD CONSTRAINT assessments_escalati_assessment_id_ea163155_fk_assessmen FOREIGN KEY (assessment_id) REFERENCES public.assessments_assessment(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_escalation assessments_escalati_patient_id_7c115d12_fk_patients_
ALTER TABLE ONLY public.assessments_escalation
    ADD CONSTRAINT assessments_escalati_patient_id_7c115d12_fk_patients_ FOREIGN KEY (patient_id) REFERENCES public.patients_patient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_escalation assessments_escalati_resolved_by_id_122b1519_fk_clinics_m
ALTER TABLE ONLY public.assessments_escalation
    ADD CONSTRAINT assessments_escalati_resolved_by_id_122b1519_fk_clinics_m FOREIGN KEY (resolved_by_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_escalation assessments_escalati_superseded_by_id_8df4e785_fk_assessmen
ALTER TABLE ONLY public.assessments_escalation
    ADD CONSTRAINT assessments_escalati_superseded_by_id_8df4e785_fk_assessmen FOREIGN KEY (superseded_by_id) REFERENCES public.assessments_escalation(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_escalation assessments_escalation_clinic_id_37996d98_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_escalation
    ADD CONSTRAINT assessments_escalation_clinic_id_37996d98_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_escalation_acknowledged_by_id_99321e26
CREATE INDEX assessments_escalation_acknowledged_by_id_99321e26 ON public.assessments_escalation USING btree (acknowledged_by_id);

-- INDEX: assessments_escalation_clinic_id_37996d98
CREATE INDEX assessments_escalation_clinic_id_37996d98 ON public.assessments_escalation USING btree (clinic_id);

-- INDEX: assessments_escalation_patient_id_7c115d12
CREATE INDEX assessments_escalation_patient_id_7c115d12 ON public.assessments_escalation USING btree (patient_id);

-- INDEX: assessments_escalation_resolved_by_id_122b1519
CREATE INDEX assessments_escalation_resolved_by_id_122b1519 ON public.assessments_escalation USING btree (resolved_by_id);

-- INDEX: assessments_escalation_superseded_by_id_8df4e785
CREATE INDEX assessments_escalation_superseded_by_id_8df4e785 ON public.assessments_escalation USING btree (superseded_by_id);

-- INDEX: escalation_changes
CREATE INDEX escalation_changes ON public.assessments_escalation USING btree (clinic_id, updated_at, id);

-- INDEX: escalation_due
CREATE INDEX escalation_due ON public.assessments_escalation USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

-- INDEX: escalation_most_urgent_due
CREATE INDEX escalation_most_urgent_due ON public.assessments_escalation USING btree (urgency_rank DESC, next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

-- INDEX: escalation_worklist
CREATE INDEX escalation_worklist ON public.assessments_escalation USING btree (clinic_id, urgency_rank DESC, opened_at);

-- ACL: TABLE assessments_escalation
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_escalation TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_91c73 ON assessments_escalation
COMMENT ON TRIGGER pgtrigger_delete_delete_91c73 ON public.assessments_escalation IS '1622047b50d7dcbb1613ee0ff903480b9d51ed0a';

-- COMMENT: TRIGGER pgtrigger_insert_insert_05d3e ON assessments_escalation
COMMENT ON TRIGGER pgtrigger_insert_insert_05d3e ON public.assessments_escalation IS 'f4ee51a771adc788097ac2f0017e2c6a15976587';

-- COMMENT: TRIGGER pgtrigger_update_update_857fb ON assessments_escalation
COMMENT ON TRIGGER pgtrigger_update_update_857fb ON public.assessments_escalation IS '1baa3a43d79a6b60c260e879380d658cf5582385';

-- POLICY: assessments_escalation own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_escalation USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_escalation owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_escalation TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_escalation
ALTER TABLE public.assessments_escalation ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_escalation note_escalation_created
CREATE CONSTRAINT TRIGGER note_escalation_created AFTER INSERT ON public.assessments_escalation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.note_change('escalation', 'id', 'created');

-- TRIGGER: assessments_escalation note_escalation_updated
CREATE CONSTRAINT TRIGGER note_escalation_updated AFTER UPDATE ON public.assessments_escalation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((old.updated_at <> new.updated_at)) EXECUTE FUNCTION public.note_change('escalation', 'id', 'updated');

-- TRIGGER: assessments_escalation pgtrigger_delete_delete_91c73
CREATE TRIGGER pgtrigger_delete_delete_91c73 AFTER DELETE ON public.assessments_escalation FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_91c73();

-- TRIGGER: assessments_escalation pgtrigger_insert_insert_05d3e
CREATE TRIGGER pgtrigger_insert_insert_05d3e AFTER INSERT ON public.assessments_escalation FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_05d3e();

-- TRIGGER: assessments_escalation pgtrigger_update_update_857fb
CREATE TRIGGER pgtrigger_update_update_857fb AFTER UPDATE ON public.assessments_escalation FOR EACH ROW WHEN (((old.acknowledge_by IS DISTINCT FROM new.acknowledge_by) OR (old.acknowledged_at IS DISTINCT FROM new.acknowledged_at) OR (old.acknowledged_by_id IS DISTINCT FROM new.acknowledged_by_id) OR (old.assessment_id IS DISTINCT FROM new.assessment_id) OR (old.breached_at IS DISTINCT FROM new.breached_at) OR (old.called_since IS DISTINCT FROM new.called_since) OR (old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.id IS DISTINCT FROM new.id) OR (old.notified_at IS DISTINCT FROM new.notified_at) OR (old.opened_at IS DISTINCT FROM new.opened_at) OR ((old.outcome)::text IS DISTINCT FROM (new.outcome)::text) OR ((old.outcome_code)::text IS DISTINCT FROM (new.outcome_code)::text) OR (old.patient_id IS DISTINCT FROM new.patient_id) OR (old.policy IS DISTINCT FROM new.policy) OR (old.resolved_at IS DISTINCT FROM new.resolved_at) OR (old.resolved_by_id IS DISTINCT FROM new.resolved_by_id) OR ((old.state)::text IS DISTINCT FROM (new.state)::text) OR (old.superseded_by_id IS DISTINCT FROM new.superseded_by_id) OR ((old.urgency)::text IS DISTINCT FROM (new.urgency)::text) OR (old.urgency_rank IS DISTINCT FROM new.urgency_rank))) EXECUTE FUNCTION public.pgtrigger_update_update_857fb();

-- TABLE: assessments_escalationevent
CREATE TABLE public.assessments_escalationevent (
    id uuid NOT NULL,
    kind character varying(20) NOT NULL,
    at timestamp with time zone NOT NULL,
    note character varying(1000) NOT NULL,
    client_id uuid,
    clinic_id uuid NOT NULL,
    escalation_id uuid NOT NULL,
    member_id uuid,
    CONSTRAINT somebody_stands_behind_what_people_do CHECK (((member_id IS NOT NULL) OR ((kind)::text = ANY ((ARRAY['notified'::character varying, 'breached'::character varying, 'superseded'::character varying])::text[]))))
);

ALTER TABLE ONLY public.assessments_escalationevent FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_escalationevent assessments_escalationevent_pkey
ALTER TABLE ONLY public.assessments_escalationevent
    ADD CONSTRAINT assessments_escalationevent_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_escalationevent assessments_escalati_client_id_d9d41dfc_fk_clinics_a
ALTER TABLE ONLY public.assessments_escalationevent
    ADD CONSTRAINT assessments_escalati_client_id_d9d41dfc_fk_clinics_a FOREIGN KEY (client_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_escalationevent assessments_escalati_clinic_id_26c3c58b_fk_clinics_c
ALTER TABLE ONLY public.assessments_escalationevent
    ADD CONSTRAINT assessments_escalati_clinic_id_26c3c58b_fk_clinics_c FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_escalationevent assessments_escalati_escalation_id_ae59a676_fk_assessmen
ALTER TABLE ONLY public.assessments_escalationevent
    ADD CONSTRAINT assessments_escalati_escalation_id_ae59a676_fk_assessmen FOREIGN KEY (escalation_id) REFERENCES public.assessments_escalation(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_escalationevent assessments_escalati_member_id_8cb01e26_fk_clinics_m
ALTER TABLE ONLY public.assessments_escalationevent
    ADD CONSTRAINT assessments_escalati_member_id_8cb01e26_fk_clinics_m FOREIGN KEY (member_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_escalationevent_client_id_d9d41dfc
CREATE INDEX assessments_escalationevent_client_id_d9d41dfc ON public.assessments_escalationevent USING btree (client_id);

-- INDEX: assessments_escalationevent_clinic_id_26c3c58b
CREATE INDEX assessments_escalationevent_clinic_id_26c3c58b ON public.assessments_escalationevent USING btree (clinic_id);

-- INDEX: assessments_escalationevent_escalation_id_ae59a676
CREATE INDEX assessments_escalationevent_escalation_id_ae59a676 ON public.assessments_escalationevent USING btree (escalation_id);

-- INDEX: assessments_escalationevent_member_id_8cb01e26
CREATE INDEX assessments_escalationevent_member_id_8cb01e26 ON public.assessments_escalationevent USING btree (member_id);

-- INDEX: escalation_history
CREATE INDEX escalation_history ON public.assessments_escalationevent USING btree (escalation_id, at);

-- ACL: TABLE assessments_escalationevent
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_escalationevent TO rtr_app;

-- POLICY: assessments_escalationevent own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_escalationevent USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_escalationevent owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_escalationevent TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_escalationevent
ALTER TABLE public.assessments_escalationevent ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_escalationevent append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_escalationevent FOR EACH ROW EXECUTE FUNCTION public.refuse_change('note');

-- TABLE: assessments_escalationhistory
CREATE TABLE public.assessments_escalationhistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    urgency character varying(30) NOT NULL,
    urgency_rank smallint NOT NULL,
    state character varying(20) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    acknowledge_by timestamp with time zone NOT NULL,
    policy jsonb NOT NULL,
    acknowledged_at timestamp with time zone,
    resolved_at timestamp with time zone,
    outcome character varying(1000) NOT NULL,
    acknowledged_by_id uuid,
    assessment_id uuid NOT NULL,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    pgh_obj_id uuid NOT NULL,
    resolved_by_id uuid,
    breached_at timestamp with time zone,
    called_since timestamp with time zone NOT NULL,
    notified_at timestamp with time zone,
    outcome_code character varying(20) NOT NULL,
    superseded_by_id uuid,
    CONSTRAINT assessments_escalationhistory_urgency_rank_check CHECK ((urgency_rank >= 0))
);

ALTER TABLE ONLY public.assessments_escalationhistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_escalationhistory assessments_escalationhistory_pkey
ALTER TABLE ONLY public.assessments_escalationhistory
    ADD CONSTRAINT assessments_escalationhistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: assessments_escalationhistory_pgh_obj_id_294d9e13
CREATE INDEX assessments_escalationhistory_pgh_obj_id_294d9e13 ON public.assessments_escalationhistory USING btree (pgh_obj_id);

-- ACL: TABLE assessments_escalationhistory
GRANT SELECT,INSERT ON TABLE public.assessments_escalationhistory TO rtr_app;

-- POLICY: assessments_escalationhistory own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_escalationhistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_escalationhistory owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_escalationhistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_escalationhistory
ALTER TABLE public.assessments_escalationhistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_escalationhistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_escalationhistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change('outcome');

-- SEQUENCE: assessments_escalationhistory_pgh_id_seq
ALTER TABLE public.assessments_escalationhistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.assessments_escalationhistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE assessments_escalationhistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.assessments_escalationhistory_pgh_id_seq TO rtr_app;

-- TABLE: assessments_exerciselog
CREATE TABLE public.assessments_exerciselog (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    exercise character varying(40) NOT NULL,
    done_on date NOT NULL,
    sets smallint,
    repetitions smallint,
    seconds smallint,
    minutes smallint,
    pain_nrs smallint,
    clinic_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    CONSTRAINT assessments_exerciselog_minutes_check CHECK ((minutes >= 0)),
    CONSTRAINT assessments_exerciselog_pain_nrs_check CHECK ((pain_nrs >= 0)),
    CONSTRAINT assessments_exerciselog_repetitions_check CHECK ((repetitions >= 0)),
    CONSTRAINT assessments_exerciselog_seconds_check CHECK ((seconds >= 0)),
    CONSTRAINT assessments_exerciselog_sets_check CHECK ((sets >= 0))
);

ALTER TABLE ONLY public.assessments_exerciselog FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_exerciselog assessments_exerciselog_pkey
ALTER TABLE ONLY public.assessments_exerciselog
    ADD CONSTRAINT assessments_exerciselog_pkey PRIMARY KEY (id);

-- CONSTRAINT: assessments_exerciselog one_log_of_a_day
ALTER TABLE ONLY public.assessments_exerciselog
    ADD CONSTRAINT one_log_of_a_day UNIQUE (programme_id, exercise, done_on);

-- FK CONSTRAINT: assessments_exerciselog assessments_exercise_programme_id_e2e9d66b_fk_assessmen
ALTER TABLE ONLY public.assessments_exerciselog
    ADD CONSTRAINT assessments_exercise_programme_id_e2e9d66b_fk_assessmen FOREIGN KEY (programme_id) REFERENCES public.assessments_programme(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_exerciselog assessments_exerciselog_clinic_id_2ed82a6e_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_exerciselog
    ADD CONSTRAINT assessments_exerciselog_clinic_id_2ed82a6e_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_exerciselog_clinic_id_2ed82a6e
CREATE INDEX assessments_exerciselog_clinic_id_2ed82a6e ON public.assessments_exerciselog USING btree (clinic_id);

-- INDEX: assessments_exerciselog_programme_id_e2e9d66b
CREATE INDEX assessments_exerciselog_programme_id_e2e9d66b ON public.assessments_exerciselog USING btree (programme_id);

-- ACL: TABLE assessments_exerciselog
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_exerciselog TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_21935 ON assessments_exerciselog
COMMENT ON TRIGGER pgtrigger_delete_delete_21935 ON public.assessments_exerciselog IS '8e42c68c0d1f2c8951d9ca11d34d27c625e0c84c';

-- COMMENT: TRIGGER pgtrigger_insert_insert_5bd73 ON assessments_exerciselog
COMMENT ON TRIGGER pgtrigger_insert_insert_5bd73 ON public.assessments_exerciselog IS '3927814a3aaa29945b68c303299a96c03d435e78';

-- COMMENT: TRIGGER pgtrigger_update_update_d2dc1 ON assessments_exerciselog
COMMENT ON TRIGGER pgtrigger_update_update_d2dc1 ON public.assessments_exerciselog IS '910548c2bed7c71be1751faf97d0faed1d942077';

-- POLICY: assessments_exerciselog own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_exerciselog USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_exerciselog owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_exerciselog TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_exerciselog
ALTER TABLE public.assessments_exerciselog ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_exerciselog pgtrigger_delete_delete_21935
CREATE TRIGGER pgtrigger_delete_delete_21935 AFTER DELETE ON public.assessments_exerciselog FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_21935();

-- TRIGGER: assessments_exerciselog pgtrigger_insert_insert_5bd73
CREATE TRIGGER pgtrigger_insert_insert_5bd73 AFTER INSERT ON public.assessments_exerciselog FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_5bd73();

-- TRIGGER: assessments_exerciselog pgtrigger_update_update_d2dc1
CREATE TRIGGER pgtrigger_update_update_d2dc1 AFTER UPDATE ON public.assessments_exerciselog FOR EACH ROW WHEN (((old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.done_on IS DISTINCT FROM new.done_on) OR ((old.exercise)::text IS DISTINCT FROM (new.exercise)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.minutes IS DISTINCT FROM new.minutes) OR (old.pain_nrs IS DISTINCT FROM new.pain_nrs) OR (old.programme_id IS DISTINCT FROM new.programme_id) OR (old.repetitions IS DISTINCT FROM new.repetitions) OR (old.seconds IS DISTINCT FROM new.seconds) OR (old.sets IS DISTINCT FROM new.sets))) EXECUTE FUNCTION public.pgtrigger_update_update_d2dc1();

-- TABLE: assessments_exerciseloghistory
CREATE TABLE public.assessments_exerciseloghistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    exercise character varying(40) NOT NULL,
    done_on date NOT NULL,
    sets smallint,
    repetitions smallint,
    seconds smallint,
    minutes smallint,
    pain_nrs smallint,
    clinic_id uuid NOT NULL,
    pgh_obj_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    CONSTRAINT assessments_exerciseloghistory_minutes_check CHECK ((minutes >= 0)),
    CONSTRAINT assessments_exerciseloghistory_pain_nrs_check CHECK ((pain_nrs >= 0)),
    CONSTRAINT assessments_exerciseloghistory_repetitions_check CHECK ((repetitions >= 0)),
    CONSTRAINT assessments_exerciseloghistory_seconds_check CHECK ((seconds >= 0)),
    CONSTRAINT assessments_exerciseloghistory_sets_check CHECK ((sets >= 0))
);

ALTER TABLE ONLY public.assessments_exerciseloghistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_exerciseloghistory assessments_exerciseloghistory_pkey
ALTER TABLE ONLY public.assessments_exerciseloghistory
    ADD CONSTRAINT assessments_exerciseloghistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: assessments_exerciseloghistory_pgh_obj_id_d4227346
CREATE INDEX assessments_exerciseloghistory_pgh_obj_id_d4227346 ON public.assessments_exerciseloghistory USING btree (pgh_obj_id);

-- ACL: TABLE assessments_exerciseloghistory
GRANT SELECT,INSERT ON TABLE public.assessments_exerciseloghistory TO rtr_app;

-- POLICY: assessments_exerciseloghistory own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_exerciseloghistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_exerciseloghistory owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_exerciseloghistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_exerciseloghistory
ALTER TABLE public.assessments_exerciseloghistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_exerciseloghistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_exerciseloghistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- SEQUENCE: assessments_exerciseloghistory_pgh_id_seq
ALTER TABLE public.assessments_exerciseloghistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.assessments_exerciseloghistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE assessments_exerciseloghistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.assessments_exerciseloghistory_pgh_id_seq TO rtr_app;

-- TABLE: assessments_export
CREATE TABLE public.assessments_export (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    next_attempt_at timestamp with time zone,
    leased_until timestamp with time zone,
    claim_token uuid,
    round_failing_since timestamp with time zone,
    failures integer NOT NULL,
    last_error character varying(200) NOT NULL,
    updated_since timestamp with time zone,
    state character varying(20) NOT NULL,
    failure character varying(20) NOT NULL,
    changes_cursor bigint,
    rows_total jsonb NOT NULL,
    rows_done jsonb NOT NULL,
    chunks_total integer NOT NULL,
    chunks_done integer NOT NULL,
    size_bytes bigint NOT NULL,
    stalled smallint NOT NULL,
    started_at timestamp with time zone,
    ready_at timestamp with time zone,
    expires_at timestamp with time zone,
    clinic_id uuid NOT NULL,
    patient_id uuid,
    requested_by_client_id uuid,
    requested_by_user_id uuid,
    CONSTRAINT assessments_export_chunks_done_check CHECK ((chunks_done >= 0)),
    CONSTRAINT assessments_export_chunks_total_check CHECK ((chunks_total >= 0)),
    CONSTRAINT assessments_export_failures_check CHECK ((failures >= 0)),
    CONSTRAINT assessments_export_size_bytes_check CHECK ((size_bytes >= 0)),
    CONSTRAINT assessments_export_stalled_check CHECK ((stalled >= 0)),
    CONSTRAINT failed_export_says_why CHECK (((NOT ((state)::text = 'failed'::text)) OR (NOT ((failure)::text = ''::text)))),
    CONSTRAINT ready_export_expires CHECK (((NOT ((state)::text = 'ready'::text)) OR (expires_at IS NOT NULL)))
);

ALTER TABLE ONLY public.assessments_export FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_export assessments_export_pkey
ALTER TABLE ONLY public.assessments_export
    ADD CONSTRAINT assessments_export_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_export assessments_export_clinic_id_8f36bf46_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_export
    ADD CONSTRAINT assessments_export_clinic_id_8f36bf46_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_export assessments_export_patient_id_c1230103_fk_patients_patient_id
ALTER TABLE ONLY public.assessments_export
    ADD CONSTRAINT assessments_export_patient_id_c1230103_fk_patients_patient_id FOREIGN KEY (patient_id) REFERENCES public.patients_patient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_export assessments_export_requested_by_client__49e2f6fc_fk_clinics_a
ALTER TABLE ONLY public.assessments_export
    ADD CONSTRAINT assessments_export_requested_by_client__49e2f6fc_fk_clinics_a FOREIGN KEY (requested_by_client_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_export assessments_export_requested_by_user_id_fdebc49c_fk_clinics_u
ALTER TABLE ONLY public.assessments_export
    ADD CONSTRAINT assessments_export_requested_by_user_id_fdebc49c_fk_clinics_u FOREIGN KEY (requested_by_user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_export_clinic_id_8f36bf46
CREATE INDEX assessments_export_clinic_id_8f36bf46 ON public.assessments_export USING btree (clinic_id);

-- INDEX: assessments_export_patient_id_c1230103
CREATE INDEX assessments_export_patient_id_c1230103 ON public.assessments_export USING btree (patient_id);

-- INDEX: assessments_export_requested_by_client_id_49e2f6fc
CREATE INDEX assessments_export_requested_by_client_id_49e2f6fc ON public.assessments_export USING btree (requested_by_client_id);

-- INDEX: assessments_export_requested_by_user_id_fdebc49c
CREATE INDEX assessments_export_requested_by_user_id_fdebc49c ON public.assessments_export USING btree (requested_by_user_id);

-- INDEX: export_changes
CREATE INDEX export_changes ON public.assessments_export USING btree (clinic_id, updated_at, id);

-- INDEX: export_due
CREATE INDEX export_due ON public.assessments_export USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

-- ACL: TABLE assessments_export
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_export TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_67d90 ON assessments_export
COMMENT ON TRIGGER pgtrigger_delete_delete_67d90 ON public.assessments_export IS 'c91b2e1ca092d2373e9ed115c69005cba75bff1c';

-- COMMENT: TRIGGER pgtrigger_insert_insert_7ea52 ON assessments_export
COMMENT ON TRIGGER pgtrigger_insert_insert_7ea52 ON public.assessments_export IS 'a1f36a18d8a04749149853ad3f2bf0b88c696e99';

-- COMMENT: TRIGGER pgtrigger_update_update_8a596 ON assessments_export
COMMENT ON TRIGGER pgtrigger_update_update_8a596 ON public.assessments_export IS '0dc21ad108a36c6d0c5013c157f618283f6e6d92';

-- POLICY: assessments_export own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_export USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_export owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_export TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_export
ALTER TABLE public.assessments_export ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_export pgtrigger_delete_delete_67d90
CREATE TRIGGER pgtrigger_delete_delete_67d90 AFTER DELETE ON public.assessments_export FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_67d90();

-- TRIGGER: assessments_export pgtrigger_insert_insert_7ea52
CREATE TRIGGER pgtrigger_insert_insert_7ea52 AFTER INSERT ON public.assessments_export FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_7ea52();

-- TRIGGER: assessments_export pgtrigger_update_update_8a596
CREATE TRIGGER pgtrigger_update_update_8a596 AFTER UPDATE ON public.assessments_export FOR EACH ROW WHEN (((old.changes_cursor IS DISTINCT FROM new.changes_cursor) OR (old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.expires_at IS DISTINCT FROM new.expires_at) OR ((old.failure)::text IS DISTINCT FROM (new.failure)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.patient_id IS DISTINCT FROM new.patient_id) OR (old.ready_at IS DISTINCT FROM new.ready_at) OR (old.requested_by_client_id IS DISTINCT FROM new.requested_by_client_id) OR (old.requested_by_user_id IS DISTINCT FROM new.requested_by_user_id) OR (old.started_at IS DISTINCT FROM new.started_at) OR ((old.state)::text IS DISTINCT FROM (new.state)::text) OR (old.updated_since IS DISTINCT FROM new.updated_since))) EXECUTE FUNCTION public.pgtrigger_update_update_8a596();

-- TABLE: assessments_exportchunk
CREATE TABLE public.assessments_exportchunk (
    id uuid NOT NULL,
    number integer NOT NULL,
    rows jsonb NOT NULL,
    patients jsonb NOT NULL,
    content bytea,
    clinic_id uuid NOT NULL,
    export_id uuid NOT NULL,
    CONSTRAINT assessments_exportchunk_number_check CHECK ((number >= 0))
);

ALTER TABLE ONLY public.assessments_exportchunk FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_exportchunk assessments_exportchunk_pkey
ALTER TABLE ONLY public.assessments_exportchunk
    ADD CONSTRAINT assessments_exportchunk_pkey PRIMARY KEY (id);

-- CONSTRAINT: assessments_exportchunk one_chunk_per_place_of_an_export
ALTER TABLE ONLY public.assessments_exportchunk
    ADD CONSTRAINT one_chunk_per_place_of_an_export UNIQUE (export_id, number);

-- FK CONSTRAINT: assessments_exportchunk assessments_exportch_export_id_18af2df5_fk_assessmen
ALTER TABLE ONLY public.assessments_exportchunk
    ADD CONSTRAINT assessments_exportch_export_id_18af2df5_fk_assessmen FOREIGN KEY (export_id) REFERENCES public.assessments_export(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_exportchunk assessments_exportchunk_clinic_id_fcc2be33_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_exportchunk
    ADD CONSTRAINT assessments_exportchunk_clinic_id_fcc2be33_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_exportchunk_clinic_id_fcc2be33
CREATE INDEX assessments_exportchunk_clinic_id_fcc2be33 ON public.assessments_exportchunk USING btree (clinic_id);

-- INDEX: assessments_exportchunk_export_id_18af2df5
CREATE INDEX assessments_exportchunk_export_id_18af2df5 ON public.assessments_exportchunk USING btree (export_id);

-- ACL: TABLE assessments_exportchunk
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_exportchunk TO rtr_app;

-- POLICY: assessments_exportchunk own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_exportchunk USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_exportchunk owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_exportchunk TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_exportchunk
ALTER TABLE public.assessments_exportchunk ENABLE ROW LEVEL SECURITY;

-- TABLE: assessments_exporthistory
CREATE TABLE public.assessments_exporthistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_since timestamp with time zone,
    state character varying(20) NOT NULL,
    failure character varying(20) NOT NULL,
    changes_cursor bigint,
    started_at timestamp with time zone,
    ready_at timestamp with time zone,
    expires_at timestamp with time zone,
    clinic_id uuid NOT NULL,
    patient_id uuid,
    pgh_obj_id uuid NOT NULL,
    requested_by_client_id uuid,
    requested_by_user_id uuid
);

ALTER TABLE ONLY public.assessments_exporthistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_exporthistory assessments_exporthistory_pkey
ALTER TABLE ONLY public.assessments_exporthistory
    ADD CONSTRAINT assessments_exporthistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: assessments_exporthistory_pgh_obj_id_72b23f25
CREATE INDEX assessments_exporthistory_pgh_obj_id_72b23f25 ON public.assessments_exporthistory USING btree (pgh_obj_id);

-- ACL: TABLE assessments_exporthistory
GRANT SELECT,INSERT ON TABLE public.assessments_exporthistory TO rtr_app;

-- POLICY: assessments_exporthistory own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_exporthistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_exporthistory owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_exporthistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_exporthistory
ALTER TABLE public.assessments_exporthistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_exporthistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_exporthistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- SEQUENCE: assessments_exporthistory_pgh_id_seq
ALTER TABLE public.assessments_exporthistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.assessments_exporthistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE assessments_exporthistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.assessments_exporthistory_pgh_id_seq TO rtr_app;

-- VIEW: assessments_flag
CREATE VIEW public.assessments_flag WITH (security_invoker='true') AS
 SELECT ((escalation.id || '.'::text) || reason.criterion) AS id,
    escalation.id AS escalation_id,
    reason.criterion,
    reason.title,
    escalation.updated_at
   FROM ((public.assessments_escalation escalation
     JOIN public.assessments_assessment assessment ON ((assessment.id = escalation.assessment_id)))
     CROSS JOIN LATERAL ( SELECT (met.value ->> 'id'::text) AS criterion,
            (met.value ->> 'title'::text) AS title
           FROM jsonb_array_elements((assessment.evaluation -> 'criteria_met'::text)) met(value)
          WHERE (((met.value ->> 'urgency'::text) = ANY (ARRAY[(escalation.urgency)::text, (assessment.urgency)::text])) AND ((met.value ->> 'urgency'::text) <> 'none'::text))
        UNION ALL
         SELECT 'override'::text,
            'A clinician decided that it is this urgent'::text
          WHERE (NOT (EXISTS ( SELECT
                   FROM jsonb_array_elements((assessment.evaluation -> 'criteria_met'::text)) met(value)
                  WHERE ((met.value ->> 'urgency'::text) = (escalation.urgency)::text))))) reason);

-- ACL: TABLE assessments_flag
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_flag TO rtr_app;

-- TABLE: assessments_followup
CREATE TABLE public.assessments_followup (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    next_attempt_at timestamp with time zone,
    leased_until timestamp with time zone,
    claim_token uuid,
    round_failing_since timestamp with time zone,
    failures integer NOT NULL,
    last_error character varying(200) NOT NULL,
    kind character varying(20) NOT NULL,
    state character varying(20) NOT NULL,
    opens_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    overdue_at timestamp with time zone NOT NULL,
    permission_lapses_at timestamp with time zone,
    round integer NOT NULL,
    answered_at timestamp with time zone,
    answer_id uuid,
    assessment_id uuid NOT NULL,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    result character varying(20) DEFAULT ''::character varying NOT NULL,
    result_at timestamp with time zone,
    result_by_id uuid,
    urgency character varying(30) DEFAULT ''::character varying NOT NULL,
    cancelled_because character varying(20) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT answered_follow_up_has_its_answer CHECK (((NOT ((state)::text = 'answered'::text)) OR ((answered_at IS NOT NULL) AND ((answer_id IS NOT NULL) OR ((result)::text = ANY ((ARRAY['confirmed'::character varying, 'declined'::character varying])::text[])))))),
    CONSTRAINT assessments_followup_failures_check CHECK ((failures >= 0)),
    CONSTRAINT assessments_followup_round_check CHECK ((round >= 0)),
    CONSTRAINT somebody_stands_behind_a_result CHECK ((((result)::text = ''::text) OR ((result_at IS NOT NULL) AND (result_by_id IS NOT NULL)))),
    CONSTRAINT what_is_pending_has_no_reason_to_end CHECK ((((cancelled_because)::text = ''::text) OR ((state)::text = 'cancelled'::text)))
);

ALTER TABLE ONLY public.assessments_followup FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_followup assessments_followup_answer_id_key
ALTER TABLE ONLY public.assessments_followup
    ADD CONSTRAINT assessments_followup_answer_id_key UNIQUE (answer_id);

-- CONSTRAINT: assessments_followup assessments_followup_pkey
ALTER TABLE ONLY public.assessments_followup
    ADD CONSTRAINT assessments_followup_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_followup assessments_followup_answer_id_81dbf67b_fk_assessmen
ALTER TABLE ONLY public.assessments_followup
    ADD CONSTRAINT assessments_followup_answer_id_81dbf67b_fk_assessmen FOREIGN KEY (answer_id) REFERENCES public.assessments_assessment(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_followup assessments_followup_assessment_id_2ed71607_fk_assessmen
ALTER TABLE ONLY public.assessments_followup
    ADD CONSTRAINT assessments_followup_assessment_id_2ed71607_fk_assessmen FOREIGN KEY (assessment_id) REFERENCES public.assessments_assessment(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_followup assessments_followup_clinic_id_d5f6c92a_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_followup
    ADD CONSTRAINT assessments_followup_clinic_id_d5f6c92a_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_followup assessments_followup_patient_id_22966ddb_fk_patients_patient_id
ALTER TABLE ONLY public.assessments_followup
    ADD CONSTRAINT assessments_followup_patient_id_22966ddb_fk_patients_patient_id FOREIGN KEY (patient_id) REFERENCES public.patients_patient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_followup assessments_followup_result_by_id_60f722a5_fk_clinics_m
ALTER TABLE ONLY public.assessments_followup
    ADD CONSTRAINT assessments_followup_result_by_id_60f722a5_fk_clinics_m FOREIGN KEY (result_by_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_followup_assessment_id_2ed71607
CREATE INDEX assessments_followup_assessment_id_2ed71607 ON public.assessments_followup USING btree (assessment_id);

-- INDEX: assessments_followup_clinic_id_d5f6c92a
CREATE INDEX assessments_followup_clinic_id_d5f6c92a ON public.assessments_followup USING btree (clinic_id);

-- INDEX: assessments_followup_patient_id_22966ddb
CREATE INDEX assessments_followup_patient_id_22966ddb ON public.assessments_followup USING btree (patient_id);

-- INDEX: assessments_followup_result_by_id_60f722a5
CREATE INDEX assessments_followup_result_by_id_60f722a5 ON public.assessments_followup USING btree (result_by_id);

-- INDEX: follow_up_changes
CREATE INDEX follow_up_changes ON public.assessments_followup USING btree (clinic_id, updated_at, id);

-- INDEX: follow_up_due
CREATE INDEX follow_up_due ON public.assessments_followup USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

-- INDEX: follow_up_idle
CREATE INDEX follow_up_idle ON public.assessments_followup USING btree (id) WHERE ((next_attempt_at IS NULL) AND ((state)::text = ANY ((ARRAY['scheduled'::character varying, 'due'::character varying, 'overdue'::character varying, 'lapsed'::character varying])::text[])));

-- INDEX: follow_up_worklist
CREATE INDEX follow_up_worklist ON public.assessments_followup USING btree (clinic_id, due_at);

-- ACL: TABLE assessments_followup
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_followup TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_8f578 ON assessments_followup
COMMENT ON TRIGGER pgtrigger_delete_delete_8f578 ON public.assessments_followup IS '594392a8efefc1339ef99bc7c2ef2c0bdb7855b4';

-- COMMENT: TRIGGER pgtrigger_insert_insert_82dc3 ON assessments_followup
COMMENT ON TRIGGER pgtrigger_insert_insert_82dc3 ON public.assessments_followup IS '52561d934249136a43ab0bbe076f0b903a81892a';

-- COMMENT: TRIGGER pgtrigger_update_update_cb6fb ON assessments_followup
COMMENT ON TRIGGER pgtrigger_update_update_cb6fb ON public.assessments_followup IS '871b2037dc6d6355d7362738f50f72bf749244ee';

-- POLICY: assessments_followup own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_followup USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_followup owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_followup TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_followup
ALTER TABLE public.assessments_followup ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_followup note_follow_up_created
CREATE CONSTRAINT TRIGGER note_follow_up_created AFTER INSERT ON public.assessments_followup DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.note_change('follow_up', 'id', 'created');

-- TRIGGER: assessments_followup note_follow_up_updated
CREATE CONSTRAINT TRIGGER note_follow_up_updated AFTER UPDATE ON public.assessments_followup DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((old.updated_at <> new.updated_at)) EXECUTE FUNCTION public.note_change('follow_up', 'id', 'updated');

-- TRIGGER: assessments_followup pgtrigger_delete_delete_8f578
CREATE TRIGGER pgtrigger_delete_delete_8f578 AFTER DELETE ON public.assessments_followup FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_8f578();

-- TRIGGER: assessments_followup pgtrigger_insert_insert_82dc3
CREATE TRIGGER pgtrigger_insert_insert_82dc3 AFTER INSERT ON public.assessments_followup FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_82dc3();

-- TRIGGER: assessments_followup pgtrigger_update_update_cb6fb
CREATE TRIGGER pgtrigger_update_update_cb6fb AFTER UPDATE ON public.assessments_followup FOR EACH ROW WHEN (((old.answer_id IS DISTINCT FROM new.answer_id) OR (old.answered_at IS DISTINCT FROM new.answered_at) OR (old.assessment_id IS DISTINCT FROM new.assessment_id) OR ((old.cancelled_because)::text IS DISTINCT FROM (new.cancelled_because)::text) OR (old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.due_at IS DISTINCT FROM new.due_at) OR (old.id IS DISTINCT FROM new.id) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text) OR (old.opens_at IS DISTINCT FROM new.opens_at) OR (old.overdue_at IS DISTINCT FROM new.overdue_at) OR (old.patient_id IS DISTINCT FROM new.patient_id) OR (old.permission_lapses_at IS DISTINCT FROM new.permission_lapses_at) OR ((old.result)::text IS DISTINCT FROM (new.result)::text) OR (old.result_at IS DISTINCT FROM new.result_at) OR (old.result_by_id IS DISTINCT FROM new.result_by_id) OR ((old.state)::text IS DISTINCT FROM (new.state)::text) OR ((old.urgency)::text IS DISTINCT FROM (new.urgency)::text))) EXECUTE FUNCTION public.pgtrigger_update_update_cb6fb();

-- TABLE: assessments_followuphistory
CREATE TABLE public.assessments_followuphistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    kind character varying(20) NOT NULL,
    state character varying(20) NOT NULL,
    opens_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    overdue_at timestamp with time zone NOT NULL,
    permission_lapses_at timestamp with time zone,
    answered_at timestamp with time zone,
    answer_id uuid,
    assessment_id uuid NOT NULL,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    pgh_obj_id uuid NOT NULL,
    result character varying(20) DEFAULT ''::character varying NOT NULL,
    result_at timestamp with time zone,
    result_by_id uuid,
    urgency character varying(30) DEFAULT ''::character varying NOT NULL,
    cancelled_because character varying(20) DEFAULT ''::character varying NOT NULL
);

ALTER TABLE ONLY public.assessments_followuphistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_followuphistory assessments_followuphistory_pkey
ALTER TABLE ONLY public.assessments_followuphistory
    ADD CONSTRAINT assessments_followuphistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: assessments_followuphistory_pgh_obj_id_290e1f42
CREATE INDEX assessments_followuphistory_pgh_obj_id_290e1f42 ON public.assessments_followuphistory USING btree (pgh_obj_id);

-- ACL: TABLE assessments_followuphistory
GRANT SELECT,INSERT ON TABLE public.assessments_followuphistory TO rtr_app;

-- POLICY: assessments_followuphistory own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_followuphistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_followuphistory owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_followuphistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_followuphistory
ALTER TABLE public.assessments_followuphistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_followuphistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_followuphistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- SEQUENCE: assessments_followuphistory_pgh_id_seq
ALTER TABLE public.assessments_followuphistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.assessments_followuphistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE assessments_followuphistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.assessments_followuphistory_pgh_id_seq TO rtr_app;

-- TABLE: assessments_forgottenchanges
CREATE TABLE public.assessments_forgottenchanges (
    clinic_id uuid NOT NULL,
    "position" bigint NOT NULL
);

ALTER TABLE ONLY public.assessments_forgottenchanges FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_forgottenchanges assessments_forgottenchanges_pkey
ALTER TABLE ONLY public.assessments_forgottenchanges
    ADD CONSTRAINT assessments_forgottenchanges_pkey PRIMARY KEY (clinic_id);

-- FK CONSTRAINT: assessments_forgottenchanges assessments_forgotte_clinic_id_43ee7cec_fk_clinics_c
ALTER TABLE ONLY public.assessments_forgottenchanges
    ADD CONSTRAINT assessments_forgotte_clinic_id_43ee7cec_fk_clinics_c FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- ACL: TABLE assessments_forgottenchanges
GRANT SELECT ON TABLE public.assessments_forgottenchanges TO rtr_app;

-- POLICY: assessments_forgottenchanges own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_forgottenchanges USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_forgottenchanges owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_forgottenchanges TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_forgottenchanges
ALTER TABLE public.assessments_forgottenchanges ENABLE ROW LEVEL SECURITY;

-- TABLE: assessments_letter
CREATE TABLE public.assessments_letter (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    "to" character varying(20) NOT NULL,
    state character varying(10) NOT NULL,
    recipient text NOT NULL,
    call_back text NOT NULL,
    words text NOT NULL,
    content jsonb NOT NULL,
    issued_at timestamp with time zone,
    clinic_id uuid NOT NULL,
    drafted_by_id uuid NOT NULL,
    escalation_id uuid NOT NULL,
    issued_by_id uuid,
    patient_id uuid NOT NULL,
    CONSTRAINT issued_by_somebody CHECK ((((issued_at IS NULL) AND (issued_by_id IS NULL) AND ((state)::text = 'draft'::text)) OR ((issued_at IS NOT NULL) AND (issued_by_id IS NOT NULL) AND ((state)::text = 'issued'::text))))
);

ALTER TABLE ONLY public.assessments_letter FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_letter assessments_letter_pkey
ALTER TABLE ONLY public.assessments_letter
    ADD CONSTRAINT assessments_letter_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_letter assessments_letter_clinic_id_86b99bf0_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_letter
    ADD CONSTRAINT assessments_letter_clinic_id_86b99bf0_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_letter assessments_letter_drafted_by_id_4ad475d2_fk_clinics_m
ALTER TABLE ONLY public.assessments_letter
    ADD CONSTRAINT assessments_letter_drafted_by_id_4ad475d2_fk_clinics_m FOREIGN KEY (drafted_by_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_letter assessments_letter_escalation_id_3baa716f_fk_assessmen
ALTER TABLE ONLY public.assessments_letter
    ADD CONSTRAINT assessments_letter_escalation_id_3baa716f_fk_assessmen FOREIGN KEY (escalation_id) REFERENCES public.assessments_escalation(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_letter assessments_letter_issued_by_id_c7030b86_fk_clinics_m
ALTER TABLE ONLY public.assessments_letter
    ADD CONSTRAINT assessments_letter_issued_by_id_c7030b86_fk_clinics_m FOREIGN KEY (issued_by_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_letter assessments_letter_patient_id_9139cd67_fk_patients_patient_id
ALTER TABLE ONLY public.assessments_letter
    ADD CONSTRAINT assessments_letter_patient_id_9139cd67_fk_patients_patient_id FOREIGN KEY (patient_id) REFERENCES public.patients_patient(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_letter_clinic_id_86b99bf0
CREATE INDEX assessments_letter_clinic_id_86b99bf0 ON public.assessments_letter USING btree (clinic_id);

-- INDEX: assessments_letter_drafted_by_id_4ad475d2
CREATE INDEX assessments_letter_drafted_by_id_4ad475d2 ON public.assessments_letter USING btree (drafted_by_id);

-- INDEX: assessments_letter_escalation_id_3baa716f
CREATE INDEX assessments_letter_escalation_id_3baa716f ON public.assessments_letter USING btree (escalation_id);

-- INDEX: assessments_letter_issued_by_id_c7030b86
CREATE INDEX assessments_letter_issued_by_id_c7030b86 ON public.assessments_letter USING btree (issued_by_id);

-- INDEX: assessments_letter_patient_id_9139cd67
CREATE INDEX assessments_letter_patient_id_9139cd67 ON public.assessments_letter USING btree (patient_id);

-- INDEX: letters_of_an_escalation
CREATE INDEX letters_of_an_escalation ON public.assessments_letter USING btree (escalation_id, created_at);

-- INDEX: one_draft_for_each_reader
CREATE UNIQUE INDEX one_draft_for_each_reader ON public.assessments_letter USING btree (escalation_id, "to") WHERE ((state)::text = 'draft'::text);

-- ACL: TABLE assessments_letter
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_letter TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_d280a ON assessments_letter
COMMENT ON TRIGGER pgtrigger_delete_delete_d280a ON public.assessments_letter IS '4aaf563b9850a4748bf79976a0bffbda0a1a422e';

-- COMMENT: TRIGGER pgtrigger_insert_insert_289d9 ON assessments_letter
COMMENT ON TRIGGER pgtrigger_insert_insert_289d9 ON public.assessments_letter IS 'ffa0dc069cec03b3df548fe12c69863a536fbd91';

-- COMMENT: TRIGGER pgtrigger_update_update_9d9a5 ON assessments_letter
COMMENT ON TRIGGER pgtrigger_update_update_9d9a5 ON public.assessments_letter IS '03f50046d5f621ce9c75c63ec911b9ae4371e702';

-- POLICY: assessments_letter own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_letter USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_letter owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_letter TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_letter
ALTER TABLE public.assessments_letter ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_letter issued_for_good
CREATE TRIGGER issued_for_good BEFORE UPDATE ON public.assessments_letter FOR EACH ROW WHEN (((old.state)::text = 'issued'::text)) EXECUTE FUNCTION public.refuse_change('recipient', 'call_back', 'words', 'content', 'updated_at');

-- TRIGGER: assessments_letter never_deleted
CREATE TRIGGER never_deleted BEFORE DELETE ON public.assessments_letter FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TRIGGER: assessments_letter pgtrigger_delete_delete_d280a
CREATE TRIGGER pgtrigger_delete_delete_d280a AFTER DELETE ON public.assessments_letter FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_d280a();

-- TRIGGER: assessments_letter pgtrigger_insert_insert_289d9
CREATE TRIGGER pgtrigger_insert_insert_289d9 AFTER INSERT ON public.assessments_letter FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_289d9();

-- TRIGGER: assessments_letter pgtrigger_update_update_9d9a5
CREATE TRIGGER pgtrigger_update_update_9d9a5 AFTER UPDATE ON public.assessments_letter FOR EACH ROW WHEN (((old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.drafted_by_id IS DISTINCT FROM new.drafted_by_id) OR (old.escalation_id IS DISTINCT FROM new.escalation_id) OR (old.id IS DISTINCT FROM new.id) OR (old.issued_at IS DISTINCT FROM new.issued_at) OR (old.issued_by_id IS DISTINCT FROM new.issued_by_id) OR (old.patient_id IS DISTINCT FROM new.patient_id) OR ((old.state)::text IS DISTINCT FROM (new.state)::text) OR ((old."to")::text IS DISTINCT FROM (new."to")::text))) EXECUTE FUNCTION public.pgtrigger_update_update_9d9a5();

-- TABLE: assessments_letterhistory
CREATE TABLE public.assessments_letterhistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    "to" character varying(20) NOT NULL,
    state character varying(10) NOT NULL,
    issued_at timestamp with time zone,
    clinic_id uuid NOT NULL,
    drafted_by_id uuid NOT NULL,
    escalation_id uuid NOT NULL,
    issued_by_id uuid,
    patient_id uuid NOT NULL,
    pgh_obj_id uuid NOT NULL
);

ALTER TABLE ONLY public.assessments_letterhistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_letterhistory assessments_letterhistory_pkey
ALTER TABLE ONLY public.assessments_letterhistory
    ADD CONSTRAINT assessments_letterhistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: assessments_letterhistory_pgh_obj_id_2319b6de
CREATE INDEX assessments_letterhistory_pgh_obj_id_2319b6de ON public.assessments_letterhistory USING btree (pgh_obj_id);

-- ACL: TABLE assessments_letterhistory
GRANT SELECT,INSERT ON TABLE public.assessments_letterhistory TO rtr_app;

-- POLICY: assessments_letterhistory own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_letterhistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_letterhistory owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_letterhistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_letterhistory
ALTER TABLE public.assessments_letterhistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_letterhistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_letterhistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- SEQUENCE: assessments_letterhistory_pgh_id_seq
ALTER TABLE public.assessments_letterhistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.assessments_letterhistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE assessments_letterhistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.assessments_letterhistory_pgh_id_seq TO rtr_app;

-- TABLE: assessments_override
CREATE TABLE public.assessments_override (
    id uuid NOT NULL,
    decision character varying(40) NOT NULL,
    urgency character varying(30) NOT NULL,
    run_status character varying(40) NOT NULL,
    downward boolean NOT NULL,
    reason text NOT NULL,
    role character varying(20) NOT NULL,
    finding_kind character varying(20) NOT NULL,
    finding_text text NOT NULL,
    handover_to character varying(200) NOT NULL,
    handover_at timestamp with time zone,
    exclusion_by character varying(200) NOT NULL,
    exclusion_at timestamp with time zone,
    exclusion_text text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    assessment_id uuid NOT NULL,
    carried_from_id uuid,
    client_id uuid,
    clinic_id uuid NOT NULL,
    member_id uuid NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT downward_override_has_role_and_finding CHECK (((NOT downward) OR ((NOT ((role)::text = ''::text)) AND (NOT ((finding_kind)::text = ''::text)) AND (NOT (finding_text = ''::text))))),
    CONSTRAINT override_has_a_reason CHECK ((NOT (reason = ''::text))),
    CONSTRAINT override_is_a_decision CHECK ((NOT ((decision)::text = 'insufficient_information'::text)))
);

ALTER TABLE ONLY public.assessments_override FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_override assessments_override_pkey
ALTER TABLE ONLY public.assessments_override
    ADD CONSTRAINT assessments_override_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_override assessments_override_assessment_id_40d0994f_fk_assessmen
ALTER TABLE ONLY public.assessments_override
    ADD CONSTRAINT assessments_override_assessment_id_40d0994f_fk_assessmen FOREIGN KEY (assessment_id) REFERENCES public.assessments_assessment(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_override assessments_override_carried_from_id_0d6c0188_fk_assessmen
ALTER TABLE ONLY public.assessments_override
    ADD CONSTRAINT assessments_override_carried_from_id_0d6c0188_fk_assessmen FOREIGN KEY (carried_from_id) REFERENCES public.assessments_override(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_override assessments_override_client_id_315778cb_fk_clinics_apiclient_id
ALTER TABLE ONLY public.assessments_override
    ADD CONSTRAINT assessments_override_client_id_315778cb_fk_clinics_apiclient_id FOREIGN KEY (client_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_override assessments_override_clinic_id_b0d1f5d3_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_override
    ADD CONSTRAINT assessments_override_clinic_id_b0d1f5d3_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_override assessments_override_member_id_0ddb3a64_fk_clinics_m
ALTER TABLE ONLY public.assessments_override
    ADD CONSTRAINT assessments_override_member_id_0ddb3a64_fk_clinics_m FOREIGN KEY (member_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_override_assessment_id_40d0994f
CREATE INDEX assessments_override_assessment_id_40d0994f ON public.assessments_override USING btree (assessment_id);

-- INDEX: assessments_override_carried_from_id_0d6c0188
CREATE INDEX assessments_override_carried_from_id_0d6c0188 ON public.assessments_override USING btree (carried_from_id);

-- INDEX: assessments_override_client_id_315778cb
CREATE INDEX assessments_override_client_id_315778cb ON public.assessments_override USING btree (client_id);

-- INDEX: assessments_override_clinic_id_b0d1f5d3
CREATE INDEX assessments_override_clinic_id_b0d1f5d3 ON public.assessments_override USING btree (clinic_id);

-- INDEX: assessments_override_member_id_0ddb3a64
CREATE INDEX assessments_override_member_id_0ddb3a64 ON public.assessments_override USING btree (member_id);

-- INDEX: override_history
CREATE INDEX override_history ON public.assessments_override USING btree (assessment_id, created_at);

-- ACL: TABLE assessments_override
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_override TO rtr_app;

-- POLICY: assessments_override own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_override USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_override owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_override TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_override
ALTER TABLE public.assessments_override ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_override append_only
CREATE TRIGGER append_only BEFORE UPDATE ON public.assessments_override FOR EACH ROW WHEN (((new.updated_at < old.updated_at) OR ((to_jsonb(old.*) - 'updated_at'::text) IS DISTINCT FROM (to_jsonb(new.*) - 'updated_at'::text)))) EXECUTE FUNCTION public.refuse_change('reason', 'finding_text', 'handover_to', 'exclusion_by', 'exclusion_text', 'updated_at');

-- TRIGGER: assessments_override never_deleted
CREATE TRIGGER never_deleted BEFORE DELETE ON public.assessments_override FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TRIGGER: assessments_override overrides
CREATE TRIGGER overrides AFTER INSERT OR UPDATE ON public.assessments_override FOR EACH ROW EXECUTE FUNCTION public.move_assessment();

-- TRIGGER: assessments_override words_taken
CREATE TRIGGER words_taken BEFORE UPDATE ON public.assessments_override FOR EACH ROW WHEN (((old.updated_at = new.updated_at) AND (old.* IS DISTINCT FROM new.*))) EXECUTE FUNCTION public.note_time();

-- TABLE: assessments_parameterpreview
CREATE TABLE public.assessments_parameterpreview (
    id uuid NOT NULL,
    based_on integer NOT NULL,
    "values" jsonb NOT NULL,
    changes jsonb NOT NULL,
    report jsonb NOT NULL,
    protocol_version character varying(20) NOT NULL,
    protocol_hash character varying(80) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    client_id uuid,
    clinic_id uuid NOT NULL,
    member_id uuid NOT NULL,
    CONSTRAINT assessments_parameterpreview_based_on_check CHECK ((based_on >= 0))
);

ALTER TABLE ONLY public.assessments_parameterpreview FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_parameterpreview assessments_parameterpreview_pkey
ALTER TABLE ONLY public.assessments_parameterpreview
    ADD CONSTRAINT assessments_parameterpreview_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_parameterpreview assessments_paramete_client_id_014d48ef_fk_clinics_a
ALTER TABLE ONLY public.assessments_parameterpreview
    ADD CONSTRAINT assessments_paramete_client_id_014d48ef_fk_clinics_a FOREIGN KEY (client_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_parameterpreview assessments_paramete_clinic_id_f0f512e8_fk_clinics_c
ALTER TABLE ONLY public.assessments_parameterpreview
    ADD CONSTRAINT assessments_paramete_clinic_id_f0f512e8_fk_clinics_c FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_parameterpreview assessments_paramete_member_id_2bc27c4a_fk_clinics_m
ALTER TABLE ONLY public.assessments_parameterpreview
    ADD CONSTRAINT assessments_paramete_member_id_2bc27c4a_fk_clinics_m FOREIGN KEY (member_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_parameterpreview_client_id_014d48ef
CREATE INDEX assessments_parameterpreview_client_id_014d48ef ON public.assessments_parameterpreview USING btree (client_id);

-- INDEX: assessments_parameterpreview_clinic_id_f0f512e8
CREATE INDEX assessments_parameterpreview_clinic_id_f0f512e8 ON public.assessments_parameterpreview USING btree (clinic_id);

-- INDEX: assessments_parameterpreview_member_id_2bc27c4a
CREATE INDEX assessments_parameterpreview_member_id_2bc27c4a ON public.assessments_parameterpreview USING btree (member_id);

-- ACL: TABLE assessments_parameterpreview
GRANT SELECT,INSERT ON TABLE public.assessments_parameterpreview TO rtr_app;

-- POLICY: assessments_parameterpreview own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_parameterpreview USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_parameterpreview owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_parameterpreview TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_parameterpreview
ALTER TABLE public.assessments_parameterpreview ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_parameterpreview append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_parameterpreview FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TABLE: assessments_parameterset
CREATE TABLE public.assessments_parameterset (
    id uuid NOT NULL,
    number integer NOT NULL,
    "values" jsonb NOT NULL,
    protocol_version character varying(20) NOT NULL,
    protocol_hash character varying(80) NOT NULL,
    looser boolean NOT NULL,
    reason text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    client_id uuid,
    clinic_id uuid NOT NULL,
    decided_by_id uuid NOT NULL,
    lead_id uuid,
    preview_id uuid NOT NULL,
    CONSTRAINT assessments_parameterset_number_check CHECK ((number >= 0)),
    CONSTRAINT looser_parameters_have_a_lead CHECK (((NOT looser) OR (lead_id IS NOT NULL))),
    CONSTRAINT parameter_set_has_a_reason CHECK ((NOT (reason = ''::text)))
);

ALTER TABLE ONLY public.assessments_parameterset FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_parameterset assessments_parameterset_pkey
ALTER TABLE ONLY public.assessments_parameterset
    ADD CONSTRAINT assessments_parameterset_pkey PRIMARY KEY (id);

-- CONSTRAINT: assessments_parameterset assessments_parameterset_preview_id_key
ALTER TABLE ONLY public.assessments_parameterset
    ADD CONSTRAINT assessments_parameterset_preview_id_key UNIQUE (preview_id);

-- CONSTRAINT: assessments_parameterset one_parameter_set_per_number
ALTER TABLE ONLY public.assessments_parameterset
    ADD CONSTRAINT one_parameter_set_per_number UNIQUE (clinic_id, number);

-- FK CONSTRAINT: assessments_parameterset assessments_paramete_client_id_689f1cc0_fk_clinics_a
ALTER TABLE ONLY public.assessments_parameterset
    ADD CONSTRAINT assessments_paramete_client_id_689f1cc0_fk_clinics_a FOREIGN KEY (client_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_parameterset assessments_paramete_clinic_id_d13bdb40_fk_clinics_c
ALTER TABLE ONLY public.assessments_parameterset
    ADD CONSTRAINT assessments_paramete_clinic_id_d13bdb40_fk_clinics_c FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_parameterset assessments_paramete_decided_by_id_3ffdd14c_fk_clinics_m
ALTER TABLE ONLY public.assessments_parameterset
    ADD CONSTRAINT assessments_paramete_decided_by_id_3ffdd14c_fk_clinics_m FOREIGN KEY (decided_by_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_parameterset assessments_paramete_lead_id_c780c68e_fk_clinics_m
ALTER TABLE ONLY public.assessments_parameterset
    ADD CONSTRAINT assessments_paramete_lead_id_c780c68e_fk_clinics_m FOREIGN KEY (lead_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_parameterset assessments_paramete_preview_id_ee23c984_fk_assessmen
ALTER TABLE ONLY public.assessments_parameterset
    ADD CONSTRAINT assessments_paramete_preview_id_ee23c984_fk_assessmen FOREIGN KEY (preview_id) REFERENCES public.assessments_parameterpreview(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_parameterset_client_id_689f1cc0
CREATE INDEX assessments_parameterset_client_id_689f1cc0 ON public.assessments_parameterset USING btree (client_id);

-- INDEX: assessments_parameterset_clinic_id_d13bdb40
CREATE INDEX assessments_parameterset_clinic_id_d13bdb40 ON public.assessments_parameterset USING btree (clinic_id);

-- INDEX: assessments_parameterset_decided_by_id_3ffdd14c
CREATE INDEX assessments_parameterset_decided_by_id_3ffdd14c ON public.assessments_parameterset USING btree (decided_by_id);

-- INDEX: assessments_parameterset_lead_id_c780c68e
CREATE INDEX assessments_parameterset_lead_id_c780c68e ON public.assessments_parameterset USING btree (lead_id);

-- ACL: TABLE assessments_parameterset
GRANT SELECT,INSERT ON TABLE public.assessments_parameterset TO rtr_app;

-- POLICY: assessments_parameterset own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_parameterset USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_parameterset owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_parameterset TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_parameterset
ALTER TABLE public.assessments_parameterset ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_parameterset append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_parameterset FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TABLE: assessments_programme
CREATE TABLE public.assessments_programme (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    state character varying(10) NOT NULL,
    content jsonb NOT NULL,
    clearance_needed boolean NOT NULL,
    cleared_at timestamp with time zone,
    released_at timestamp with time zone,
    ended_at timestamp with time zone,
    usual_run_km double precision,
    phase character varying(2) NOT NULL,
    stage smallint NOT NULL,
    share_percent smallint NOT NULL,
    status character varying(10) NOT NULL,
    greens smallint NOT NULL,
    ambers smallint NOT NULL,
    settle_first boolean NOT NULL,
    next_run_from timestamp with time zone,
    permitted_until timestamp with time zone,
    review_by timestamp with time zone,
    assessment_id uuid NOT NULL,
    cleared_by_id uuid,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    released_by_id uuid,
    takes_the_place_of_id uuid,
    CONSTRAINT assessments_programme_ambers_check CHECK ((ambers >= 0)),
    CONSTRAINT assessments_programme_greens_check CHECK ((greens >= 0)),
    CONSTRAINT assessments_programme_share_percent_check CHECK ((share_percent >= 0)),
    CONSTRAINT assessments_programme_stage_check CHECK ((stage >= 0)),
    CONSTRAINT no_running_without_its_clearance CHECK (((NOT clearance_needed) OR ((cleared_at IS NOT NULL) AND (cleared_by_id IS NOT NULL)) OR ((phase)::text = ANY ((ARRAY['P0'::character varying, 'P1'::character varying])::text[])))),
    CONSTRAINT released_by_somebody CHECK (((NOT ((state)::text = 'released'::text)) OR ((released_at IS NOT NULL) AND (released_by_id IS NOT NULL))))
);

ALTER TABLE ONLY public.assessments_programme FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_programme assessments_programme_pkey
ALTER TABLE ONLY public.assessments_programme
    ADD CONSTRAINT assessments_programme_pkey PRIMARY KEY (id);

-- CONSTRAINT: assessments_programme assessments_programme_takes_the_place_of_id_key
ALTER TABLE ONLY public.assessments_programme
    ADD CONSTRAINT assessments_programme_takes_the_place_of_id_key UNIQUE (takes_the_place_of_id);

-- FK CONSTRAINT: assessments_programme assessments_programm_assessment_id_28b2817b_fk_assessmen
ALTER TABLE ONLY public.assessments_programme
    ADD CONSTRAINT assessments_programm_assessment_id_28b2817b_fk_assessmen FOREIGN KEY (assessment_id) REFERENCES public.assessments_assessment(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_programme assessments_programm_cleared_by_id_ff106aab_fk_clinics_m
ALTER TABLE ONLY public.assessments_programme
    ADD CONSTRAINT assessments_programm_cleared_by_id_ff106aab_fk_clinics_m FOREIGN KEY (cleared_by_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_programme assessments_programm_patient_id_29ac094c_fk_patients_
ALTER TABLE ONLY public.assessments_programme
    ADD CONSTRAINT assessments_programm_patient_id_29ac094c_fk_patients_ FOREIGN KEY (patient_id) REFERENCES public.patients_patient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_programme assessments_programm_released_by_id_2f9495ce_fk_clinics_m
ALTER TABLE ONLY public.assessments_programme
    ADD CONSTRAINT assessments_programm_released_by_id_2f9495ce_fk_clinics_m FOREIGN KEY (released_by_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_programme assessments_programm_takes_the_place_of_i_07d7cbe3_fk_assessmen
ALTER TABLE ONLY public.assessments_programme
    ADD CONSTRAINT assessments_programm_takes_the_place_of_i_07d7cbe3_fk_assessmen FOREIGN KEY (takes_the_place_of_id) REFERENCES public.assessments_programme(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_programme assessments_programme_clinic_id_5ab6cb5f_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_programme
    ADD CONSTRAINT assessments_programme_clinic_id_5ab6cb5f_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_programme_assessment_id_28b2817b
CREATE INDEX assessments_programme_assessment_id_28b2817b ON public.assessments_programme USING btree (assessment_id);

-- INDEX: assessments_programme_cleared_by_id_ff106aab
CREATE INDEX assessments_programme_cleared_by_id_ff106aab ON public.assessments_programme USING btree (cleared_by_id);

-- INDEX: assessments_programme_clinic_id_5ab6cb5f
CREATE INDEX assessments_programme_clinic_id_5ab6cb5f ON public.assessments_programme USING btree (clinic_id);

-- INDEX: assessments_programme_patient_id_29ac094c
CREATE INDEX assessments_programme_patient_id_29ac094c ON public.assessments_programme USING btree (patient_id);

-- INDEX: assessments_programme_released_by_id_2f9495ce
CREATE INDEX assessments_programme_released_by_id_2f9495ce ON public.assessments_programme USING btree (released_by_id);

-- INDEX: one_current_programme
CREATE UNIQUE INDEX one_current_programme ON public.assessments_programme USING btree (patient_id) WHERE ((state)::text = ANY ((ARRAY['draft'::character varying, 'released'::character varying])::text[]));

-- INDEX: programme_changes
CREATE INDEX programme_changes ON public.assessments_programme USING btree (clinic_id, updated_at, id);

-- ACL: TABLE assessments_programme
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_programme TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_e0ba9 ON assessments_programme
COMMENT ON TRIGGER pgtrigger_delete_delete_e0ba9 ON public.assessments_programme IS '61984df781e87680f6f15fdd4db47bf38e8332ed';

-- COMMENT: TRIGGER pgtrigger_insert_insert_a00fd ON assessments_programme
COMMENT ON TRIGGER pgtrigger_insert_insert_a00fd ON public.assessments_programme IS 'af53e0b001d018fb7e6dc356ff7e45f1f6115d85';

-- COMMENT: TRIGGER pgtrigger_update_update_1f70b ON assessments_programme
COMMENT ON TRIGGER pgtrigger_update_update_1f70b ON public.assessments_programme IS '56bdfdb18c168537c6f8408a36f4ebff5e90f3fc';

-- POLICY: assessments_programme own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_programme USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_programme owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_programme TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_programme
ALTER TABLE public.assessments_programme ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_programme note_programme_created
CREATE CONSTRAINT TRIGGER note_programme_created AFTER INSERT ON public.assessments_programme DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.note_change('programme', 'id', 'created');

-- TRIGGER: assessments_programme note_programme_updated
CREATE CONSTRAINT TRIGGER note_programme_updated AFTER UPDATE ON public.assessments_programme DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((old.updated_at <> new.updated_at)) EXECUTE FUNCTION public.note_change('programme', 'id', 'updated');

-- TRIGGER: assessments_programme pgtrigger_delete_delete_e0ba9
CREATE TRIGGER pgtrigger_delete_delete_e0ba9 AFTER DELETE ON public.assessments_programme FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_e0ba9();

-- TRIGGER: assessments_programme pgtrigger_insert_insert_a00fd
CREATE TRIGGER pgtrigger_insert_insert_a00fd AFTER INSERT ON public.assessments_programme FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_a00fd();

-- TRIGGER: assessments_programme pgtrigger_update_update_1f70b
CREATE TRIGGER pgtrigger_update_update_1f70b AFTER UPDATE ON public.assessments_programme FOR EACH ROW WHEN (((old.ambers IS DISTINCT FROM new.ambers) OR (old.assessment_id IS DISTINCT FROM new.assessment_id) OR (old.clearance_needed IS DISTINCT FROM new.clearance_needed) OR (old.cleared_at IS DISTINCT FROM new.cleared_at) OR (old.cleared_by_id IS DISTINCT FROM new.cleared_by_id) OR (old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.ended_at IS DISTINCT FROM new.ended_at) OR (old.greens IS DISTINCT FROM new.greens) OR (old.id IS DISTINCT FROM new.id) OR (old.next_run_from IS DISTINCT FROM new.next_run_from) OR (old.patient_id IS DISTINCT FROM new.patient_id) OR (old.permitted_until IS DISTINCT FROM new.permitted_until) OR ((old.phase)::text IS DISTINCT FROM (new.phase)::text) OR (old.released_at IS DISTINCT FROM new.released_at) OR (old.released_by_id IS DISTINCT FROM new.released_by_id) OR (old.review_by IS DISTINCT FROM new.review_by) OR (old.settle_first IS DISTINCT FROM new.settle_first) OR (old.share_percent IS DISTINCT FROM new.share_percent) OR (old.stage IS DISTINCT FROM new.stage) OR ((old.state)::text IS DISTINCT FROM (new.state)::text) OR ((old.status)::text IS DISTINCT FROM (new.status)::text) OR (old.takes_the_place_of_id IS DISTINCT FROM new.takes_the_place_of_id) OR (old.usual_run_km IS DISTINCT FROM new.usual_run_km))) EXECUTE FUNCTION public.pgtrigger_update_update_1f70b();

-- TABLE: assessments_programmeevent
CREATE TABLE public.assessments_programmeevent (
    id uuid NOT NULL,
    kind character varying(20) NOT NULL,
    at timestamp with time zone NOT NULL,
    reason character varying(20) NOT NULL,
    reaction character varying(10) NOT NULL,
    criteria jsonb NOT NULL,
    phase character varying(2) NOT NULL,
    stage smallint NOT NULL,
    share_percent smallint NOT NULL,
    status character varying(10) NOT NULL,
    figures jsonb NOT NULL,
    client_id uuid,
    clinic_id uuid NOT NULL,
    member_id uuid,
    programme_id uuid NOT NULL,
    CONSTRAINT assessments_programmeevent_share_percent_check CHECK ((share_percent >= 0)),
    CONSTRAINT assessments_programmeevent_stage_check CHECK ((stage >= 0))
);

ALTER TABLE ONLY public.assessments_programmeevent FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_programmeevent assessments_programmeevent_pkey
ALTER TABLE ONLY public.assessments_programmeevent
    ADD CONSTRAINT assessments_programmeevent_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_programmeevent assessments_programm_client_id_6a44f694_fk_clinics_a
ALTER TABLE ONLY public.assessments_programmeevent
    ADD CONSTRAINT assessments_programm_client_id_6a44f694_fk_clinics_a FOREIGN KEY (client_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_programmeevent assessments_programm_clinic_id_ebd0dab0_fk_clinics_c
ALTER TABLE ONLY public.assessments_programmeevent
    ADD CONSTRAINT assessments_programm_clinic_id_ebd0dab0_fk_clinics_c FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_programmeevent assessments_programm_member_id_0e315a58_fk_clinics_m
ALTER TABLE ONLY public.assessments_programmeevent
    ADD CONSTRAINT assessments_programm_member_id_0e315a58_fk_clinics_m FOREIGN KEY (member_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_programmeevent assessments_programm_programme_id_d28a053d_fk_assessmen
ALTER TABLE ONLY public.assessments_programmeevent
    ADD CONSTRAINT assessments_programm_programme_id_d28a053d_fk_assessmen FOREIGN KEY (programme_id) REFERENCES public.assessments_programme(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_programmeevent_client_id_6a44f694
CREATE INDEX assessments_programmeevent_client_id_6a44f694 ON public.assessments_programmeevent USING btree (client_id);

-- INDEX: assessments_programmeevent_clinic_id_ebd0dab0
CREATE INDEX assessments_programmeevent_clinic_id_ebd0dab0 ON public.assessments_programmeevent USING btree (clinic_id);

-- INDEX: assessments_programmeevent_member_id_0e315a58
CREATE INDEX assessments_programmeevent_member_id_0e315a58 ON public.assessments_programmeevent USING btree (member_id);

-- INDEX: assessments_programmeevent_programme_id_d28a053d
CREATE INDEX assessments_programmeevent_programme_id_d28a053d ON public.assessments_programmeevent USING btree (programme_id);

-- INDEX: programme_history
CREATE INDEX programme_history ON public.assessments_programmeevent USING btree (programme_id, at);

-- ACL: TABLE assessments_programmeevent
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_programmeevent TO rtr_app;

-- POLICY: assessments_programmeevent own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_programmeevent USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_programmeevent owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_programmeevent TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_programmeevent
ALTER TABLE public.assessments_programmeevent ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_programmeevent append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_programmeevent FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TABLE: assessments_programmehistory
CREATE TABLE public.assessments_programmehistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    state character varying(10) NOT NULL,
    clearance_needed boolean NOT NULL,
    cleared_at timestamp with time zone,
    released_at timestamp with time zone,
    ended_at timestamp with time zone,
    usual_run_km double precision,
    phase character varying(2) NOT NULL,
    stage smallint NOT NULL,
    share_percent smallint NOT NULL,
    status character varying(10) NOT NULL,
    greens smallint NOT NULL,
    ambers smallint NOT NULL,
    settle_first boolean NOT NULL,
    next_run_from timestamp with time zone,
    permitted_until timestamp with time zone,
    review_by timestamp with time zone,
    assessment_id uuid NOT NULL,
    cleared_by_id uuid,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    pgh_obj_id uuid NOT NULL,
    released_by_id uuid,
    takes_the_place_of_id uuid,
    CONSTRAINT assessments_programmehistory_ambers_check CHECK ((ambers >= 0)),
    CONSTRAINT assessments_programmehistory_greens_check CHECK ((greens >= 0)),
    CONSTRAINT assessments_programmehistory_share_percent_check CHECK ((share_percent >= 0)),
    CONSTRAINT assessments_programmehistory_stage_check CHECK ((stage >= 0))
);

ALTER TABLE ONLY public.assessments_programmehistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_programmehistory assessments_programmehistory_pkey
ALTER TABLE ONLY public.assessments_programmehistory
    ADD CONSTRAINT assessments_programmehistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: assessments_programmehistory_pgh_obj_id_fa65486e
CREATE INDEX assessments_programmehistory_pgh_obj_id_fa65486e ON public.assessments_programmehistory USING btree (pgh_obj_id);

-- ACL: TABLE assessments_programmehistory
GRANT SELECT,INSERT ON TABLE public.assessments_programmehistory TO rtr_app;

-- POLICY: assessments_programmehistory own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_programmehistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_programmehistory owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_programmehistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_programmehistory
ALTER TABLE public.assessments_programmehistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_programmehistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_programmehistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- SEQUENCE: assessments_programmehistory_pgh_id_seq
ALTER TABLE public.assessments_programmehistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.assessments_programmehistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE assessments_programmehistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.assessments_programmehistory_pgh_id_seq TO rtr_app;

-- TABLE: assessments_runlog
CREATE TABLE public.assessments_runlog (
    id uuid NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    planned jsonb NOT NULL,
    distance_km double precision,
    minutes double precision,
    surface character varying(10) NOT NULL,
    levers jsonb NOT NULL,
    as_permitted boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    check_due_id uuid NOT NULL,
    clinic_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    running_minutes double precision,
    speed character varying(10) DEFAULT ''::character varying NOT NULL,
    stage smallint,
    shoe_id uuid,
    CONSTRAINT assessments_runlog_stage_check CHECK ((stage >= 0))
);

ALTER TABLE ONLY public.assessments_runlog FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_runlog assessments_runlog_check_due_id_key
ALTER TABLE ONLY public.assessments_runlog
    ADD CONSTRAINT assessments_runlog_check_due_id_key UNIQUE (check_due_id);

-- CONSTRAINT: assessments_runlog assessments_runlog_pkey
ALTER TABLE ONLY public.assessments_runlog
    ADD CONSTRAINT assessments_runlog_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_runlog assessments_runlog_check_due_id_7db8e558_fk_assessmen
ALTER TABLE ONLY public.assessments_runlog
    ADD CONSTRAINT assessments_runlog_check_due_id_7db8e558_fk_assessmen FOREIGN KEY (check_due_id) REFERENCES public.assessments_followup(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_runlog assessments_runlog_clinic_id_68cd6cb7_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_runlog
    ADD CONSTRAINT assessments_runlog_clinic_id_68cd6cb7_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_runlog assessments_runlog_programme_id_c036cf38_fk_assessmen
ALTER TABLE ONLY public.assessments_runlog
    ADD CONSTRAINT assessments_runlog_programme_id_c036cf38_fk_assessmen FOREIGN KEY (programme_id) REFERENCES public.assessments_programme(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_runlog assessments_runlog_shoe_id_17899e30_fk_assessments_shoe_id
ALTER TABLE ONLY public.assessments_runlog
    ADD CONSTRAINT assessments_runlog_shoe_id_17899e30_fk_assessments_shoe_id FOREIGN KEY (shoe_id) REFERENCES public.assessments_shoe(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_runlog_clinic_id_68cd6cb7
CREATE INDEX assessments_runlog_clinic_id_68cd6cb7 ON public.assessments_runlog USING btree (clinic_id);

-- INDEX: assessments_runlog_programme_id_c036cf38
CREATE INDEX assessments_runlog_programme_id_c036cf38 ON public.assessments_runlog USING btree (programme_id);

-- INDEX: assessments_runlog_shoe_id_17899e30
CREATE INDEX assessments_runlog_shoe_id_17899e30 ON public.assessments_runlog USING btree (shoe_id);

-- INDEX: runs_of_a_programme
CREATE INDEX runs_of_a_programme ON public.assessments_runlog USING btree (programme_id, ended_at DESC);

-- ACL: TABLE assessments_runlog
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_runlog TO rtr_app;

-- POLICY: assessments_runlog own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_runlog USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_runlog owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_runlog TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_runlog
ALTER TABLE public.assessments_runlog ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_runlog append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_runlog FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TABLE: assessments_shoe
CREATE TABLE public.assessments_shoe (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    name character varying(100) NOT NULL,
    started_on date NOT NULL,
    km_before double precision NOT NULL,
    worn boolean NOT NULL,
    retired_on date,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL
);

ALTER TABLE ONLY public.assessments_shoe FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_shoe assessments_shoe_pkey
ALTER TABLE ONLY public.assessments_shoe
    ADD CONSTRAINT assessments_shoe_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_shoe assessments_shoe_clinic_id_8f8b0bcf_fk_clinics_clinic_id
ALTER TABLE ONLY public.assessments_shoe
    ADD CONSTRAINT assessments_shoe_clinic_id_8f8b0bcf_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_shoe assessments_shoe_patient_id_37a73b55_fk_patients_patient_id
ALTER TABLE ONLY public.assessments_shoe
    ADD CONSTRAINT assessments_shoe_patient_id_37a73b55_fk_patients_patient_id FOREIGN KEY (patient_id) REFERENCES public.patients_patient(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_shoe_clinic_id_8f8b0bcf
CREATE INDEX assessments_shoe_clinic_id_8f8b0bcf ON public.assessments_shoe USING btree (clinic_id);

-- INDEX: assessments_shoe_patient_id_37a73b55
CREATE INDEX assessments_shoe_patient_id_37a73b55 ON public.assessments_shoe USING btree (patient_id);

-- INDEX: shoes_of_a_runner
CREATE INDEX shoes_of_a_runner ON public.assessments_shoe USING btree (patient_id, updated_at, id);

-- ACL: TABLE assessments_shoe
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_shoe TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_bb585 ON assessments_shoe
COMMENT ON TRIGGER pgtrigger_delete_delete_bb585 ON public.assessments_shoe IS 'e8f9b6ecbf7eef097cabbd685de4550d19baf84c';

-- COMMENT: TRIGGER pgtrigger_insert_insert_ca948 ON assessments_shoe
COMMENT ON TRIGGER pgtrigger_insert_insert_ca948 ON public.assessments_shoe IS '0532b0afb81b958c3dd77bc9f8d0700ba927fd2a';

-- COMMENT: TRIGGER pgtrigger_update_update_a5c59 ON assessments_shoe
COMMENT ON TRIGGER pgtrigger_update_update_a5c59 ON public.assessments_shoe IS 'aefe45a864a51320206c8e2941ef6c18e7f1c17e';

-- POLICY: assessments_shoe own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_shoe USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_shoe owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_shoe TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_shoe
ALTER TABLE public.assessments_shoe ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_shoe pgtrigger_delete_delete_bb585
CREATE TRIGGER pgtrigger_delete_delete_bb585 AFTER DELETE ON public.assessments_shoe FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_bb585();

-- TRIGGER: assessments_shoe pgtrigger_insert_insert_ca948
CREATE TRIGGER pgtrigger_insert_insert_ca948 AFTER INSERT ON public.assessments_shoe FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_ca948();

-- TRIGGER: assessments_shoe pgtrigger_update_update_a5c59
CREATE TRIGGER pgtrigger_update_update_a5c59 AFTER UPDATE ON public.assessments_shoe FOR EACH ROW WHEN (((old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.id IS DISTINCT FROM new.id) OR (old.km_before IS DISTINCT FROM new.km_before) OR (old.patient_id IS DISTINCT FROM new.patient_id) OR (old.retired_on IS DISTINCT FROM new.retired_on) OR (old.started_on IS DISTINCT FROM new.started_on) OR (old.worn IS DISTINCT FROM new.worn))) EXECUTE FUNCTION public.pgtrigger_update_update_a5c59();

-- TABLE: assessments_shoehistory
CREATE TABLE public.assessments_shoehistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_on date NOT NULL,
    km_before double precision NOT NULL,
    worn boolean NOT NULL,
    retired_on date,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    pgh_obj_id uuid NOT NULL
);

ALTER TABLE ONLY public.assessments_shoehistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_shoehistory assessments_shoehistory_pkey
ALTER TABLE ONLY public.assessments_shoehistory
    ADD CONSTRAINT assessments_shoehistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: assessments_shoehistory_pgh_obj_id_78341a36
CREATE INDEX assessments_shoehistory_pgh_obj_id_78341a36 ON public.assessments_shoehistory USING btree (pgh_obj_id);

-- ACL: TABLE assessments_shoehistory
GRANT SELECT,INSERT ON TABLE public.assessments_shoehistory TO rtr_app;

-- POLICY: assessments_shoehistory own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_shoehistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_shoehistory owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_shoehistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_shoehistory
ALTER TABLE public.assessments_shoehistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_shoehistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.assessments_shoehistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- SEQUENCE: assessments_shoehistory_pgh_id_seq
ALTER TABLE public.assessments_shoehistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.assessments_shoehistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE assessments_shoehistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.assessments_shoehistory_pgh_id_seq TO rtr_app;

-- TABLE: assessments_tally
CREATE TABLE public.assessments_tally (
    name character varying(100) NOT NULL,
    at timestamp with time zone NOT NULL,
    total bigint NOT NULL,
    CONSTRAINT assessments_tally_total_check CHECK ((total >= 0))
);

-- CONSTRAINT: assessments_tally assessments_tally_pkey
ALTER TABLE ONLY public.assessments_tally
    ADD CONSTRAINT assessments_tally_pkey PRIMARY KEY (name);

-- INDEX: assessments_tally_name_4f822fd6_like
CREATE INDEX assessments_tally_name_4f822fd6_like ON public.assessments_tally USING btree (name varchar_pattern_ops);

-- ACL: TABLE assessments_tally
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_tally TO rtr_app;

-- TABLE: assessments_webhookattempt
CREATE TABLE public.assessments_webhookattempt (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    latency_ms integer NOT NULL,
    result character varying(20) NOT NULL,
    reason character varying(200) NOT NULL,
    status smallint,
    request_headers jsonb NOT NULL,
    response_headers jsonb NOT NULL,
    clinic_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    CONSTRAINT assessments_webhookattempt_latency_ms_check CHECK ((latency_ms >= 0)),
    CONSTRAINT assessments_webhookattempt_status_check CHECK ((status >= 0))
);

ALTER TABLE ONLY public.assessments_webhookattempt FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_webhookattempt assessments_webhookattempt_pkey
ALTER TABLE ONLY public.assessments_webhookattempt
    ADD CONSTRAINT assessments_webhookattempt_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_webhookattempt assessments_webhooka_clinic_id_eab84aa6_fk_clinics_c
ALTER TABLE ONLY public.assessments_webhookattempt
    ADD CONSTRAINT assessments_webhooka_clinic_id_eab84aa6_fk_clinics_c FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_webhookattempt assessments_webhooka_delivery_id_4c284386_fk_assessmen
ALTER TABLE ONLY public.assessments_webhookattempt
    ADD CONSTRAINT assessments_webhooka_delivery_id_4c284386_fk_assessmen FOREIGN KEY (delivery_id) REFERENCES public.assessments_webhookdelivery(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_webhookattempt_clinic_id_eab84aa6
CREATE INDEX assessments_webhookattempt_clinic_id_eab84aa6 ON public.assessments_webhookattempt USING btree (clinic_id);

-- INDEX: assessments_webhookattempt_delivery_id_4c284386
CREATE INDEX assessments_webhookattempt_delivery_id_4c284386 ON public.assessments_webhookattempt USING btree (delivery_id);

-- INDEX: webhook_attempts
CREATE INDEX webhook_attempts ON public.assessments_webhookattempt USING btree (delivery_id, at);

-- ACL: TABLE assessments_webhookattempt
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_webhookattempt TO rtr_app;

-- POLICY: assessments_webhookattempt own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_webhookattempt USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_webhookattempt owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_webhookattempt TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_webhookattempt
ALTER TABLE public.assessments_webhookattempt ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_webhookattempt never_changed
CREATE TRIGGER never_changed BEFORE UPDATE ON public.assessments_webhookattempt FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TABLE: assessments_webhookdelivery
CREATE TABLE public.assessments_webhookdelivery (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    next_attempt_at timestamp with time zone,
    leased_until timestamp with time zone,
    claim_token uuid,
    round_failing_since timestamp with time zone,
    failures integer NOT NULL,
    last_error character varying(200) NOT NULL,
    state character varying(20) NOT NULL,
    attempts integer NOT NULL,
    retry_until timestamp with time zone NOT NULL,
    delivered_at timestamp with time zone,
    clinic_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT assessments_webhookdelivery_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT assessments_webhookdelivery_failures_check CHECK ((failures >= 0)),
    CONSTRAINT pending_delivery_is_never_idle CHECK ((((next_attempt_at IS NOT NULL) AND ((state)::text = 'pending'::text)) OR ((NOT ((state)::text = 'pending'::text)) AND (next_attempt_at IS NULL))))
);

ALTER TABLE ONLY public.assessments_webhookdelivery FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_webhookdelivery assessments_webhookdelivery_pkey
ALTER TABLE ONLY public.assessments_webhookdelivery
    ADD CONSTRAINT assessments_webhookdelivery_pkey PRIMARY KEY (id);

-- CONSTRAINT: assessments_webhookdelivery one_delivery_per_event_and_endpoint
ALTER TABLE ONLY public.assessments_webhookdelivery
    ADD CONSTRAINT one_delivery_per_event_and_endpoint UNIQUE (endpoint_id, event_id);

-- FK CONSTRAINT: assessments_webhookdelivery assessments_webhookd_clinic_id_0794b0be_fk_clinics_c
ALTER TABLE ONLY public.assessments_webhookdelivery
    ADD CONSTRAINT assessments_webhookd_clinic_id_0794b0be_fk_clinics_c FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_webhookdelivery assessments_webhookd_endpoint_id_519e6bf4_fk_clinics_w
ALTER TABLE ONLY public.assessments_webhookdelivery
    ADD CONSTRAINT assessments_webhookd_endpoint_id_519e6bf4_fk_clinics_w FOREIGN KEY (endpoint_id) REFERENCES public.clinics_webhookendpoint(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: assessments_webhookdelivery assessments_webhookd_event_id_4df94d2f_fk_assessmen
ALTER TABLE ONLY public.assessments_webhookdelivery
    ADD CONSTRAINT assessments_webhookd_event_id_4df94d2f_fk_assessmen FOREIGN KEY (event_id) REFERENCES public.assessments_webhookevent(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_webhookdelivery_clinic_id_0794b0be
CREATE INDEX assessments_webhookdelivery_clinic_id_0794b0be ON public.assessments_webhookdelivery USING btree (clinic_id);

-- INDEX: assessments_webhookdelivery_endpoint_id_519e6bf4
CREATE INDEX assessments_webhookdelivery_endpoint_id_519e6bf4 ON public.assessments_webhookdelivery USING btree (endpoint_id);

-- INDEX: assessments_webhookdelivery_event_id_4df94d2f
CREATE INDEX assessments_webhookdelivery_event_id_4df94d2f ON public.assessments_webhookdelivery USING btree (event_id);

-- INDEX: webhook_delivery_changes
CREATE INDEX webhook_delivery_changes ON public.assessments_webhookdelivery USING btree (endpoint_id, updated_at, id);

-- INDEX: webhook_due
CREATE INDEX webhook_due ON public.assessments_webhookdelivery USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

-- INDEX: webhook_due_by_endpoint
CREATE INDEX webhook_due_by_endpoint ON public.assessments_webhookdelivery USING btree (endpoint_id, next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

-- INDEX: webhook_given_up
CREATE INDEX webhook_given_up ON public.assessments_webhookdelivery USING btree (updated_at) WHERE ((state)::text = 'given_up'::text);

-- INDEX: webhook_in_hand
CREATE INDEX webhook_in_hand ON public.assessments_webhookdelivery USING btree (endpoint_id) WHERE (leased_until IS NOT NULL);

-- ACL: TABLE assessments_webhookdelivery
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_webhookdelivery TO rtr_app;

-- POLICY: assessments_webhookdelivery own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_webhookdelivery USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_webhookdelivery owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_webhookdelivery TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_webhookdelivery
ALTER TABLE public.assessments_webhookdelivery ENABLE ROW LEVEL SECURITY;

-- TABLE: assessments_webhookevent
CREATE TABLE public.assessments_webhookevent (
    id uuid NOT NULL,
    type character varying(30) NOT NULL,
    about uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    clinic_id uuid NOT NULL
);

ALTER TABLE ONLY public.assessments_webhookevent FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: assessments_webhookevent assessments_webhookevent_pkey
ALTER TABLE ONLY public.assessments_webhookevent
    ADD CONSTRAINT assessments_webhookevent_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: assessments_webhookevent assessments_webhooke_clinic_id_41b47fc2_fk_clinics_c
ALTER TABLE ONLY public.assessments_webhookevent
    ADD CONSTRAINT assessments_webhooke_clinic_id_41b47fc2_fk_clinics_c FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: assessments_webhookevent_clinic_id_41b47fc2
CREATE INDEX assessments_webhookevent_clinic_id_41b47fc2 ON public.assessments_webhookevent USING btree (clinic_id);

-- INDEX: webhook_event_about
CREATE INDEX webhook_event_about ON public.assessments_webhookevent USING btree (about);

-- INDEX: webhook_event_age
CREATE INDEX webhook_event_age ON public.assessments_webhookevent USING btree (clinic_id, at);

-- ACL: TABLE assessments_webhookevent
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.assessments_webhookevent TO rtr_app;

-- POLICY: assessments_webhookevent own_clinic_only
CREATE POLICY own_clinic_only ON public.assessments_webhookevent USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: assessments_webhookevent owner_sees_all
CREATE POLICY owner_sees_all ON public.assessments_webhookevent TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: assessments_webhookevent
ALTER TABLE public.assessments_webhookevent ENABLE ROW LEVEL SECURITY;

-- TRIGGER: assessments_webhookevent never_changed
CREATE TRIGGER never_changed BEFORE UPDATE ON public.assessments_webhookevent FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TABLE: auth_group
CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);

-- CONSTRAINT: auth_group auth_group_name_key
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);

-- CONSTRAINT: auth_group auth_group_pkey
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);

-- INDEX: auth_group_name_a6ea08ec_like
CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);

-- ACL: TABLE auth_group
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_group TO rtr_app;

-- SEQUENCE: auth_group_id_seq
ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE auth_group_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.auth_group_id_seq TO rtr_app;

-- TABLE: auth_group_permissions
CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);

-- CONSTRAINT: auth_group_permissions auth_group_permissions_group_id_permission_id_0cd325b0_uniq
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);

-- CONSTRAINT: auth_group_permissions auth_group_permissions_pkey
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: auth_group_permissions auth_group_permissio_permission_id_84c5c92e_fk_auth_perm
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: auth_group_permissions auth_group_permissions_group_id_b120cbf9_fk_auth_group_id
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: auth_group_permissions_group_id_b120cbf9
CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);

-- INDEX: auth_group_permissions_permission_id_84c5c92e
CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);

-- ACL: TABLE auth_group_permissions
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_group_permissions TO rtr_app;

-- SEQUENCE: auth_group_permissions_id_seq
ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE auth_group_permissions_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.auth_group_permissions_id_seq TO rtr_app;

-- TABLE: auth_permission
CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);

-- CONSTRAINT: auth_permission auth_permission_content_type_id_codename_01ab375a_uniq
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);

-- CONSTRAINT: auth_permission auth_permission_pkey
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: auth_permission auth_permission_content_type_id_2f476e4b_fk_django_co
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: auth_permission_content_type_id_2f476e4b
CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);

-- ACL: TABLE auth_permission
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.auth_permission TO rtr_app;

-- SEQUENCE: auth_permission_id_seq
ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE auth_permission_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.auth_permission_id_seq TO rtr_app;

-- FUNCTION: authenticate_token(text, timestamp with time zone, text)
CREATE FUNCTION public.authenticate_token(checksum text, moment timestamp with time zone, proof text) RETURNS TABLE(client_id uuid, clinic_id uuid, user_id uuid, scope text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT is_proof('token:' || checksum, proof) THEN
        RAISE EXCEPTION 'no proof that somebody showed this token' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT client.id, client.clinic_id, token.user_id, token.scope
    INTO client_id, clinic_id, user_id, scope
    FROM oauth2_provider_accesstoken token JOIN clinics_apiclient client ON client.id = token.application_id
    WHERE token.token_checksum = checksum AND token.expires > moment;
    IF FOUND THEN
        PERFORM set_config('app.clinic', clinic_id || ':' || seal_of(clinic_id), true);
        RETURN NEXT;
    END IF;
END $$;

-- ACL: FUNCTION authenticate_token(checksum text, moment timestamp with time zone, proof text)
REVOKE ALL ON FUNCTION public.authenticate_token(checksum text, moment timestamp with time zone, proof text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.authenticate_token(checksum text, moment timestamp with time zone, proof text) TO rtr_app;

-- TABLE: axes_accessattempt
CREATE TABLE public.axes_accessattempt (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    get_data text NOT NULL,
    post_data text NOT NULL,
    failures_since_start integer NOT NULL,
    CONSTRAINT axes_accessattempt_failures_since_start_check CHECK ((failures_since_start >= 0))
);

-- CONSTRAINT: axes_accessattempt axes_accessattempt_pkey
ALTER TABLE ONLY public.axes_accessattempt
    ADD CONSTRAINT axes_accessattempt_pkey PRIMARY KEY (id);

-- CONSTRAINT: axes_accessattempt axes_accessattempt_username_ip_address_user_agent_8ea22282_uniq
ALTER TABLE ONLY public.axes_accessattempt
    ADD CONSTRAINT axes_accessattempt_username_ip_address_user_agent_8ea22282_uniq UNIQUE (username, ip_address, user_agent);

-- INDEX: axes_accessattempt_ip_address_10922d9c
CREATE INDEX axes_accessattempt_ip_address_10922d9c ON public.axes_accessattempt USING btree (ip_address);

-- INDEX: axes_accessattempt_user_agent_ad89678b
CREATE INDEX axes_accessattempt_user_agent_ad89678b ON public.axes_accessattempt USING btree (user_agent);

-- INDEX: axes_accessattempt_user_agent_ad89678b_like
CREATE INDEX axes_accessattempt_user_agent_ad89678b_like ON public.axes_accessattempt USING btree (user_agent varchar_pattern_ops);

-- INDEX: axes_accessattempt_username_3f2d4ca0
CREATE INDEX axes_accessattempt_username_3f2d4ca0 ON public.axes_accessattempt USING btree (username);

-- INDEX: axes_accessattempt_username_3f2d4ca0_like
CREATE INDEX axes_accessattempt_username_3f2d4ca0_like ON public.axes_accessattempt USING btree (username varchar_pattern_ops);

-- ACL: TABLE axes_accessattempt
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.axes_accessattempt TO rtr_app;

-- SEQUENCE: axes_accessattempt_id_seq
ALTER TABLE public.axes_accessattempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accessattempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE axes_accessattempt_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.axes_accessattempt_id_seq TO rtr_app;

-- TABLE: axes_accessattemptexpiration
CREATE TABLE public.axes_accessattemptexpiration (
    access_attempt_id integer NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

-- CONSTRAINT: axes_accessattemptexpiration axes_accessattemptexpiration_pkey
ALTER TABLE ONLY public.axes_accessattemptexpiration
    ADD CONSTRAINT axes_accessattemptexpiration_pkey PRIMARY KEY (access_attempt_id);

-- FK CONSTRAINT: axes_accessattemptexpiration axes_accessattemptex_access_attempt_id_6b73a47a_fk_axes_acce
ALTER TABLE ONLY public.axes_accessattemptexpiration
    ADD CONSTRAINT axes_accessattemptex_access_attempt_id_6b73a47a_fk_axes_acce FOREIGN KEY (access_attempt_id) REFERENCES public.axes_accessattempt(id) DEFERRABLE INITIALLY DEFERRED;

-- ACL: TABLE axes_accessattemptexpiration
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.axes_accessattemptexpiration TO rtr_app;

-- TABLE: axes_accessfailurelog
CREATE TABLE public.axes_accessfailurelog (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    locked_out boolean NOT NULL
);

-- CONSTRAINT: axes_accessfailurelog axes_accessfailurelog_pkey
ALTER TABLE ONLY public.axes_accessfailurelog
    ADD CONSTRAINT axes_accessfailurelog_pkey PRIMARY KEY (id);

-- INDEX: axes_accessfailurelog_ip_address_2e9f5a7f
CREATE INDEX axes_accessfailurelog_ip_address_2e9f5a7f ON public.axes_accessfailurelog USING btree (ip_address);

-- INDEX: axes_accessfailurelog_user_agent_ea145dda
CREATE INDEX axes_accessfailurelog_user_agent_ea145dda ON public.axes_accessfailurelog USING btree (user_agent);

-- INDEX: axes_accessfailurelog_user_agent_ea145dda_like
CREATE INDEX axes_accessfailurelog_user_agent_ea145dda_like ON public.axes_accessfailurelog USING btree (user_agent varchar_pattern_ops);

-- INDEX: axes_accessfailurelog_username_a8b7e8a4
CREATE INDEX axes_accessfailurelog_username_a8b7e8a4 ON public.axes_accessfailurelog USING btree (username);

-- INDEX: axes_accessfailurelog_username_a8b7e8a4_like
CREATE INDEX axes_accessfailurelog_username_a8b7e8a4_like ON public.axes_accessfailurelog USING btree (username varchar_pattern_ops);

-- ACL: TABLE axes_accessfailurelog
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.axes_accessfailurelog TO rtr_app;

-- SEQUENCE: axes_accessfailurelog_id_seq
ALTER TABLE public.axes_accessfailurelog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accessfailurelog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE axes_accessfailurelog_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.axes_accessfailurelog_id_seq TO rtr_app;

-- TABLE: axes_accesslog
CREATE TABLE public.axes_accesslog (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    logout_time timestamp with time zone,
    session_hash character varying(64) NOT NULL
);

-- CONSTRAINT: axes_accesslog axes_accesslog_pkey
ALTER TABLE ONLY public.axes_accesslog
    ADD CONSTRAINT axes_accesslog_pkey PRIMARY KEY (id);

-- INDEX: axes_accesslog_ip_address_86b417e5
CREATE INDEX axes_accesslog_ip_address_86b417e5 ON public.axes_accesslog USING btree (ip_address);

-- INDEX: axes_accesslog_user_agent_0e659004
CREATE INDEX axes_accesslog_user_agent_0e659004 ON public.axes_accesslog USING btree (user_agent);

-- INDEX: axes_accesslog_user_agent_0e659004_like
CREATE INDEX axes_accesslog_user_agent_0e659004_like ON public.axes_accesslog USING btree (user_agent varchar_pattern_ops);

-- INDEX: axes_accesslog_username_df93064b
CREATE INDEX axes_accesslog_username_df93064b ON public.axes_accesslog USING btree (username);

-- INDEX: axes_accesslog_username_df93064b_like
CREATE INDEX axes_accesslog_username_df93064b_like ON public.axes_accesslog USING btree (username varchar_pattern_ops);

-- ACL: TABLE axes_accesslog
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.axes_accesslog TO rtr_app;

-- SEQUENCE: axes_accesslog_id_seq
ALTER TABLE public.axes_accesslog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accesslog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE axes_accesslog_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.axes_accesslog_id_seq TO rtr_app;

-- FUNCTION: begin_changes_anew()
CREATE FUNCTION public.begin_changes_anew() RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH begun AS (
        SELECT setval(
            pg_get_serial_sequence('assessments_change', 'position'),
            greatest(
                nextval(pg_get_serial_sequence('assessments_change', 'position')),
                (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
            )
        ) AS position
    )
    INSERT INTO assessments_forgottenchanges AS known (clinic_id, position)
    SELECT current_clinic(), position FROM begun
    ON CONFLICT (clinic_id) DO UPDATE SET position = greatest(known.position, excluded.position)
    RETURNING position
$$;

-- ACL: FUNCTION begin_changes_anew()
REVOKE ALL ON FUNCTION public.begin_changes_anew() FROM PUBLIC;
GRANT ALL ON FUNCTION public.begin_changes_anew() TO rtr_app;

-- FUNCTION: blanked(jsonb, text[])
CREATE FUNCTION public.blanked(document jsonb, parts text[]) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT coalesce(
        jsonb_object_agg(key, CASE WHEN key = ANY (parts) THEN '"[erased]"' ELSE value END), '{}'
    ) FROM jsonb_each(document)
$$;

-- FUNCTION: claim_due_escalation(timestamp with time zone, timestamp with time zone)
CREATE FUNCTION public.claim_due_escalation(moment timestamp with time zone, until timestamp with time zone) RETURNS TABLE(row_id uuid, clinic uuid, token uuid)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    UPDATE assessments_escalation SET leased_until = until, claim_token = gen_random_uuid()
    WHERE id = (
        SELECT id FROM assessments_escalation
        WHERE next_attempt_at <= moment AND (leased_until IS NULL OR leased_until <= moment)
        ORDER BY urgency_rank DESC, next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, clinic_id, claim_token
$$;

-- ACL: FUNCTION claim_due_escalation(moment timestamp with time zone, until timestamp with time zone)
REVOKE ALL ON FUNCTION public.claim_due_escalation(moment timestamp with time zone, until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_due_escalation(moment timestamp with time zone, until timestamp with time zone) TO rtr_app;

-- FUNCTION: claim_due_export(timestamp with time zone, timestamp with time zone)
CREATE FUNCTION public.claim_due_export(moment timestamp with time zone, until timestamp with time zone) RETURNS TABLE(row_id uuid, clinic uuid, token uuid)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    UPDATE assessments_export SET leased_until = until, claim_token = gen_random_uuid()
    WHERE id = (
        SELECT id FROM assessments_export
        WHERE next_attempt_at <= moment AND (leased_until IS NULL OR leased_until <= moment)
        ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, clinic_id, claim_token
$$;

-- ACL: FUNCTION claim_due_export(moment timestamp with time zone, until timestamp with time zone)
REVOKE ALL ON FUNCTION public.claim_due_export(moment timestamp with time zone, until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_due_export(moment timestamp with time zone, until timestamp with time zone) TO rtr_app;

-- FUNCTION: claim_due_follow_up(timestamp with time zone, timestamp with time zone)
CREATE FUNCTION public.claim_due_follow_up(moment timestamp with time zone, until timestamp with time zone) RETURNS TABLE(row_id uuid, clinic uuid, token uuid)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    UPDATE assessments_followup SET leased_until = until, claim_token = gen_random_uuid()
    WHERE id = (
        SELECT id FROM assessments_followup
        WHERE next_attempt_at <= moment AND (leased_until IS NULL OR leased_until <= moment)
        ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, clinic_id, claim_token
$$;

-- ACL: FUNCTION claim_due_follow_up(moment timestamp with time zone, until timestamp with time zone)
REVOKE ALL ON FUNCTION public.claim_due_follow_up(moment timestamp with time zone, until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_due_follow_up(moment timestamp with time zone, until timestamp with time zone) TO rtr_app;

-- FUNCTION: claim_due_webhook(timestamp with time zone, timestamp with time zone)
CREATE FUNCTION public.claim_due_webhook(moment timestamp with time zone, until timestamp with time zone) RETURNS TABLE(row_id uuid, clinic uuid, token uuid)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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
END $$;

-- ACL: FUNCTION claim_due_webhook(moment timestamp with time zone, until timestamp with time zone)
REVOKE ALL ON FUNCTION public.claim_due_webhook(moment timestamp with time zone, until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_due_webhook(moment timestamp with time zone, until timestamp with time zone) TO rtr_app;

-- FUNCTION: claim_key_look_up(timestamp with time zone, timestamp with time zone, uuid[])
CREATE FUNCTION public.claim_key_look_up(moment timestamp with time zone, until timestamp with time zone, wanted uuid[]) RETURNS TABLE(row_id uuid, clinic uuid, place text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('claim_key_look_up', 0));
    IF (SELECT count(*) FROM clinics_publishedkeys held WHERE held.leased_until > moment) >= 8 THEN
        RETURN;
    END IF;
    RETURN QUERY UPDATE clinics_publishedkeys AS claimed SET leased_until = until WHERE claimed.id = (
        SELECT due.id FROM clinics_publishedkeys due
        WHERE (due.due_at <= moment OR due.id = ANY (wanted))
        AND (due.leased_until IS NULL OR due.leased_until <= moment)
        AND (due.looked_at IS NULL OR due.looked_at <= moment - interval '60 seconds')
        AND NOT EXISTS (
            SELECT FROM clinics_publishedkeys held
            WHERE held.address = due.address AND held.leased_until > moment
        )
        AND (
            SELECT count(*) FROM clinics_publishedkeys held
            WHERE held.clinic_id = due.clinic_id AND held.leased_until > moment
        ) < 2
        ORDER BY due.due_at LIMIT 1
    )
    RETURNING claimed.id, claimed.clinic_id, claimed.address::text;
END $$;

-- ACL: FUNCTION claim_key_look_up(moment timestamp with time zone, until timestamp with time zone, wanted uuid[])
REVOKE ALL ON FUNCTION public.claim_key_look_up(moment timestamp with time zone, until timestamp with time zone, wanted uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_key_look_up(moment timestamp with time zone, until timestamp with time zone, wanted uuid[]) TO rtr_app;

-- FUNCTION: claim_request(uuid, text, text)
CREATE FUNCTION public.claim_request(of_client uuid, of_key text, of_route text) RETURNS TABLE(running boolean, body_sha256 text, reference uuid, status smallint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF pg_try_advisory_xact_lock(hashtextextended(concat_ws(' ', of_client, of_key, of_route), 0)) THEN
        RETURN QUERY
            SELECT false, answered.body_sha256::text, answered.reference, answered.status
            FROM clinics_answeredrequest answered
            WHERE answered.client_id = of_client AND answered.key = of_key AND answered.route = of_route;
    ELSE
        RETURN QUERY SELECT true, NULL::text, NULL::uuid, NULL::smallint;
    END IF;
END $$;

-- FUNCTION: clients_of_issuer(text, text)
CREATE FUNCTION public.clients_of_issuer(issuer text, tenant text) RETURNS TABLE(client_id uuid, clinic_id uuid, jwks text, jwks_uri text, published_id uuid, published text, read_at timestamp with time zone, looked_at timestamp with time zone, proven_keys text, proven_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT client.id, client.clinic_id, client.client_jwks, client.client_jwks_uri::text, kept.id, kept.keys,
        kept.read_at, kept.looked_at, client.cds_proven_keys, client.cds_proven_at
    FROM clinics_apiclient client LEFT JOIN clinics_publishedkeys kept
        ON kept.clinic_id = client.clinic_id AND kept.address = client.client_jwks_uri
    WHERE issuer <> '' AND client.cds_issuer = issuer AND client.cds_tenant = tenant
        AND client.cds_proven_at IS NOT NULL AND client.allowed_scopes <> ''
        AND client.token_endpoint_auth_method = 'private_key_jwt'
    ORDER BY client.cds_proven_at DESC
$$;

-- ACL: FUNCTION clients_of_issuer(issuer text, tenant text)
REVOKE ALL ON FUNCTION public.clients_of_issuer(issuer text, tenant text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.clients_of_issuer(issuer text, tenant text) TO rtr_app;

-- FUNCTION: clinic_of_check_in_link(text)
CREATE FUNCTION public.clinic_of_check_in_link(hash text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT clinic_id FROM assessments_checkinlink WHERE token_hash = hash
$$;

-- ACL: FUNCTION clinic_of_check_in_link(hash text)
REVOKE ALL ON FUNCTION public.clinic_of_check_in_link(hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.clinic_of_check_in_link(hash text) TO rtr_app;

-- FUNCTION: clinic_of_client(text)
CREATE FUNCTION public.clinic_of_client(public_id text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT clinic_id FROM clinics_apiclient WHERE client_id = public_id
$$;

-- ACL: FUNCTION clinic_of_client(public_id text)
REVOKE ALL ON FUNCTION public.clinic_of_client(public_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.clinic_of_client(public_id text) TO rtr_app;

-- TABLE: clinics_accesslogentry
CREATE TABLE public.clinics_accesslogentry (
    id uuid NOT NULL,
    sequence bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    patient_id uuid NOT NULL,
    action character varying(100) NOT NULL,
    purpose character varying(200) NOT NULL,
    request_id character varying(64) NOT NULL,
    previous_hash character varying(64) NOT NULL,
    hash character varying(64) NOT NULL,
    client_id uuid,
    clinic_id uuid NOT NULL,
    user_id uuid,
    CONSTRAINT clinics_accesslogentry_sequence_check CHECK ((sequence >= 0))
);

ALTER TABLE ONLY public.clinics_accesslogentry FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_accesslogentry clinics_accesslogentry_pkey
ALTER TABLE ONLY public.clinics_accesslogentry
    ADD CONSTRAINT clinics_accesslogentry_pkey PRIMARY KEY (id);

-- CONSTRAINT: clinics_accesslogentry one_access_log_entry_per_place
ALTER TABLE ONLY public.clinics_accesslogentry
    ADD CONSTRAINT one_access_log_entry_per_place UNIQUE (clinic_id, sequence);

-- FK CONSTRAINT: clinics_accesslogentry clinics_accesslogent_client_id_ab15970d_fk_clinics_a
ALTER TABLE ONLY public.clinics_accesslogentry
    ADD CONSTRAINT clinics_accesslogent_client_id_ab15970d_fk_clinics_a FOREIGN KEY (client_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: clinics_accesslogentry clinics_accesslogentry_clinic_id_a4fdb8d9_fk_clinics_clinic_id
ALTER TABLE ONLY public.clinics_accesslogentry
    ADD CONSTRAINT clinics_accesslogentry_clinic_id_a4fdb8d9_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: clinics_accesslogentry clinics_accesslogentry_user_id_2a9731b4_fk_clinics_user_id
ALTER TABLE ONLY public.clinics_accesslogentry
    ADD CONSTRAINT clinics_accesslogentry_user_id_2a9731b4_fk_clinics_user_id FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: access_log_of_patient
CREATE INDEX access_log_of_patient ON public.clinics_accesslogentry USING btree (clinic_id, patient_id, sequence);

-- INDEX: clinics_accesslogentry_client_id_ab15970d
CREATE INDEX clinics_accesslogentry_client_id_ab15970d ON public.clinics_accesslogentry USING btree (client_id);

-- INDEX: clinics_accesslogentry_clinic_id_a4fdb8d9
CREATE INDEX clinics_accesslogentry_clinic_id_a4fdb8d9 ON public.clinics_accesslogentry USING btree (clinic_id);

-- INDEX: clinics_accesslogentry_user_id_2a9731b4
CREATE INDEX clinics_accesslogentry_user_id_2a9731b4 ON public.clinics_accesslogentry USING btree (user_id);

-- ACL: TABLE clinics_accesslogentry
GRANT SELECT,INSERT ON TABLE public.clinics_accesslogentry TO rtr_app;

-- POLICY: clinics_accesslogentry own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_accesslogentry USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_accesslogentry owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_accesslogentry TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_accesslogentry
ALTER TABLE public.clinics_accesslogentry ENABLE ROW LEVEL SECURITY;

-- TRIGGER: clinics_accesslogentry append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.clinics_accesslogentry FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TABLE: clinics_accessloghead
CREATE TABLE public.clinics_accessloghead (
    clinic_id uuid NOT NULL,
    sequence bigint NOT NULL,
    hash character varying(64) NOT NULL,
    CONSTRAINT clinics_accessloghead_sequence_check CHECK ((sequence >= 0))
);

ALTER TABLE ONLY public.clinics_accessloghead FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_accessloghead clinics_accessloghead_pkey
ALTER TABLE ONLY public.clinics_accessloghead
    ADD CONSTRAINT clinics_accessloghead_pkey PRIMARY KEY (clinic_id);

-- FK CONSTRAINT: clinics_accessloghead clinics_accessloghead_clinic_id_8cd5cf3b_fk_clinics_clinic_id
ALTER TABLE ONLY public.clinics_accessloghead
    ADD CONSTRAINT clinics_accessloghead_clinic_id_8cd5cf3b_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- ACL: TABLE clinics_accessloghead
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_accessloghead TO rtr_app;

-- POLICY: clinics_accessloghead own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_accessloghead USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_accessloghead owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_accessloghead TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_accessloghead
ALTER TABLE public.clinics_accessloghead ENABLE ROW LEVEL SECURITY;

-- TABLE: clinics_allowance
CREATE TABLE public.clinics_allowance (
    id bigint NOT NULL,
    kind character varying(40) NOT NULL,
    destination character varying(64) NOT NULL,
    day date NOT NULL,
    used integer NOT NULL,
    CONSTRAINT clinics_allowance_used_check CHECK ((used >= 0))
);

-- CONSTRAINT: clinics_allowance clinics_allowance_pkey
ALTER TABLE ONLY public.clinics_allowance
    ADD CONSTRAINT clinics_allowance_pkey PRIMARY KEY (id);

-- CONSTRAINT: clinics_allowance one_allowance_per_day
ALTER TABLE ONLY public.clinics_allowance
    ADD CONSTRAINT one_allowance_per_day UNIQUE (kind, destination, day);

-- INDEX: allowance_age
CREATE INDEX allowance_age ON public.clinics_allowance USING btree (day);

-- ACL: TABLE clinics_allowance
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_allowance TO rtr_app;

-- SEQUENCE: clinics_allowance_id_seq
ALTER TABLE public.clinics_allowance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.clinics_allowance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE clinics_allowance_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.clinics_allowance_id_seq TO rtr_app;

-- TABLE: clinics_answeredrequest
CREATE TABLE public.clinics_answeredrequest (
    id uuid NOT NULL,
    key character varying(255) NOT NULL,
    route character varying(255) NOT NULL,
    body_sha256 character varying(64) NOT NULL,
    reference uuid NOT NULL,
    status smallint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    client_id uuid NOT NULL,
    clinic_id uuid NOT NULL,
    CONSTRAINT clinics_answeredrequest_status_check CHECK ((status >= 0))
);

ALTER TABLE ONLY public.clinics_answeredrequest FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_answeredrequest clinics_answeredrequest_pkey
ALTER TABLE ONLY public.clinics_answeredrequest
    ADD CONSTRAINT clinics_answeredrequest_pkey PRIMARY KEY (id);

-- CONSTRAINT: clinics_answeredrequest one_answer_per_key_and_route
ALTER TABLE ONLY public.clinics_answeredrequest
    ADD CONSTRAINT one_answer_per_key_and_route UNIQUE (client_id, key, route);

-- FK CONSTRAINT: clinics_answeredrequest clinics_answeredrequ_client_id_133de3d2_fk_clinics_a
ALTER TABLE ONLY public.clinics_answeredrequest
    ADD CONSTRAINT clinics_answeredrequ_client_id_133de3d2_fk_clinics_a FOREIGN KEY (client_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: clinics_answeredrequest clinics_answeredrequest_clinic_id_50066b78_fk_clinics_clinic_id
ALTER TABLE ONLY public.clinics_answeredrequest
    ADD CONSTRAINT clinics_answeredrequest_clinic_id_50066b78_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: answered_request_age
CREATE INDEX answered_request_age ON public.clinics_answeredrequest USING btree (clinic_id, created_at);

-- INDEX: answered_request_reference
CREATE INDEX answered_request_reference ON public.clinics_answeredrequest USING btree (reference);

-- INDEX: clinics_answeredrequest_client_id_133de3d2
CREATE INDEX clinics_answeredrequest_client_id_133de3d2 ON public.clinics_answeredrequest USING btree (client_id);

-- INDEX: clinics_answeredrequest_clinic_id_50066b78
CREATE INDEX clinics_answeredrequest_clinic_id_50066b78 ON public.clinics_answeredrequest USING btree (clinic_id);

-- ACL: TABLE clinics_answeredrequest
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_answeredrequest TO rtr_app;

-- POLICY: clinics_answeredrequest own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_answeredrequest USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_answeredrequest owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_answeredrequest TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_answeredrequest
ALTER TABLE public.clinics_answeredrequest ENABLE ROW LEVEL SECURITY;

-- TABLE: clinics_apiclient
CREATE TABLE public.clinics_apiclient (
    client_id character varying(255) NOT NULL,
    redirect_uris text NOT NULL,
    post_logout_redirect_uris text NOT NULL,
    client_type character varying(32) NOT NULL,
    authorization_grant_type character varying(44) NOT NULL,
    client_secret character varying(255) NOT NULL,
    hash_client_secret boolean NOT NULL,
    name character varying(255) NOT NULL,
    skip_authorization boolean NOT NULL,
    created timestamp with time zone NOT NULL,
    updated timestamp with time zone NOT NULL,
    algorithm character varying(5) NOT NULL,
    allowed_origins text NOT NULL,
    registration_source character varying(32) NOT NULL,
    cimd_expires_at timestamp with time zone,
    id uuid NOT NULL,
    allowed_scopes text NOT NULL,
    user_id uuid,
    clinic_id uuid NOT NULL,
    acts_for_id uuid,
    secret_changed_at timestamp with time zone,
    cds_issuer character varying(255) DEFAULT ''::character varying NOT NULL,
    client_jwks text DEFAULT ''::text NOT NULL,
    client_jwks_uri character varying(500) DEFAULT ''::character varying NOT NULL,
    token_endpoint_auth_method character varying(32) DEFAULT ''::character varying NOT NULL,
    cds_tenant character varying(255) DEFAULT ''::character varying NOT NULL,
    cds_patient_system character varying(255) DEFAULT ''::character varying NOT NULL,
    cds_proven_at timestamp with time zone,
    cds_proven_keys text DEFAULT ''::text NOT NULL
);

ALTER TABLE ONLY public.clinics_apiclient FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_apiclient clinics_apiclient_client_id_key
ALTER TABLE ONLY public.clinics_apiclient
    ADD CONSTRAINT clinics_apiclient_client_id_key UNIQUE (client_id);

-- CONSTRAINT: clinics_apiclient clinics_apiclient_pkey
ALTER TABLE ONLY public.clinics_apiclient
    ADD CONSTRAINT clinics_apiclient_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: clinics_apiclient clinics_apiclient_acts_for_id_b50e9615_fk_clinics_membership_id
ALTER TABLE ONLY public.clinics_apiclient
    ADD CONSTRAINT clinics_apiclient_acts_for_id_b50e9615_fk_clinics_membership_id FOREIGN KEY (acts_for_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: clinics_apiclient clinics_apiclient_clinic_id_40bc88b0_fk_clinics_clinic_id
ALTER TABLE ONLY public.clinics_apiclient
    ADD CONSTRAINT clinics_apiclient_clinic_id_40bc88b0_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: clinics_apiclient clinics_apiclient_user_id_14b0e98e_fk_clinics_user_id
ALTER TABLE ONLY public.clinics_apiclient
    ADD CONSTRAINT clinics_apiclient_user_id_14b0e98e_fk_clinics_user_id FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: api_client_by_cds_issuer
CREATE INDEX api_client_by_cds_issuer ON public.clinics_apiclient USING btree (cds_issuer, cds_tenant) WHERE (NOT ((cds_issuer)::text = ''::text));

-- INDEX: clinics_apiclient_acts_for_id_b50e9615
CREATE INDEX clinics_apiclient_acts_for_id_b50e9615 ON public.clinics_apiclient USING btree (acts_for_id);

-- INDEX: clinics_apiclient_client_id_efda4ff7_like
CREATE INDEX clinics_apiclient_client_id_efda4ff7_like ON public.clinics_apiclient USING btree (client_id varchar_pattern_ops);

-- INDEX: clinics_apiclient_client_secret_ca9f8d77
CREATE INDEX clinics_apiclient_client_secret_ca9f8d77 ON public.clinics_apiclient USING btree (client_secret);

-- INDEX: clinics_apiclient_client_secret_ca9f8d77_like
CREATE INDEX clinics_apiclient_client_secret_ca9f8d77_like ON public.clinics_apiclient USING btree (client_secret varchar_pattern_ops);

-- INDEX: clinics_apiclient_clinic_id_40bc88b0
CREATE INDEX clinics_apiclient_clinic_id_40bc88b0 ON public.clinics_apiclient USING btree (clinic_id);

-- INDEX: clinics_apiclient_user_id_14b0e98e
CREATE INDEX clinics_apiclient_user_id_14b0e98e ON public.clinics_apiclient USING btree (user_id);

-- ACL: TABLE clinics_apiclient
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_apiclient TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_e655f ON clinics_apiclient
COMMENT ON TRIGGER pgtrigger_delete_delete_e655f ON public.clinics_apiclient IS '94ff93755bb6c766ac5ef729176c184db2bad389';

-- COMMENT: TRIGGER pgtrigger_insert_insert_c48d5 ON clinics_apiclient
COMMENT ON TRIGGER pgtrigger_insert_insert_c48d5 ON public.clinics_apiclient IS '9d457dd1ca2b1a36bfbb51e6ee5a7a00be43aa12';

-- COMMENT: TRIGGER pgtrigger_update_update_94238 ON clinics_apiclient
COMMENT ON TRIGGER pgtrigger_update_update_94238 ON public.clinics_apiclient IS '84b278277743a5732288448995a5a3ba11990be7';

-- POLICY: clinics_apiclient own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_apiclient USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_apiclient owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_apiclient TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_apiclient
ALTER TABLE public.clinics_apiclient ENABLE ROW LEVEL SECURITY;

-- TRIGGER: clinics_apiclient pgtrigger_delete_delete_e655f
CREATE TRIGGER pgtrigger_delete_delete_e655f AFTER DELETE ON public.clinics_apiclient FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_e655f();

-- TRIGGER: clinics_apiclient pgtrigger_insert_insert_c48d5
CREATE TRIGGER pgtrigger_insert_insert_c48d5 AFTER INSERT ON public.clinics_apiclient FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_c48d5();

-- TRIGGER: clinics_apiclient pgtrigger_update_update_94238
CREATE TRIGGER pgtrigger_update_update_94238 AFTER UPDATE ON public.clinics_apiclient FOR EACH ROW WHEN (((old.acts_for_id IS DISTINCT FROM new.acts_for_id) OR ((old.algorithm)::text IS DISTINCT FROM (new.algorithm)::text) OR (old.allowed_origins IS DISTINCT FROM new.allowed_origins) OR (old.allowed_scopes IS DISTINCT FROM new.allowed_scopes) OR ((old.authorization_grant_type)::text IS DISTINCT FROM (new.authorization_grant_type)::text) OR ((old.cds_issuer)::text IS DISTINCT FROM (new.cds_issuer)::text) OR ((old.cds_patient_system)::text IS DISTINCT FROM (new.cds_patient_system)::text) OR (old.cds_proven_at IS DISTINCT FROM new.cds_proven_at) OR (old.cds_proven_keys IS DISTINCT FROM new.cds_proven_keys) OR ((old.cds_tenant)::text IS DISTINCT FROM (new.cds_tenant)::text) OR (old.cimd_expires_at IS DISTINCT FROM new.cimd_expires_at) OR ((old.client_id)::text IS DISTINCT FROM (new.client_id)::text) OR (old.client_jwks IS DISTINCT FROM new.client_jwks) OR ((old.client_jwks_uri)::text IS DISTINCT FROM (new.client_jwks_uri)::text) OR ((old.client_type)::text IS DISTINCT FROM (new.client_type)::text) OR (old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.created IS DISTINCT FROM new.created) OR (old.hash_client_secret IS DISTINCT FROM new.hash_client_secret) OR (old.id IS DISTINCT FROM new.id) OR ((old.name)::text IS DISTINCT FROM (new.name)::text) OR (old.post_logout_redirect_uris IS DISTINCT FROM new.post_logout_redirect_uris) OR (old.redirect_uris IS DISTINCT FROM new.redirect_uris) OR ((old.registration_source)::text IS DISTINCT FROM (new.registration_source)::text) OR (old.secret_changed_at IS DISTINCT FROM new.secret_changed_at) OR (old.skip_authorization IS DISTINCT FROM new.skip_authorization) OR ((old.token_endpoint_auth_method)::text IS DISTINCT FROM (new.token_endpoint_auth_method)::text) OR (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION public.pgtrigger_update_update_94238();

-- TABLE: clinics_apiclienthistory
CREATE TABLE public.clinics_apiclienthistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    client_id character varying(255) NOT NULL,
    redirect_uris text NOT NULL,
    post_logout_redirect_uris text NOT NULL,
    client_type character varying(32) NOT NULL,
    authorization_grant_type character varying(44) NOT NULL,
    hash_client_secret boolean NOT NULL,
    name character varying(255) NOT NULL,
    skip_authorization boolean NOT NULL,
    created timestamp with time zone NOT NULL,
    algorithm character varying(5) NOT NULL,
    allowed_origins text NOT NULL,
    registration_source character varying(32) NOT NULL,
    cimd_expires_at timestamp with time zone,
    id uuid NOT NULL,
    allowed_scopes text NOT NULL,
    acts_for_id uuid,
    clinic_id uuid NOT NULL,
    pgh_obj_id uuid NOT NULL,
    user_id uuid,
    secret_changed_at timestamp with time zone,
    cds_issuer character varying(255) DEFAULT ''::character varying NOT NULL,
    client_jwks text DEFAULT ''::text NOT NULL,
    client_jwks_uri character varying(500) DEFAULT ''::character varying NOT NULL,
    token_endpoint_auth_method character varying(32) DEFAULT ''::character varying NOT NULL,
    cds_tenant character varying(255) DEFAULT ''::character varying NOT NULL,
    cds_patient_system character varying(255) DEFAULT ''::character varying NOT NULL,
    cds_proven_at timestamp with time zone,
    cds_proven_keys text DEFAULT ''::text NOT NULL
);

ALTER TABLE ONLY public.clinics_apiclienthistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_apiclienthistory clinics_apiclienthistory_pkey
ALTER TABLE ONLY public.clinics_apiclienthistory
    ADD CONSTRAINT clinics_apiclienthistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: clinics_apiclienthistory_pgh_obj_id_8229ebf4
CREATE INDEX clinics_apiclienthistory_pgh_obj_id_8229ebf4 ON public.clinics_apiclienthistory USING btree (pgh_obj_id);

-- ACL: TABLE clinics_apiclienthistory
GRANT SELECT,INSERT ON TABLE public.clinics_apiclienthistory TO rtr_app;

-- POLICY: clinics_apiclienthistory own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_apiclienthistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_apiclienthistory owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_apiclienthistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_apiclienthistory
ALTER TABLE public.clinics_apiclienthistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: clinics_apiclienthistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.clinics_apiclienthistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- SEQUENCE: clinics_apiclienthistory_pgh_id_seq
ALTER TABLE public.clinics_apiclienthistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.clinics_apiclienthistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE clinics_apiclienthistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.clinics_apiclienthistory_pgh_id_seq TO rtr_app;

-- TABLE: clinics_authenticator
CREATE TABLE public.clinics_authenticator (
    id bigint NOT NULL,
    name character varying(64) NOT NULL,
    confirmed boolean NOT NULL,
    throttling_failure_timestamp timestamp with time zone,
    throttling_failure_count integer NOT NULL,
    created_at timestamp with time zone,
    last_used_at timestamp with time zone,
    sealed_seed text NOT NULL,
    drift smallint NOT NULL,
    last_t bigint NOT NULL,
    user_id uuid NOT NULL,
    CONSTRAINT clinics_authenticator_throttling_failure_count_check CHECK ((throttling_failure_count >= 0))
);

-- CONSTRAINT: clinics_authenticator clinics_authenticator_pkey
ALTER TABLE ONLY public.clinics_authenticator
    ADD CONSTRAINT clinics_authenticator_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: clinics_authenticator clinics_authenticator_user_id_8c6ad408_fk_clinics_user_id
ALTER TABLE ONLY public.clinics_authenticator
    ADD CONSTRAINT clinics_authenticator_user_id_8c6ad408_fk_clinics_user_id FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: clinics_authenticator_user_id_8c6ad408
CREATE INDEX clinics_authenticator_user_id_8c6ad408 ON public.clinics_authenticator USING btree (user_id);

-- ACL: TABLE clinics_authenticator
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_authenticator TO rtr_app;

-- SEQUENCE: clinics_authenticator_id_seq
ALTER TABLE public.clinics_authenticator ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.clinics_authenticator_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE clinics_authenticator_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.clinics_authenticator_id_seq TO rtr_app;

-- TABLE: clinics_clinic
CREATE TABLE public.clinics_clinic (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    name character varying(200) NOT NULL,
    time_zone character varying(64) NOT NULL,
    working_day_ends_at time without time zone NOT NULL,
    emergency_number character varying(40) NOT NULL,
    emergency_destination character varying(200) NOT NULL,
    takes_pregnant_runners boolean,
    maternity_emergency_number character varying(40) NOT NULL,
    maternity_destination character varying(200) NOT NULL,
    may_answer_later boolean NOT NULL,
    lead_id uuid,
    on_call_id uuid,
    require_one_time_codes boolean NOT NULL,
    CONSTRAINT who_takes_pregnant_runners_says_where_they_go CHECK (((NOT (takes_pregnant_runners AND (takes_pregnant_runners IS NOT NULL))) OR ((NOT ((maternity_emergency_number)::text = ''::text)) AND (NOT ((maternity_destination)::text = ''::text)))))
);

ALTER TABLE ONLY public.clinics_clinic FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_clinic clinics_clinic_pkey
ALTER TABLE ONLY public.clinics_clinic
    ADD CONSTRAINT clinics_clinic_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: clinics_clinic clinics_clinic_lead_id_0c9e054b_fk_clinics_membership_id
ALTER TABLE ONLY public.clinics_clinic
    ADD CONSTRAINT clinics_clinic_lead_id_0c9e054b_fk_clinics_membership_id FOREIGN KEY (lead_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: clinics_clinic clinics_clinic_on_call_id_5461f4b3_fk_clinics_membership_id
ALTER TABLE ONLY public.clinics_clinic
    ADD CONSTRAINT clinics_clinic_on_call_id_5461f4b3_fk_clinics_membership_id FOREIGN KEY (on_call_id) REFERENCES public.clinics_membership(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: clinics_clinic_lead_id_0c9e054b
CREATE INDEX clinics_clinic_lead_id_0c9e054b ON public.clinics_clinic USING btree (lead_id);

-- INDEX: clinics_clinic_on_call_id_5461f4b3
CREATE INDEX clinics_clinic_on_call_id_5461f4b3 ON public.clinics_clinic USING btree (on_call_id);

-- ACL: TABLE clinics_clinic
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_clinic TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_a5f0c ON clinics_clinic
COMMENT ON TRIGGER pgtrigger_delete_delete_a5f0c ON public.clinics_clinic IS 'b3d65c5a5f98c553a9641d6c4746b875136bfa3c';

-- COMMENT: TRIGGER pgtrigger_insert_insert_59aa9 ON clinics_clinic
COMMENT ON TRIGGER pgtrigger_insert_insert_59aa9 ON public.clinics_clinic IS 'b842cfa200003576fcdb0d507e2378ed0d60597e';

-- COMMENT: TRIGGER pgtrigger_update_update_2f1c8 ON clinics_clinic
COMMENT ON TRIGGER pgtrigger_update_update_2f1c8 ON public.clinics_clinic IS '91a765265e669dc8cbb7a75b2ca7354a01454ed6';

-- POLICY: clinics_clinic own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_clinic USING ((id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_clinic owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_clinic TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_clinic
ALTER TABLE public.clinics_clinic ENABLE ROW LEVEL SECURITY;

-- TRIGGER: clinics_clinic pgtrigger_delete_delete_a5f0c
CREATE TRIGGER pgtrigger_delete_delete_a5f0c AFTER DELETE ON public.clinics_clinic FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_a5f0c();

-- TRIGGER: clinics_clinic pgtrigger_insert_insert_59aa9
CREATE TRIGGER pgtrigger_insert_insert_59aa9 AFTER INSERT ON public.clinics_clinic FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_59aa9();

-- TRIGGER: clinics_clinic pgtrigger_update_update_2f1c8
CREATE TRIGGER pgtrigger_update_update_2f1c8 AFTER UPDATE ON public.clinics_clinic FOR EACH ROW WHEN (((old.created_at IS DISTINCT FROM new.created_at) OR ((old.emergency_destination)::text IS DISTINCT FROM (new.emergency_destination)::text) OR ((old.emergency_number)::text IS DISTINCT FROM (new.emergency_number)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.lead_id IS DISTINCT FROM new.lead_id) OR ((old.maternity_destination)::text IS DISTINCT FROM (new.maternity_destination)::text) OR ((old.maternity_emergency_number)::text IS DISTINCT FROM (new.maternity_emergency_number)::text) OR (old.may_answer_later IS DISTINCT FROM new.may_answer_later) OR ((old.name)::text IS DISTINCT FROM (new.name)::text) OR (old.on_call_id IS DISTINCT FROM new.on_call_id) OR (old.require_one_time_codes IS DISTINCT FROM new.require_one_time_codes) OR (old.takes_pregnant_runners IS DISTINCT FROM new.takes_pregnant_runners) OR ((old.time_zone)::text IS DISTINCT FROM (new.time_zone)::text) OR (old.working_day_ends_at IS DISTINCT FROM new.working_day_ends_at))) EXECUTE FUNCTION public.pgtrigger_update_update_2f1c8();

-- TABLE: clinics_clinichistory
CREATE TABLE public.clinics_clinichistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name character varying(200) NOT NULL,
    time_zone character varying(64) NOT NULL,
    working_day_ends_at time without time zone NOT NULL,
    emergency_number character varying(40) NOT NULL,
    emergency_destination character varying(200) NOT NULL,
    takes_pregnant_runners boolean,
    maternity_emergency_number character varying(40) NOT NULL,
    maternity_destination character varying(200) NOT NULL,
    may_answer_later boolean NOT NULL,
    lead_id uuid,
    on_call_id uuid,
    pgh_obj_id uuid NOT NULL,
    require_one_time_codes boolean NOT NULL,
    clinic_id uuid NOT NULL
);

ALTER TABLE ONLY public.clinics_clinichistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_clinichistory clinics_clinichistory_pkey
ALTER TABLE ONLY public.clinics_clinichistory
    ADD CONSTRAINT clinics_clinichistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: clinics_clinichistory_pgh_obj_id_0125ef1c
CREATE INDEX clinics_clinichistory_pgh_obj_id_0125ef1c ON public.clinics_clinichistory USING btree (pgh_obj_id);

-- ACL: TABLE clinics_clinichistory
GRANT SELECT,INSERT ON TABLE public.clinics_clinichistory TO rtr_app;

-- POLICY: clinics_clinichistory own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_clinichistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_clinichistory owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_clinichistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_clinichistory
ALTER TABLE public.clinics_clinichistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: clinics_clinichistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.clinics_clinichistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TRIGGER: clinics_clinichistory own_clinic
CREATE TRIGGER own_clinic BEFORE INSERT ON public.clinics_clinichistory FOR EACH ROW EXECUTE FUNCTION public.own_clinic();

-- SEQUENCE: clinics_clinichistory_pgh_id_seq
ALTER TABLE public.clinics_clinichistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.clinics_clinichistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE clinics_clinichistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.clinics_clinichistory_pgh_id_seq TO rtr_app;

-- TABLE: clinics_membership
CREATE TABLE public.clinics_membership (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    role character varying(20) NOT NULL,
    clinic_id uuid NOT NULL,
    user_id uuid NOT NULL,
    accepted boolean NOT NULL,
    active boolean NOT NULL,
    invitation_due_at timestamp with time zone,
    name character varying(200) NOT NULL
);

ALTER TABLE ONLY public.clinics_membership FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_membership clinics_membership_pkey
ALTER TABLE ONLY public.clinics_membership
    ADD CONSTRAINT clinics_membership_pkey PRIMARY KEY (id);

-- CONSTRAINT: clinics_membership one_membership_per_person_and_clinic
ALTER TABLE ONLY public.clinics_membership
    ADD CONSTRAINT one_membership_per_person_and_clinic UNIQUE (clinic_id, user_id);

-- FK CONSTRAINT: clinics_membership clinics_membership_clinic_id_e2211b09_fk_clinics_clinic_id
ALTER TABLE ONLY public.clinics_membership
    ADD CONSTRAINT clinics_membership_clinic_id_e2211b09_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: clinics_membership clinics_membership_user_id_ce218e71_fk_clinics_user_id
ALTER TABLE ONLY public.clinics_membership
    ADD CONSTRAINT clinics_membership_user_id_ce218e71_fk_clinics_user_id FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: clinics_membership_clinic_id_e2211b09
CREATE INDEX clinics_membership_clinic_id_e2211b09 ON public.clinics_membership USING btree (clinic_id);

-- INDEX: clinics_membership_user_id_ce218e71
CREATE INDEX clinics_membership_user_id_ce218e71 ON public.clinics_membership USING btree (user_id);

-- INDEX: membership_change_order
CREATE INDEX membership_change_order ON public.clinics_membership USING btree (clinic_id, updated_at, id);

-- INDEX: membership_invitation_due
CREATE INDEX membership_invitation_due ON public.clinics_membership USING btree (clinic_id, invitation_due_at) WHERE (invitation_due_at IS NOT NULL);

-- ACL: TABLE clinics_membership
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_membership TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_78c5a ON clinics_membership
COMMENT ON TRIGGER pgtrigger_delete_delete_78c5a ON public.clinics_membership IS '793a12cced7d8b442fbd6d0f8d5a652d5be0513e';

-- COMMENT: TRIGGER pgtrigger_insert_insert_2a909 ON clinics_membership
COMMENT ON TRIGGER pgtrigger_insert_insert_2a909 ON public.clinics_membership IS '3e2e4b5fe58a9a7190ed715fef7103ce88c2c91f';

-- COMMENT: TRIGGER pgtrigger_update_update_472bb ON clinics_membership
COMMENT ON TRIGGER pgtrigger_update_update_472bb ON public.clinics_membership IS '14c2d0bf5a499a6d25e11ad3b8f9331c1f8befeb';

-- POLICY: clinics_membership own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_membership USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_membership owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_membership TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_membership
ALTER TABLE public.clinics_membership ENABLE ROW LEVEL SECURITY;

-- TRIGGER: clinics_membership pgtrigger_delete_delete_78c5a
CREATE TRIGGER pgtrigger_delete_delete_78c5a AFTER DELETE ON public.clinics_membership FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_78c5a();

-- TRIGGER: clinics_membership pgtrigger_insert_insert_2a909
CREATE TRIGGER pgtrigger_insert_insert_2a909 AFTER INSERT ON public.clinics_membership FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_2a909();

-- TRIGGER: clinics_membership pgtrigger_update_update_472bb
CREATE TRIGGER pgtrigger_update_update_472bb AFTER UPDATE ON public.clinics_membership FOR EACH ROW WHEN (((old.accepted IS DISTINCT FROM new.accepted) OR (old.active IS DISTINCT FROM new.active) OR (old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.id IS DISTINCT FROM new.id) OR ((old.name)::text IS DISTINCT FROM (new.name)::text) OR ((old.role)::text IS DISTINCT FROM (new.role)::text) OR (old.user_id IS DISTINCT FROM new.user_id))) EXECUTE FUNCTION public.pgtrigger_update_update_472bb();

-- TRIGGER: clinics_membership renamed
CREATE TRIGGER renamed AFTER UPDATE OF name ON public.clinics_membership FOR EACH ROW WHEN (((old.name)::text <> (new.name)::text)) EXECUTE FUNCTION public.move_what_shows_a_name();

-- TABLE: clinics_membershiphistory
CREATE TABLE public.clinics_membershiphistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    role character varying(20) NOT NULL,
    clinic_id uuid NOT NULL,
    pgh_obj_id uuid NOT NULL,
    user_id uuid NOT NULL,
    accepted boolean NOT NULL,
    active boolean NOT NULL,
    name character varying(200) NOT NULL
);

ALTER TABLE ONLY public.clinics_membershiphistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_membershiphistory clinics_membershiphistory_pkey
ALTER TABLE ONLY public.clinics_membershiphistory
    ADD CONSTRAINT clinics_membershiphistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: clinics_membershiphistory_pgh_obj_id_6c87bacc
CREATE INDEX clinics_membershiphistory_pgh_obj_id_6c87bacc ON public.clinics_membershiphistory USING btree (pgh_obj_id);

-- ACL: TABLE clinics_membershiphistory
GRANT SELECT,INSERT ON TABLE public.clinics_membershiphistory TO rtr_app;

-- POLICY: clinics_membershiphistory own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_membershiphistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_membershiphistory owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_membershiphistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_membershiphistory
ALTER TABLE public.clinics_membershiphistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: clinics_membershiphistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.clinics_membershiphistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- SEQUENCE: clinics_membershiphistory_pgh_id_seq
ALTER TABLE public.clinics_membershiphistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.clinics_membershiphistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE clinics_membershiphistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.clinics_membershiphistory_pgh_id_seq TO rtr_app;

-- FUNCTION: clinics_of_person(uuid)
CREATE FUNCTION public.clinics_of_person(person uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT clinic_id FROM clinics_membership WHERE user_id = person AND active AND accepted ORDER BY clinic_id
$$;

-- ACL: FUNCTION clinics_of_person(person uuid)
REVOKE ALL ON FUNCTION public.clinics_of_person(person uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.clinics_of_person(person uuid) TO rtr_app;

-- TABLE: clinics_oncallplan
CREATE TABLE public.clinics_oncallplan (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    shifts jsonb NOT NULL,
    covers jsonb NOT NULL,
    country character varying(3) NOT NULL,
    subdivision character varying(40) NOT NULL,
    closed_days jsonb NOT NULL,
    ladders jsonb NOT NULL,
    quiet_hours jsonb,
    clinic_id uuid NOT NULL
);

ALTER TABLE ONLY public.clinics_oncallplan FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_oncallplan clinics_oncallplan_clinic_id_key
ALTER TABLE ONLY public.clinics_oncallplan
    ADD CONSTRAINT clinics_oncallplan_clinic_id_key UNIQUE (clinic_id);

-- CONSTRAINT: clinics_oncallplan clinics_oncallplan_pkey
ALTER TABLE ONLY public.clinics_oncallplan
    ADD CONSTRAINT clinics_oncallplan_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: clinics_oncallplan clinics_oncallplan_clinic_id_b030f8c7_fk_clinics_clinic_id
ALTER TABLE ONLY public.clinics_oncallplan
    ADD CONSTRAINT clinics_oncallplan_clinic_id_b030f8c7_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- ACL: TABLE clinics_oncallplan
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_oncallplan TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_88972 ON clinics_oncallplan
COMMENT ON TRIGGER pgtrigger_delete_delete_88972 ON public.clinics_oncallplan IS '43fe7103fc494c38a8bbc19364b04631a7ca83cc';

-- COMMENT: TRIGGER pgtrigger_insert_insert_cfd3b ON clinics_oncallplan
COMMENT ON TRIGGER pgtrigger_insert_insert_cfd3b ON public.clinics_oncallplan IS '4049e231e746a5c1f4f0a3611322a64b52fdb069';

-- COMMENT: TRIGGER pgtrigger_update_update_f5cbd ON clinics_oncallplan
COMMENT ON TRIGGER pgtrigger_update_update_f5cbd ON public.clinics_oncallplan IS 'e847c09a22f4fd316312ce84c5e2b665510b9ab3';

-- POLICY: clinics_oncallplan own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_oncallplan USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_oncallplan owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_oncallplan TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_oncallplan
ALTER TABLE public.clinics_oncallplan ENABLE ROW LEVEL SECURITY;

-- TRIGGER: clinics_oncallplan pgtrigger_delete_delete_88972
CREATE TRIGGER pgtrigger_delete_delete_88972 AFTER DELETE ON public.clinics_oncallplan FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_88972();

-- TRIGGER: clinics_oncallplan pgtrigger_insert_insert_cfd3b
CREATE TRIGGER pgtrigger_insert_insert_cfd3b AFTER INSERT ON public.clinics_oncallplan FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_cfd3b();

-- TRIGGER: clinics_oncallplan pgtrigger_update_update_f5cbd
CREATE TRIGGER pgtrigger_update_update_f5cbd AFTER UPDATE ON public.clinics_oncallplan FOR EACH ROW WHEN (((old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.closed_days IS DISTINCT FROM new.closed_days) OR ((old.country)::text IS DISTINCT FROM (new.country)::text) OR (old.covers IS DISTINCT FROM new.covers) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.id IS DISTINCT FROM new.id) OR (old.ladders IS DISTINCT FROM new.ladders) OR (old.quiet_hours IS DISTINCT FROM new.quiet_hours) OR (old.shifts IS DISTINCT FROM new.shifts) OR ((old.subdivision)::text IS DISTINCT FROM (new.subdivision)::text))) EXECUTE FUNCTION public.pgtrigger_update_update_f5cbd();

-- TABLE: clinics_oncallplanhistory
CREATE TABLE public.clinics_oncallplanhistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    shifts jsonb NOT NULL,
    covers jsonb NOT NULL,
    country character varying(3) NOT NULL,
    subdivision character varying(40) NOT NULL,
    closed_days jsonb NOT NULL,
    ladders jsonb NOT NULL,
    quiet_hours jsonb,
    clinic_id uuid NOT NULL,
    pgh_obj_id uuid NOT NULL
);

ALTER TABLE ONLY public.clinics_oncallplanhistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_oncallplanhistory clinics_oncallplanhistory_pkey
ALTER TABLE ONLY public.clinics_oncallplanhistory
    ADD CONSTRAINT clinics_oncallplanhistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: clinics_oncallplanhistory_pgh_obj_id_1c34d96a
CREATE INDEX clinics_oncallplanhistory_pgh_obj_id_1c34d96a ON public.clinics_oncallplanhistory USING btree (pgh_obj_id);

-- ACL: TABLE clinics_oncallplanhistory
GRANT SELECT,INSERT ON TABLE public.clinics_oncallplanhistory TO rtr_app;

-- POLICY: clinics_oncallplanhistory own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_oncallplanhistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_oncallplanhistory owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_oncallplanhistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_oncallplanhistory
ALTER TABLE public.clinics_oncallplanhistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: clinics_oncallplanhistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.clinics_oncallplanhistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- SEQUENCE: clinics_oncallplanhistory_pgh_id_seq
ALTER TABLE public.clinics_oncallplanhistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.clinics_oncallplanhistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE clinics_oncallplanhistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.clinics_oncallplanhistory_pgh_id_seq TO rtr_app;

-- TABLE: clinics_oncallservice
CREATE TABLE public.clinics_oncallservice (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    name character varying(100) NOT NULL,
    kind character varying(20) NOT NULL,
    schema character varying(30) NOT NULL,
    ending character varying(4) NOT NULL,
    sealed_url text NOT NULL,
    sealed_key text NOT NULL,
    urgencies jsonb NOT NULL,
    enabled boolean NOT NULL,
    tested_at timestamp with time zone,
    test_result character varying(20) NOT NULL,
    test_reason character varying(200) NOT NULL,
    test_latency_ms integer,
    clinic_id uuid NOT NULL,
    CONSTRAINT clinics_oncallservice_test_latency_ms_check CHECK ((test_latency_ms >= 0))
);

ALTER TABLE ONLY public.clinics_oncallservice FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_oncallservice clinics_oncallservice_pkey
ALTER TABLE ONLY public.clinics_oncallservice
    ADD CONSTRAINT clinics_oncallservice_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: clinics_oncallservice clinics_oncallservice_clinic_id_85770912_fk_clinics_clinic_id
ALTER TABLE ONLY public.clinics_oncallservice
    ADD CONSTRAINT clinics_oncallservice_clinic_id_85770912_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: clinics_oncallservice_clinic_id_85770912
CREATE INDEX clinics_oncallservice_clinic_id_85770912 ON public.clinics_oncallservice USING btree (clinic_id);

-- INDEX: on_call_service_changes
CREATE INDEX on_call_service_changes ON public.clinics_oncallservice USING btree (clinic_id, updated_at, id);

-- ACL: TABLE clinics_oncallservice
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_oncallservice TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_0881e ON clinics_oncallservice
COMMENT ON TRIGGER pgtrigger_delete_delete_0881e ON public.clinics_oncallservice IS '094a9c5a67be22ba7b2598ec7003bb6e6d298ea0';

-- COMMENT: TRIGGER pgtrigger_insert_insert_7eff0 ON clinics_oncallservice
COMMENT ON TRIGGER pgtrigger_insert_insert_7eff0 ON public.clinics_oncallservice IS '184920a14b96743a25b17a6e2caebc8c66145a61';

-- COMMENT: TRIGGER pgtrigger_update_update_4d2be ON clinics_oncallservice
COMMENT ON TRIGGER pgtrigger_update_update_4d2be ON public.clinics_oncallservice IS '613adf0dfd9757dd941d8cba618173fd0844c0aa';

-- POLICY: clinics_oncallservice own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_oncallservice USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_oncallservice owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_oncallservice TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_oncallservice
ALTER TABLE public.clinics_oncallservice ENABLE ROW LEVEL SECURITY;

-- TRIGGER: clinics_oncallservice pgtrigger_delete_delete_0881e
CREATE TRIGGER pgtrigger_delete_delete_0881e AFTER DELETE ON public.clinics_oncallservice FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_0881e();

-- TRIGGER: clinics_oncallservice pgtrigger_insert_insert_7eff0
CREATE TRIGGER pgtrigger_insert_insert_7eff0 AFTER INSERT ON public.clinics_oncallservice FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_7eff0();

-- TRIGGER: clinics_oncallservice pgtrigger_update_update_4d2be
CREATE TRIGGER pgtrigger_update_update_4d2be AFTER UPDATE ON public.clinics_oncallservice FOR EACH ROW WHEN (((old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.enabled IS DISTINCT FROM new.enabled) OR (old.id IS DISTINCT FROM new.id) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text) OR ((old.name)::text IS DISTINCT FROM (new.name)::text) OR ((old.schema)::text IS DISTINCT FROM (new.schema)::text) OR (old.test_latency_ms IS DISTINCT FROM new.test_latency_ms) OR ((old.test_reason)::text IS DISTINCT FROM (new.test_reason)::text) OR ((old.test_result)::text IS DISTINCT FROM (new.test_result)::text) OR (old.tested_at IS DISTINCT FROM new.tested_at) OR (old.urgencies IS DISTINCT FROM new.urgencies))) EXECUTE FUNCTION public.pgtrigger_update_update_4d2be();

-- TABLE: clinics_oncallservicehistory
CREATE TABLE public.clinics_oncallservicehistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    name character varying(100) NOT NULL,
    kind character varying(20) NOT NULL,
    schema character varying(30) NOT NULL,
    urgencies jsonb NOT NULL,
    enabled boolean NOT NULL,
    tested_at timestamp with time zone,
    test_result character varying(20) NOT NULL,
    test_reason character varying(200) NOT NULL,
    test_latency_ms integer,
    clinic_id uuid NOT NULL,
    pgh_obj_id uuid NOT NULL,
    CONSTRAINT clinics_oncallservicehistory_test_latency_ms_check CHECK ((test_latency_ms >= 0))
);

ALTER TABLE ONLY public.clinics_oncallservicehistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_oncallservicehistory clinics_oncallservicehistory_pkey
ALTER TABLE ONLY public.clinics_oncallservicehistory
    ADD CONSTRAINT clinics_oncallservicehistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: clinics_oncallservicehistory_pgh_obj_id_06315f78
CREATE INDEX clinics_oncallservicehistory_pgh_obj_id_06315f78 ON public.clinics_oncallservicehistory USING btree (pgh_obj_id);

-- ACL: TABLE clinics_oncallservicehistory
GRANT SELECT,INSERT ON TABLE public.clinics_oncallservicehistory TO rtr_app;

-- POLICY: clinics_oncallservicehistory own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_oncallservicehistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_oncallservicehistory owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_oncallservicehistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_oncallservicehistory
ALTER TABLE public.clinics_oncallservicehistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: clinics_oncallservicehistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.clinics_oncallservicehistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- SEQUENCE: clinics_oncallservicehistory_pgh_id_seq
ALTER TABLE public.clinics_oncallservicehistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.clinics_oncallservicehistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE clinics_oncallservicehistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.clinics_oncallservicehistory_pgh_id_seq TO rtr_app;

-- TABLE: clinics_proofkey
CREATE TABLE public.clinics_proofkey (
    outer_pad bytea NOT NULL,
    inner_pad bytea NOT NULL,
    replaced_at timestamp with time zone,
    CONSTRAINT clinics_proofkey_inner_pad_check CHECK ((length(inner_pad) = 64)),
    CONSTRAINT clinics_proofkey_outer_pad_check CHECK ((length(outer_pad) = 64))
);

-- CONSTRAINT: clinics_proofkey clinics_proofkey_pkey
ALTER TABLE ONLY public.clinics_proofkey
    ADD CONSTRAINT clinics_proofkey_pkey PRIMARY KEY (outer_pad);

-- TABLE: clinics_publishedkeys
CREATE TABLE public.clinics_publishedkeys (
    id uuid NOT NULL,
    address character varying(500) NOT NULL,
    keys text NOT NULL,
    read_at timestamp with time zone,
    looked_at timestamp with time zone,
    failure character varying(40) NOT NULL,
    due_at timestamp with time zone NOT NULL,
    leased_until timestamp with time zone,
    clinic_id uuid NOT NULL
);

ALTER TABLE ONLY public.clinics_publishedkeys FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_publishedkeys clinics_publishedkeys_pkey
ALTER TABLE ONLY public.clinics_publishedkeys
    ADD CONSTRAINT clinics_publishedkeys_pkey PRIMARY KEY (id);

-- CONSTRAINT: clinics_publishedkeys published_keys_once_an_address
ALTER TABLE ONLY public.clinics_publishedkeys
    ADD CONSTRAINT published_keys_once_an_address UNIQUE (clinic_id, address);

-- FK CONSTRAINT: clinics_publishedkeys clinics_publishedkeys_clinic_id_e83458bf_fk_clinics_clinic_id
ALTER TABLE ONLY public.clinics_publishedkeys
    ADD CONSTRAINT clinics_publishedkeys_clinic_id_e83458bf_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: clinics_publishedkeys_clinic_id_e83458bf
CREATE INDEX clinics_publishedkeys_clinic_id_e83458bf ON public.clinics_publishedkeys USING btree (clinic_id);

-- INDEX: published_keys_due
CREATE INDEX published_keys_due ON public.clinics_publishedkeys USING btree (due_at);

-- ACL: TABLE clinics_publishedkeys
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_publishedkeys TO rtr_app;

-- POLICY: clinics_publishedkeys own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_publishedkeys USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_publishedkeys owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_publishedkeys TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_publishedkeys
ALTER TABLE public.clinics_publishedkeys ENABLE ROW LEVEL SECURITY;

-- TABLE: clinics_recoverycode
CREATE TABLE public.clinics_recoverycode (
    id uuid NOT NULL,
    hash character varying(64) NOT NULL,
    used_at timestamp with time zone,
    user_id uuid NOT NULL
);

-- CONSTRAINT: clinics_recoverycode clinics_recoverycode_pkey
ALTER TABLE ONLY public.clinics_recoverycode
    ADD CONSTRAINT clinics_recoverycode_pkey PRIMARY KEY (id);

-- CONSTRAINT: clinics_recoverycode one_row_per_recovery_code
ALTER TABLE ONLY public.clinics_recoverycode
    ADD CONSTRAINT one_row_per_recovery_code UNIQUE (user_id, hash);

-- FK CONSTRAINT: clinics_recoverycode clinics_recoverycode_user_id_3bde1b9c_fk_clinics_user_id
ALTER TABLE ONLY public.clinics_recoverycode
    ADD CONSTRAINT clinics_recoverycode_user_id_3bde1b9c_fk_clinics_user_id FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: clinics_recoverycode_user_id_3bde1b9c
CREATE INDEX clinics_recoverycode_user_id_3bde1b9c ON public.clinics_recoverycode USING btree (user_id);

-- ACL: TABLE clinics_recoverycode
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_recoverycode TO rtr_app;

-- TABLE: clinics_sealkey
CREATE TABLE public.clinics_sealkey (
    only_row boolean DEFAULT true NOT NULL,
    key bytea NOT NULL,
    CONSTRAINT clinics_sealkey_key_check CHECK ((length(key) = 32)),
    CONSTRAINT clinics_sealkey_only_row_check CHECK (only_row)
);

-- CONSTRAINT: clinics_sealkey clinics_sealkey_pkey
ALTER TABLE ONLY public.clinics_sealkey
    ADD CONSTRAINT clinics_sealkey_pkey PRIMARY KEY (only_row);

-- TABLE: clinics_user
CREATE TABLE public.clinics_user (
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    is_superuser boolean NOT NULL,
    username character varying(150) NOT NULL,
    first_name character varying(150) NOT NULL,
    last_name character varying(150) NOT NULL,
    email character varying(254) NOT NULL,
    is_staff boolean NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    browsers_known_since timestamp with time zone,
    password_reset_due_at timestamp with time zone,
    CONSTRAINT user_names_have_no_capitals CHECK (((username)::text = lower((username)::text)))
);

-- CONSTRAINT: clinics_user clinics_user_pkey
ALTER TABLE ONLY public.clinics_user
    ADD CONSTRAINT clinics_user_pkey PRIMARY KEY (id);

-- CONSTRAINT: clinics_user clinics_user_username_key
ALTER TABLE ONLY public.clinics_user
    ADD CONSTRAINT clinics_user_username_key UNIQUE (username);

-- INDEX: clinics_user_username_08b1b01e_like
CREATE INDEX clinics_user_username_08b1b01e_like ON public.clinics_user USING btree (username varchar_pattern_ops);

-- INDEX: one_person_per_email
CREATE UNIQUE INDEX one_person_per_email ON public.clinics_user USING btree (lower((email)::text)) WHERE (NOT ((email)::text = ''::text));

-- ACL: TABLE clinics_user
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_user TO rtr_app;

-- TRIGGER: clinics_user renamed
CREATE TRIGGER renamed AFTER UPDATE OF first_name, last_name, username ON public.clinics_user FOR EACH ROW WHEN (((((old.first_name)::text IS DISTINCT FROM (new.first_name)::text) OR ((old.last_name)::text IS DISTINCT FROM (new.last_name)::text)) OR ((old.username)::text IS DISTINCT FROM (new.username)::text))) EXECUTE FUNCTION public.move_what_shows_a_name();

-- TABLE: clinics_user_groups
CREATE TABLE public.clinics_user_groups (
    id bigint NOT NULL,
    user_id uuid NOT NULL,
    group_id integer NOT NULL
);

-- CONSTRAINT: clinics_user_groups clinics_user_groups_pkey
ALTER TABLE ONLY public.clinics_user_groups
    ADD CONSTRAINT clinics_user_groups_pkey PRIMARY KEY (id);

-- CONSTRAINT: clinics_user_groups clinics_user_groups_user_id_group_id_3468cae8_uniq
ALTER TABLE ONLY public.clinics_user_groups
    ADD CONSTRAINT clinics_user_groups_user_id_group_id_3468cae8_uniq UNIQUE (user_id, group_id);

-- FK CONSTRAINT: clinics_user_groups clinics_user_groups_group_id_33736f47_fk_auth_group_id
ALTER TABLE ONLY public.clinics_user_groups
    ADD CONSTRAINT clinics_user_groups_group_id_33736f47_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: clinics_user_groups clinics_user_groups_user_id_60b092cb_fk_clinics_user_id
ALTER TABLE ONLY public.clinics_user_groups
    ADD CONSTRAINT clinics_user_groups_user_id_60b092cb_fk_clinics_user_id FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: clinics_user_groups_group_id_33736f47
CREATE INDEX clinics_user_groups_group_id_33736f47 ON public.clinics_user_groups USING btree (group_id);

-- INDEX: clinics_user_groups_user_id_60b092cb
CREATE INDEX clinics_user_groups_user_id_60b092cb ON public.clinics_user_groups USING btree (user_id);

-- ACL: TABLE clinics_user_groups
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_user_groups TO rtr_app;

-- SEQUENCE: clinics_user_groups_id_seq
ALTER TABLE public.clinics_user_groups ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.clinics_user_groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE clinics_user_groups_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.clinics_user_groups_id_seq TO rtr_app;

-- TABLE: clinics_user_user_permissions
CREATE TABLE public.clinics_user_user_permissions (
    id bigint NOT NULL,
    user_id uuid NOT NULL,
    permission_id integer NOT NULL
);

-- CONSTRAINT: clinics_user_user_permissions clinics_user_user_permis_user_id_permission_id_6a2390ca_uniq
ALTER TABLE ONLY public.clinics_user_user_permissions
    ADD CONSTRAINT clinics_user_user_permis_user_id_permission_id_6a2390ca_uniq UNIQUE (user_id, permission_id);

-- CONSTRAINT: clinics_user_user_permissions clinics_user_user_permissions_pkey
ALTER TABLE ONLY public.clinics_user_user_permissions
    ADD CONSTRAINT clinics_user_user_permissions_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: clinics_user_user_permissions clinics_user_user_pe_permission_id_fa0847f0_fk_auth_perm
ALTER TABLE ONLY public.clinics_user_user_permissions
    ADD CONSTRAINT clinics_user_user_pe_permission_id_fa0847f0_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: clinics_user_user_permissions clinics_user_user_pe_user_id_5428641d_fk_clinics_u
ALTER TABLE ONLY public.clinics_user_user_permissions
    ADD CONSTRAINT clinics_user_user_pe_user_id_5428641d_fk_clinics_u FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: clinics_user_user_permissions_permission_id_fa0847f0
CREATE INDEX clinics_user_user_permissions_permission_id_fa0847f0 ON public.clinics_user_user_permissions USING btree (permission_id);

-- INDEX: clinics_user_user_permissions_user_id_5428641d
CREATE INDEX clinics_user_user_permissions_user_id_5428641d ON public.clinics_user_user_permissions USING btree (user_id);

-- ACL: TABLE clinics_user_user_permissions
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_user_user_permissions TO rtr_app;

-- SEQUENCE: clinics_user_user_permissions_id_seq
ALTER TABLE public.clinics_user_user_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.clinics_user_user_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE clinics_user_user_permissions_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.clinics_user_user_permissions_id_seq TO rtr_app;

-- TABLE: clinics_webhookendpoint
CREATE TABLE public.clinics_webhookendpoint (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    url character varying(2000) NOT NULL,
    description character varying(200) NOT NULL,
    events jsonb NOT NULL,
    enabled boolean NOT NULL,
    disabled_because character varying(20) NOT NULL,
    disabled_at timestamp with time zone,
    sealed_keys jsonb NOT NULL,
    failures integer NOT NULL,
    failing_since timestamp with time zone,
    rests_until timestamp with time zone,
    notice character varying(20) NOT NULL,
    notice_due_at timestamp with time zone,
    clinic_id uuid NOT NULL,
    CONSTRAINT clinics_webhookendpoint_failures_check CHECK ((failures >= 0)),
    CONSTRAINT disabled_endpoint_says_why CHECK (((((disabled_because)::text = ''::text) AND enabled) OR ((disabled_at IS NOT NULL) AND (NOT enabled) AND (NOT ((disabled_because)::text = ''::text)))))
);

ALTER TABLE ONLY public.clinics_webhookendpoint FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_webhookendpoint clinics_webhookendpoint_pkey
ALTER TABLE ONLY public.clinics_webhookendpoint
    ADD CONSTRAINT clinics_webhookendpoint_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: clinics_webhookendpoint clinics_webhookendpoint_clinic_id_af4318a1_fk_clinics_clinic_id
ALTER TABLE ONLY public.clinics_webhookendpoint
    ADD CONSTRAINT clinics_webhookendpoint_clinic_id_af4318a1_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: clinics_webhookendpoint_clinic_id_af4318a1
CREATE INDEX clinics_webhookendpoint_clinic_id_af4318a1 ON public.clinics_webhookendpoint USING btree (clinic_id);

-- INDEX: webhook_endpoint_changes
CREATE INDEX webhook_endpoint_changes ON public.clinics_webhookendpoint USING btree (clinic_id, updated_at, id);

-- INDEX: webhook_endpoint_listens
CREATE INDEX webhook_endpoint_listens ON public.clinics_webhookendpoint USING btree (clinic_id) WHERE enabled;

-- ACL: TABLE clinics_webhookendpoint
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.clinics_webhookendpoint TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_fd441 ON clinics_webhookendpoint
COMMENT ON TRIGGER pgtrigger_delete_delete_fd441 ON public.clinics_webhookendpoint IS 'a01a27204262b71acb40a26e2a5529320d2c3f30';

-- COMMENT: TRIGGER pgtrigger_insert_insert_31f7c ON clinics_webhookendpoint
COMMENT ON TRIGGER pgtrigger_insert_insert_31f7c ON public.clinics_webhookendpoint IS 'd54c58e5b9e090f80c4133f5f96907361769f7c4';

-- COMMENT: TRIGGER pgtrigger_update_update_1ddd6 ON clinics_webhookendpoint
COMMENT ON TRIGGER pgtrigger_update_update_1ddd6 ON public.clinics_webhookendpoint IS 'b96000bce7c47929ab1af8ef00ca1138d5abd712';

-- POLICY: clinics_webhookendpoint own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_webhookendpoint USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_webhookendpoint owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_webhookendpoint TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_webhookendpoint
ALTER TABLE public.clinics_webhookendpoint ENABLE ROW LEVEL SECURITY;

-- TRIGGER: clinics_webhookendpoint pgtrigger_delete_delete_fd441
CREATE TRIGGER pgtrigger_delete_delete_fd441 AFTER DELETE ON public.clinics_webhookendpoint FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_fd441();

-- TRIGGER: clinics_webhookendpoint pgtrigger_insert_insert_31f7c
CREATE TRIGGER pgtrigger_insert_insert_31f7c AFTER INSERT ON public.clinics_webhookendpoint FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_31f7c();

-- TRIGGER: clinics_webhookendpoint pgtrigger_update_update_1ddd6
CREATE TRIGGER pgtrigger_update_update_1ddd6 AFTER UPDATE ON public.clinics_webhookendpoint FOR EACH ROW WHEN (((old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.created_at IS DISTINCT FROM new.created_at) OR ((old.description)::text IS DISTINCT FROM (new.description)::text) OR (old.disabled_at IS DISTINCT FROM new.disabled_at) OR ((old.disabled_because)::text IS DISTINCT FROM (new.disabled_because)::text) OR (old.enabled IS DISTINCT FROM new.enabled) OR (old.events IS DISTINCT FROM new.events) OR (old.id IS DISTINCT FROM new.id) OR ((old.url)::text IS DISTINCT FROM (new.url)::text))) EXECUTE FUNCTION public.pgtrigger_update_update_1ddd6();

-- TABLE: clinics_webhookendpointhistory
CREATE TABLE public.clinics_webhookendpointhistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    url character varying(2000) NOT NULL,
    description character varying(200) NOT NULL,
    events jsonb NOT NULL,
    enabled boolean NOT NULL,
    disabled_because character varying(20) NOT NULL,
    disabled_at timestamp with time zone,
    clinic_id uuid NOT NULL,
    pgh_obj_id uuid NOT NULL
);

ALTER TABLE ONLY public.clinics_webhookendpointhistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: clinics_webhookendpointhistory clinics_webhookendpointhistory_pkey
ALTER TABLE ONLY public.clinics_webhookendpointhistory
    ADD CONSTRAINT clinics_webhookendpointhistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: clinics_webhookendpointhistory_pgh_obj_id_39618583
CREATE INDEX clinics_webhookendpointhistory_pgh_obj_id_39618583 ON public.clinics_webhookendpointhistory USING btree (pgh_obj_id);

-- ACL: TABLE clinics_webhookendpointhistory
GRANT SELECT,INSERT ON TABLE public.clinics_webhookendpointhistory TO rtr_app;

-- POLICY: clinics_webhookendpointhistory own_clinic_only
CREATE POLICY own_clinic_only ON public.clinics_webhookendpointhistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: clinics_webhookendpointhistory owner_sees_all
CREATE POLICY owner_sees_all ON public.clinics_webhookendpointhistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: clinics_webhookendpointhistory
ALTER TABLE public.clinics_webhookendpointhistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: clinics_webhookendpointhistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.clinics_webhookendpointhistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- SEQUENCE: clinics_webhookendpointhistory_pgh_id_seq
ALTER TABLE public.clinics_webhookendpointhistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.clinics_webhookendpointhistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE clinics_webhookendpointhistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.clinics_webhookendpointhistory_pgh_id_seq TO rtr_app;

-- FUNCTION: current_clinic()
CREATE FUNCTION public.current_clinic() RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'public', 'pg_temp'
    AS $_$
DECLARE
    said text := current_setting('app.clinic', true);
    clinic uuid;
BEGIN
    IF said IS NULL OR said = '' THEN
        RETURN NULL;
    END IF;
    IF said ~ '^[0-9a-f-]{36}:[0-9a-f]{64}$' THEN
        clinic := left(said, 36)::uuid;
        IF seal_of(clinic) = substr(said, 38) THEN
            RETURN clinic;
        END IF;
    END IF;
    RAISE EXCEPTION 'the clinic of this transaction was not set by enter_clinic'
        USING ERRCODE = 'insufficient_privilege';
END $_$;

-- ACL: FUNCTION current_clinic()
REVOKE ALL ON FUNCTION public.current_clinic() FROM PUBLIC;
GRANT ALL ON FUNCTION public.current_clinic() TO rtr_app;

-- TABLE: django_admin_log
CREATE TABLE public.django_admin_log (
    id integer NOT NULL,
    action_time timestamp with time zone NOT NULL,
    object_id text,
    object_repr character varying(200) NOT NULL,
    action_flag smallint NOT NULL,
    change_message text NOT NULL,
    content_type_id integer,
    user_id uuid NOT NULL,
    CONSTRAINT django_admin_log_action_flag_check CHECK ((action_flag >= 0))
);

-- CONSTRAINT: django_admin_log django_admin_log_pkey
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: django_admin_log django_admin_log_content_type_id_c4bce8eb_fk_django_co
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_content_type_id_c4bce8eb_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: django_admin_log django_admin_log_user_id_c564eba6_fk_clinics_user_id
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_user_id_c564eba6_fk_clinics_user_id FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: django_admin_log_content_type_id_c4bce8eb
CREATE INDEX django_admin_log_content_type_id_c4bce8eb ON public.django_admin_log USING btree (content_type_id);

-- INDEX: django_admin_log_user_id_c564eba6
CREATE INDEX django_admin_log_user_id_c564eba6 ON public.django_admin_log USING btree (user_id);

-- ACL: TABLE django_admin_log
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_admin_log TO rtr_app;

-- SEQUENCE: django_admin_log_id_seq
ALTER TABLE public.django_admin_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_admin_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE django_admin_log_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.django_admin_log_id_seq TO rtr_app;

-- TABLE: django_content_type
CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);

-- CONSTRAINT: django_content_type django_content_type_app_label_model_76bd3d3b_uniq
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);

-- CONSTRAINT: django_content_type django_content_type_pkey
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);

-- ACL: TABLE django_content_type
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_content_type TO rtr_app;

-- SEQUENCE: django_content_type_id_seq
ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE django_content_type_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.django_content_type_id_seq TO rtr_app;

-- TABLE: django_migrations
CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);

-- CONSTRAINT: django_migrations django_migrations_pkey
ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);

-- ACL: TABLE django_migrations
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_migrations TO rtr_app;

-- SEQUENCE: django_migrations_id_seq
ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE django_migrations_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.django_migrations_id_seq TO rtr_app;

-- TABLE: django_session
CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);

-- CONSTRAINT: django_session django_session_pkey
ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);

-- INDEX: django_session_expire_date_a5c62663
CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);

-- INDEX: django_session_session_key_c0390e0f_like
CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);

-- ACL: TABLE django_session
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.django_session TO rtr_app;

-- FUNCTION: enter_clinic(uuid, text)
CREATE FUNCTION public.enter_clinic(clinic uuid, proof text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT is_proof('clinic:' || clinic, proof) THEN
        RAISE EXCEPTION 'no proof that the application asks for this clinic'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('app.clinic', clinic || ':' || seal_of(clinic), true);
END $$;

-- ACL: FUNCTION enter_clinic(clinic uuid, proof text)
REVOKE ALL ON FUNCTION public.enter_clinic(clinic uuid, proof text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.enter_clinic(clinic uuid, proof text) TO rtr_app;

-- FUNCTION: erase_card_feedback(uuid)
CREATE FUNCTION public.erase_card_feedback(of_patient uuid) RETURNS TABLE(pseudonymised bigint, kept bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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
END $$;

-- ACL: FUNCTION erase_card_feedback(of_patient uuid)
REVOKE ALL ON FUNCTION public.erase_card_feedback(of_patient uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.erase_card_feedback(of_patient uuid) TO rtr_app;

-- FUNCTION: erase_letters(uuid, timestamp with time zone)
CREATE FUNCTION public.erase_letters(of_patient uuid, moment timestamp with time zone) RETURNS TABLE(pseudonymised bigint, kept bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (
        SELECT FROM patients_patient
        WHERE id = of_patient AND clinic_id = current_clinic() AND erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'no such erased patient' USING ERRCODE = 'no_data_found';
    END IF;
    PERFORM set_config('app.erasing', 'yes', true);
    RETURN QUERY WITH blank AS (
        UPDATE assessments_letter SET
            recipient = CASE recipient WHEN '' THEN '' ELSE '[erased]' END,
            call_back = CASE call_back WHEN '' THEN '' ELSE '[erased]' END,
            words = CASE words WHEN '' THEN '' ELSE '[erased]' END,
            content = '{}', updated_at = moment
        WHERE patient_id = of_patient AND (content <> '{}' OR concat(recipient, call_back, words) <> '')
        RETURNING 1
    ) SELECT count(*), (SELECT count(*) FROM assessments_letter WHERE patient_id = of_patient) FROM blank;
    PERFORM set_config('app.erasing', '', true);
END $$;

-- ACL: FUNCTION erase_letters(of_patient uuid, moment timestamp with time zone)
REVOKE ALL ON FUNCTION public.erase_letters(of_patient uuid, moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.erase_letters(of_patient uuid, moment timestamp with time zone) TO rtr_app;

-- FUNCTION: erase_patient(uuid, timestamp with time zone)
CREATE FUNCTION public.erase_patient(of_patient uuid, moment timestamp with time zone) RETURNS TABLE(kind text, pseudonymised bigint, kept bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
#variable_conflict use_column
DECLARE
    person patients_patient;
BEGIN
    SELECT * INTO person FROM patients_patient
        WHERE id = of_patient AND clinic_id = current_clinic() FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such patient' USING ERRCODE = 'no_data_found';
    END IF;
    PERFORM FROM assessments_escalation WHERE patient_id = of_patient FOR UPDATE;
    IF person.erased_at IS NOT NULL
        OR person.legal_hold_until >= (
            SELECT (least(moment, now()) AT TIME ZONE time_zone)::date FROM clinics_clinic WHERE id = person.clinic_id
        )
        OR EXISTS (
            SELECT FROM assessments_escalation
            WHERE patient_id = of_patient AND state NOT IN ('resolved', 'superseded')
        )
    THEN
        RAISE EXCEPTION 'the patient is erased, held or called for' USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM set_config('app.erasing', 'yes', true);

    UPDATE patients_patient SET
        given_name = 'Erased', family_name = 'patient ' || right(id::text, 8), external_id = NULL,
        birth_date = NULL, sex_at_birth = 'unknown', contact = '{}', running_profile = '{}',
        archived_at = coalesce(archived_at, moment), erased_at = moment, updated_at = moment
    WHERE id = of_patient RETURNING * INTO person;
    RETURN QUERY SELECT 'patient', 1::bigint, 1::bigint;

    RETURN QUERY WITH blank AS (
        UPDATE patients_patienthistory SET
            given_name = person.given_name, family_name = person.family_name, external_id = NULL,
            birth_date = NULL, sex_at_birth = 'unknown', contact = '{}', running_profile = '{}'
        WHERE id = of_patient RETURNING 1
    ) SELECT 'patient_history', count(*), count(*) FROM blank;

    RETURN QUERY WITH blank AS (
        UPDATE assessments_assessment SET
            answers = without_words(answers), evaluation = explained_without_words(evaluation),
            amendment_reason = CASE amendment_reason WHEN '' THEN '' ELSE '[erased]' END
        WHERE patient_id = of_patient AND (answers <> without_words(answers) OR amendment_reason <> '')
        RETURNING 1
    ) SELECT 'assessment', count(*), (SELECT count(*) FROM assessments_assessment WHERE patient_id = of_patient)
    FROM blank;

    RETURN QUERY WITH blank AS (
        UPDATE assessments_override SET
            reason = '[erased]',
            finding_text = CASE finding_text WHEN '' THEN '' ELSE '[erased]' END,
            handover_to = CASE handover_to WHEN '' THEN '' ELSE '[erased]' END,
            exclusion_by = CASE exclusion_by WHEN '' THEN '' ELSE '[erased]' END,
            exclusion_text = CASE exclusion_text WHEN '' THEN '' ELSE '[erased]' END
        WHERE assessment_id IN (SELECT id FROM assessments_assessment WHERE patient_id = of_patient)
        RETURNING 1
    ) SELECT 'override', count(*), count(*) FROM blank;

    RETURN QUERY WITH blank AS (
        UPDATE assessments_escalation SET outcome = '[erased]', updated_at = moment
        WHERE patient_id = of_patient AND outcome <> '' RETURNING 1
    ) SELECT 'escalation', count(*), (SELECT count(*) FROM assessments_escalation WHERE patient_id = of_patient)
    FROM blank;

    RETURN QUERY WITH blank AS (
        UPDATE assessments_escalationhistory SET outcome = '[erased]'
        WHERE patient_id = of_patient AND outcome NOT IN ('', '[erased]') RETURNING 1
    ) SELECT 'escalation_history', count(*),
        (SELECT count(*) FROM assessments_escalationhistory WHERE patient_id = of_patient)
    FROM blank;

    RETURN QUERY WITH of_patients AS (
        SELECT event.id FROM assessments_escalationevent event
        JOIN assessments_escalation escalation ON escalation.id = event.escalation_id
        WHERE escalation.patient_id = of_patient
    ), blank AS (
        UPDATE assessments_escalationevent SET note = '[erased]'
        WHERE id IN (SELECT id FROM of_patients) AND note <> '' AND kind NOT IN ('raised', 'superseded') RETURNING 1
    ) SELECT 'escalation_event', count(*), (SELECT count(*) FROM of_patients) FROM blank;

    RETURN QUERY WITH gone AS (
        DELETE FROM clinics_answeredrequest WHERE reference = of_patient
            OR reference IN (SELECT id FROM assessments_assessment WHERE patient_id = of_patient)
            OR reference IN (SELECT id FROM assessments_escalation WHERE patient_id = of_patient)
            OR reference IN (SELECT id FROM assessments_followup WHERE patient_id = of_patient)
        RETURNING 1
    ) SELECT 'answered_request', count(*), 0::bigint FROM gone;

    PERFORM set_config('app.erasing', '', true);
END $$;

-- ACL: FUNCTION erase_patient(of_patient uuid, moment timestamp with time zone)
REVOKE ALL ON FUNCTION public.erase_patient(of_patient uuid, moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.erase_patient(of_patient uuid, moment timestamp with time zone) TO rtr_app;

-- FUNCTION: explained_without_words(jsonb)
CREATE FUNCTION public.explained_without_words(evaluation jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT jsonb_set(evaluation, '{criteria_met}', coalesce(
        jsonb_agg(jsonb_set(met, '{answers}', without_words(met -> 'answers')) ORDER BY place), '[]'
    )) FROM jsonb_array_elements(evaluation -> 'criteria_met') WITH ORDINALITY AS one (met, place)
$$;

-- FUNCTION: faults(timestamp with time zone, timestamp with time zone, uuid, jsonb)
CREATE FUNCTION public.faults(moment timestamp with time zone, stale timestamp with time zone, since uuid, ranks jsonb) RETURNS TABLE(fault text, row_id uuid, clinic uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    (SELECT 'follow_up_idle', id, clinic_id FROM assessments_followup
     WHERE next_attempt_at IS NULL AND state IN ('scheduled', 'due', 'overdue', 'lapsed') LIMIT 100)
    UNION ALL
    (SELECT 'escalation_beyond_deadline', id, clinic_id FROM assessments_escalation
     WHERE state = 'open' AND acknowledge_by > moment AND next_attempt_at > acknowledge_by LIMIT 100)
    UNION ALL
    (SELECT 'assessment_not_escalated', a.id, a.clinic_id FROM assessments_assessment a
     WHERE a.id >= since AND a.urgency <> 'none' AND NOT EXISTS (
        SELECT FROM assessments_escalation e WHERE e.patient_id = a.patient_id AND (
            e.assessment_id = a.id OR e.urgency_rank >= (ranks ->> a.urgency)::int
            AND (e.state = 'open' OR e.opened_at >= a.created_at OR e.acknowledged_at >= a.created_at))
     ) LIMIT 100)
    UNION ALL
    (SELECT 'delivery_unfinished', d.id, d.clinic_id FROM assessments_delivery d
     LEFT JOIN assessments_escalation e ON e.id = d.escalation_id
     LEFT JOIN assessments_followup f ON f.id = d.follow_up_id
     WHERE d.state = 'sending' AND d.updated_at <= stale AND (
        coalesce(e.next_attempt_at, f.next_attempt_at) IS NULL OR coalesce(e.round, f.round) <> d.round
     ) LIMIT 100)
$$;

-- ACL: FUNCTION faults(moment timestamp with time zone, stale timestamp with time zone, since uuid, ranks jsonb)
REVOKE ALL ON FUNCTION public.faults(moment timestamp with time zone, stale timestamp with time zone, since uuid, ranks jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.faults(moment timestamp with time zone, stale timestamp with time zone, since uuid, ranks jsonb) TO rtr_app;

-- FUNCTION: forget_changes(timestamp with time zone, integer)
CREATE FUNCTION public.forget_changes(before timestamp with time zone, at_most integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH gone AS (
        DELETE FROM assessments_change WHERE position IN (
            SELECT position FROM (
                SELECT position, at FROM assessments_change
                WHERE clinic_id = current_clinic() ORDER BY position LIMIT at_most
            ) oldest WHERE at < before
        ) RETURNING position
    ), noted AS (
        INSERT INTO assessments_forgottenchanges AS known (clinic_id, position)
        SELECT current_clinic(), max(position) FROM gone HAVING count(*) > 0
        ON CONFLICT (clinic_id) DO UPDATE SET position = greatest(known.position, excluded.position)
    )
    SELECT count(*) FROM gone
$$;

-- ACL: FUNCTION forget_changes(before timestamp with time zone, at_most integer)
REVOKE ALL ON FUNCTION public.forget_changes(before timestamp with time zone, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.forget_changes(before timestamp with time zone, at_most integer) TO rtr_app;

-- FUNCTION: is_proof(text, text)
CREATE FUNCTION public.is_proof(said text, shown text) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
    SELECT EXISTS (
        SELECT FROM clinics_proofkey
        WHERE encode(sha256(outer_pad || sha256(inner_pad || convert_to(said, 'UTF8'))), 'hex') = shown
        AND (replaced_at IS NULL OR replaced_at > now() - interval '1 day')
    )
$$;

-- ACL: FUNCTION is_proof(said text, shown text)
REVOKE ALL ON FUNCTION public.is_proof(said text, shown text) FROM PUBLIC;

-- FUNCTION: late_work(text, timestamp with time zone, timestamp with time zone)
CREATE FUNCTION public.late_work(kind text, due_by timestamp with time zone, moment timestamp with time zone) RETURNS TABLE(rows bigint, oldest timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                   WHERE c.relname = kind AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                   AND a.attname = 'claim_token' AND NOT a.attisdropped) THEN
        RAISE EXCEPTION '% holds no due work', kind;
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT count(*), min(next_attempt_at) FROM public.%I
         WHERE next_attempt_at <= $1 AND (leased_until IS NULL OR leased_until <= $2)', kind)
    USING due_by, moment;
END $_$;

-- ACL: FUNCTION late_work(kind text, due_by timestamp with time zone, moment timestamp with time zone)
REVOKE ALL ON FUNCTION public.late_work(kind text, due_by timestamp with time zone, moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.late_work(kind text, due_by timestamp with time zone, moment timestamp with time zone) TO rtr_app;

-- FUNCTION: later_than(timestamp with time zone, timestamp with time zone)
CREATE FUNCTION public.later_than(before timestamp with time zone, moment timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT greatest(moment, before + interval '1 microsecond')
$$;

-- FUNCTION: log_access(uuid, timestamp with time zone, uuid[], uuid, uuid, text, text, text)
CREATE FUNCTION public.log_access(of_clinic uuid, moment timestamp with time zone, patients uuid[], of_user uuid, of_client uuid, of_action text, of_purpose text, of_request text) RETURNS void
    LANGUAGE plpgsql
    AS $$
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
        link := encode(sha256(convert_to(concat_ws(E'\n',
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

-- FUNCTION: move_assessment()
CREATE FUNCTION public.move_assessment() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE assessments_assessment SET updated_at = later_than(
        updated_at, CASE TG_OP WHEN 'INSERT' THEN NEW.created_at ELSE clock_timestamp() END
    ) WHERE clinic_id = NEW.clinic_id AND id = CASE TG_TABLE_NAME
        WHEN 'assessments_override' THEN (to_jsonb(NEW) ->> 'assessment_id')::uuid
        ELSE (to_jsonb(NEW) ->> 'supersedes_id')::uuid
    END;
    RETURN NULL;
END $$;

-- FUNCTION: move_what_shows_a_name()
CREATE FUNCTION public.move_what_shows_a_name() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    people uuid[];
    moment timestamptz := clock_timestamp();
BEGIN
    IF TG_TABLE_NAME = 'clinics_membership' THEN
        people := ARRAY[NEW.id];
    ELSE
        people := ARRAY(SELECT id FROM clinics_membership WHERE user_id = NEW.id AND name = '');
    END IF;
    UPDATE assessments_override SET updated_at = later_than(updated_at, moment) WHERE member_id = ANY (people);
    UPDATE assessments_programme SET updated_at = later_than(updated_at, moment)
        WHERE released_by_id = ANY (people) OR cleared_by_id = ANY (people);
    UPDATE assessments_followup SET updated_at = later_than(updated_at, moment) WHERE result_by_id = ANY (people);
    UPDATE assessments_escalation SET updated_at = later_than(updated_at, moment)
        WHERE acknowledged_by_id = ANY (people) OR resolved_by_id = ANY (people);
    RETURN NULL;
END $$;

-- ACL: FUNCTION move_what_shows_a_name()
REVOKE ALL ON FUNCTION public.move_what_shows_a_name() FROM PUBLIC;

-- FUNCTION: note_change()
CREATE FUNCTION public.note_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    about uuid;
BEGIN
    IF TG_ARGV[1] = 'id' THEN
        about := NEW.id;
    ELSIF TG_ARGV[1] = 'assessment_id' THEN
        about := NEW.assessment_id;
    ELSE
        about := NEW.supersedes_id;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('changes of ' || NEW.clinic_id, 0));
    INSERT INTO assessments_change (clinic_id, type, row_id, change, at)
    VALUES (NEW.clinic_id, TG_ARGV[0], about, TG_ARGV[2], clock_timestamp());
    RETURN NULL;
END $$;

-- ACL: FUNCTION note_change()
REVOKE ALL ON FUNCTION public.note_change() FROM PUBLIC;

-- FUNCTION: note_time()
CREATE FUNCTION public.note_time() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := later_than(OLD.updated_at, clock_timestamp());
    RETURN NEW;
END $$;

-- TABLE: oauth2_provider_accesstoken
CREATE TABLE public.oauth2_provider_accesstoken (
    id bigint NOT NULL,
    token text NOT NULL,
    expires timestamp with time zone NOT NULL,
    scope text NOT NULL,
    application_id uuid,
    user_id uuid,
    created timestamp with time zone NOT NULL,
    updated timestamp with time zone NOT NULL,
    source_refresh_token_id bigint,
    id_token_id bigint,
    token_checksum character varying(64) NOT NULL,
    resource jsonb NOT NULL
);

-- CONSTRAINT: oauth2_provider_accesstoken oauth2_provider_accesstoken_id_token_id_key
ALTER TABLE ONLY public.oauth2_provider_accesstoken
    ADD CONSTRAINT oauth2_provider_accesstoken_id_token_id_key UNIQUE (id_token_id);

-- CONSTRAINT: oauth2_provider_accesstoken oauth2_provider_accesstoken_pkey
ALTER TABLE ONLY public.oauth2_provider_accesstoken
    ADD CONSTRAINT oauth2_provider_accesstoken_pkey PRIMARY KEY (id);

-- CONSTRAINT: oauth2_provider_accesstoken oauth2_provider_accesstoken_source_refresh_token_id_key
ALTER TABLE ONLY public.oauth2_provider_accesstoken
    ADD CONSTRAINT oauth2_provider_accesstoken_source_refresh_token_id_key UNIQUE (source_refresh_token_id);

-- CONSTRAINT: oauth2_provider_accesstoken oauth2_provider_accesstoken_token_checksum_85319a26_uniq
ALTER TABLE ONLY public.oauth2_provider_accesstoken
    ADD CONSTRAINT oauth2_provider_accesstoken_token_checksum_85319a26_uniq UNIQUE (token_checksum);

-- FK CONSTRAINT: oauth2_provider_accesstoken oauth2_provider_acce_application_id_b22886e1_fk_clinics_a
ALTER TABLE ONLY public.oauth2_provider_accesstoken
    ADD CONSTRAINT oauth2_provider_acce_application_id_b22886e1_fk_clinics_a FOREIGN KEY (application_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: oauth2_provider_accesstoken oauth2_provider_acce_id_token_id_85db651b_fk_oauth2_pr
ALTER TABLE ONLY public.oauth2_provider_accesstoken
    ADD CONSTRAINT oauth2_provider_acce_id_token_id_85db651b_fk_oauth2_pr FOREIGN KEY (id_token_id) REFERENCES public.oauth2_provider_idtoken(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: oauth2_provider_accesstoken oauth2_provider_acce_source_refresh_token_e66fbc72_fk_oauth2_pr
ALTER TABLE ONLY public.oauth2_provider_accesstoken
    ADD CONSTRAINT oauth2_provider_acce_source_refresh_token_e66fbc72_fk_oauth2_pr FOREIGN KEY (source_refresh_token_id) REFERENCES public.oauth2_provider_refreshtoken(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: oauth2_provider_accesstoken oauth2_provider_accesstoken_user_id_6e4c9a65_fk_clinics_user_id
ALTER TABLE ONLY public.oauth2_provider_accesstoken
    ADD CONSTRAINT oauth2_provider_accesstoken_user_id_6e4c9a65_fk_clinics_user_id FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: oauth2_provider_accesstoken_application_id_b22886e1
CREATE INDEX oauth2_provider_accesstoken_application_id_b22886e1 ON public.oauth2_provider_accesstoken USING btree (application_id);

-- INDEX: oauth2_provider_accesstoken_token_checksum_85319a26_like
CREATE INDEX oauth2_provider_accesstoken_token_checksum_85319a26_like ON public.oauth2_provider_accesstoken USING btree (token_checksum varchar_pattern_ops);

-- INDEX: oauth2_provider_accesstoken_user_id_6e4c9a65
CREATE INDEX oauth2_provider_accesstoken_user_id_6e4c9a65 ON public.oauth2_provider_accesstoken USING btree (user_id);

-- ACL: TABLE oauth2_provider_accesstoken
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.oauth2_provider_accesstoken TO rtr_app;

-- SEQUENCE: oauth2_provider_accesstoken_id_seq
ALTER TABLE public.oauth2_provider_accesstoken ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.oauth2_provider_accesstoken_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE oauth2_provider_accesstoken_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.oauth2_provider_accesstoken_id_seq TO rtr_app;

-- TABLE: oauth2_provider_devicegrant
CREATE TABLE public.oauth2_provider_devicegrant (
    id bigint NOT NULL,
    device_code character varying(100) NOT NULL,
    user_code character varying(100) NOT NULL,
    scope text NOT NULL,
    "interval" integer NOT NULL,
    expires timestamp with time zone NOT NULL,
    status character varying(64) NOT NULL,
    client_id character varying(100) NOT NULL,
    last_checked timestamp with time zone NOT NULL,
    user_id uuid
);

-- CONSTRAINT: oauth2_provider_devicegrant oauth2_provider_devicegrant_pkey
ALTER TABLE ONLY public.oauth2_provider_devicegrant
    ADD CONSTRAINT oauth2_provider_devicegrant_pkey PRIMARY KEY (id);

-- CONSTRAINT: oauth2_provider_devicegrant oauth2_provider_devicegrant_unique_device_code
ALTER TABLE ONLY public.oauth2_provider_devicegrant
    ADD CONSTRAINT oauth2_provider_devicegrant_unique_device_code UNIQUE (device_code);

-- FK CONSTRAINT: oauth2_provider_devicegrant oauth2_provider_devicegrant_user_id_1cec5156_fk_clinics_user_id
ALTER TABLE ONLY public.oauth2_provider_devicegrant
    ADD CONSTRAINT oauth2_provider_devicegrant_user_id_1cec5156_fk_clinics_user_id FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: oauth2_provider_devicegrant_client_id_229dd06d
CREATE INDEX oauth2_provider_devicegrant_client_id_229dd06d ON public.oauth2_provider_devicegrant USING btree (client_id);

-- INDEX: oauth2_provider_devicegrant_client_id_229dd06d_like
CREATE INDEX oauth2_provider_devicegrant_client_id_229dd06d_like ON public.oauth2_provider_devicegrant USING btree (client_id varchar_pattern_ops);

-- INDEX: oauth2_provider_devicegrant_user_id_1cec5156
CREATE INDEX oauth2_provider_devicegrant_user_id_1cec5156 ON public.oauth2_provider_devicegrant USING btree (user_id);

-- ACL: TABLE oauth2_provider_devicegrant
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.oauth2_provider_devicegrant TO rtr_app;

-- SEQUENCE: oauth2_provider_devicegrant_id_seq
ALTER TABLE public.oauth2_provider_devicegrant ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.oauth2_provider_devicegrant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE oauth2_provider_devicegrant_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.oauth2_provider_devicegrant_id_seq TO rtr_app;

-- TABLE: oauth2_provider_grant
CREATE TABLE public.oauth2_provider_grant (
    id bigint NOT NULL,
    code character varying(255) NOT NULL,
    expires timestamp with time zone NOT NULL,
    redirect_uri text NOT NULL,
    scope text NOT NULL,
    application_id uuid NOT NULL,
    user_id uuid NOT NULL,
    created timestamp with time zone NOT NULL,
    updated timestamp with time zone NOT NULL,
    code_challenge character varying(128) NOT NULL,
    code_challenge_method character varying(10) NOT NULL,
    nonce character varying(255) NOT NULL,
    claims text NOT NULL,
    resource jsonb NOT NULL
);

-- CONSTRAINT: oauth2_provider_grant oauth2_provider_grant_code_key
ALTER TABLE ONLY public.oauth2_provider_grant
    ADD CONSTRAINT oauth2_provider_grant_code_key UNIQUE (code);

-- CONSTRAINT: oauth2_provider_grant oauth2_provider_grant_pkey
ALTER TABLE ONLY public.oauth2_provider_grant
    ADD CONSTRAINT oauth2_provider_grant_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: oauth2_provider_grant oauth2_provider_gran_application_id_81923564_fk_clinics_a
ALTER TABLE ONLY public.oauth2_provider_grant
    ADD CONSTRAINT oauth2_provider_gran_application_id_81923564_fk_clinics_a FOREIGN KEY (application_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: oauth2_provider_grant oauth2_provider_grant_user_id_e8f62af8_fk_clinics_user_id
ALTER TABLE ONLY public.oauth2_provider_grant
    ADD CONSTRAINT oauth2_provider_grant_user_id_e8f62af8_fk_clinics_user_id FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: oauth2_provider_grant_application_id_81923564
CREATE INDEX oauth2_provider_grant_application_id_81923564 ON public.oauth2_provider_grant USING btree (application_id);

-- INDEX: oauth2_provider_grant_code_49ab4ddf_like
CREATE INDEX oauth2_provider_grant_code_49ab4ddf_like ON public.oauth2_provider_grant USING btree (code varchar_pattern_ops);

-- INDEX: oauth2_provider_grant_user_id_e8f62af8
CREATE INDEX oauth2_provider_grant_user_id_e8f62af8 ON public.oauth2_provider_grant USING btree (user_id);

-- ACL: TABLE oauth2_provider_grant
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.oauth2_provider_grant TO rtr_app;

-- SEQUENCE: oauth2_provider_grant_id_seq
ALTER TABLE public.oauth2_provider_grant ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.oauth2_provider_grant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE oauth2_provider_grant_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.oauth2_provider_grant_id_seq TO rtr_app;

-- TABLE: oauth2_provider_idtoken
CREATE TABLE public.oauth2_provider_idtoken (
    id bigint NOT NULL,
    jti uuid NOT NULL,
    expires timestamp with time zone NOT NULL,
    scope text NOT NULL,
    created timestamp with time zone NOT NULL,
    updated timestamp with time zone NOT NULL,
    application_id uuid,
    user_id uuid
);

-- CONSTRAINT: oauth2_provider_idtoken oauth2_provider_idtoken_jti_key
ALTER TABLE ONLY public.oauth2_provider_idtoken
    ADD CONSTRAINT oauth2_provider_idtoken_jti_key UNIQUE (jti);

-- CONSTRAINT: oauth2_provider_idtoken oauth2_provider_idtoken_pkey
ALTER TABLE ONLY public.oauth2_provider_idtoken
    ADD CONSTRAINT oauth2_provider_idtoken_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: oauth2_provider_idtoken oauth2_provider_idto_application_id_08c5ff4f_fk_clinics_a
ALTER TABLE ONLY public.oauth2_provider_idtoken
    ADD CONSTRAINT oauth2_provider_idto_application_id_08c5ff4f_fk_clinics_a FOREIGN KEY (application_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: oauth2_provider_idtoken oauth2_provider_idtoken_user_id_dd512b59_fk_clinics_user_id
ALTER TABLE ONLY public.oauth2_provider_idtoken
    ADD CONSTRAINT oauth2_provider_idtoken_user_id_dd512b59_fk_clinics_user_id FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: oauth2_provider_idtoken_application_id_08c5ff4f
CREATE INDEX oauth2_provider_idtoken_application_id_08c5ff4f ON public.oauth2_provider_idtoken USING btree (application_id);

-- INDEX: oauth2_provider_idtoken_user_id_dd512b59
CREATE INDEX oauth2_provider_idtoken_user_id_dd512b59 ON public.oauth2_provider_idtoken USING btree (user_id);

-- ACL: TABLE oauth2_provider_idtoken
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.oauth2_provider_idtoken TO rtr_app;

-- SEQUENCE: oauth2_provider_idtoken_id_seq
ALTER TABLE public.oauth2_provider_idtoken ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.oauth2_provider_idtoken_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE oauth2_provider_idtoken_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.oauth2_provider_idtoken_id_seq TO rtr_app;

-- TABLE: oauth2_provider_refreshtoken
CREATE TABLE public.oauth2_provider_refreshtoken (
    id bigint NOT NULL,
    token text NOT NULL,
    access_token_id bigint,
    application_id uuid NOT NULL,
    user_id uuid NOT NULL,
    created timestamp with time zone NOT NULL,
    updated timestamp with time zone NOT NULL,
    revoked timestamp with time zone,
    token_family uuid,
    token_checksum character varying(64) NOT NULL,
    resource jsonb NOT NULL
);

-- CONSTRAINT: oauth2_provider_refreshtoken oauth2_provider_refresht_token_checksum_revoked_46c81d1d_uniq
ALTER TABLE ONLY public.oauth2_provider_refreshtoken
    ADD CONSTRAINT oauth2_provider_refresht_token_checksum_revoked_46c81d1d_uniq UNIQUE (token_checksum, revoked);

-- CONSTRAINT: oauth2_provider_refreshtoken oauth2_provider_refreshtoken_access_token_id_key
ALTER TABLE ONLY public.oauth2_provider_refreshtoken
    ADD CONSTRAINT oauth2_provider_refreshtoken_access_token_id_key UNIQUE (access_token_id);

-- CONSTRAINT: oauth2_provider_refreshtoken oauth2_provider_refreshtoken_pkey
ALTER TABLE ONLY public.oauth2_provider_refreshtoken
    ADD CONSTRAINT oauth2_provider_refreshtoken_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: oauth2_provider_refreshtoken oauth2_provider_refr_access_token_id_775e84e8_fk_oauth2_pr
ALTER TABLE ONLY public.oauth2_provider_refreshtoken
    ADD CONSTRAINT oauth2_provider_refr_access_token_id_775e84e8_fk_oauth2_pr FOREIGN KEY (access_token_id) REFERENCES public.oauth2_provider_accesstoken(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: oauth2_provider_refreshtoken oauth2_provider_refr_application_id_2d1c311b_fk_clinics_a
ALTER TABLE ONLY public.oauth2_provider_refreshtoken
    ADD CONSTRAINT oauth2_provider_refr_application_id_2d1c311b_fk_clinics_a FOREIGN KEY (application_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: oauth2_provider_refreshtoken oauth2_provider_refr_user_id_da837fce_fk_clinics_u
ALTER TABLE ONLY public.oauth2_provider_refreshtoken
    ADD CONSTRAINT oauth2_provider_refr_user_id_da837fce_fk_clinics_u FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: oauth2_prov_token_f_996e8a_idx
CREATE INDEX oauth2_prov_token_f_996e8a_idx ON public.oauth2_provider_refreshtoken USING btree (token_family);

-- INDEX: oauth2_provider_refreshtoken_application_id_2d1c311b
CREATE INDEX oauth2_provider_refreshtoken_application_id_2d1c311b ON public.oauth2_provider_refreshtoken USING btree (application_id);

-- INDEX: oauth2_provider_refreshtoken_user_id_da837fce
CREATE INDEX oauth2_provider_refreshtoken_user_id_da837fce ON public.oauth2_provider_refreshtoken USING btree (user_id);

-- ACL: TABLE oauth2_provider_refreshtoken
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.oauth2_provider_refreshtoken TO rtr_app;

-- SEQUENCE: oauth2_provider_refreshtoken_id_seq
ALTER TABLE public.oauth2_provider_refreshtoken ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.oauth2_provider_refreshtoken_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE oauth2_provider_refreshtoken_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.oauth2_provider_refreshtoken_id_seq TO rtr_app;

-- FUNCTION: open_escalations(timestamp with time zone, timestamp with time zone)
CREATE FUNCTION public.open_escalations(moment timestamp with time zone, told_by timestamp with time zone) RETURNS TABLE(urgency text, open bigint, past_deadline bigint, untold bigint, opened_at timestamp with time zone, acknowledge_by timestamp with time zone, due_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT urgency::text, count(*),
        count(*) FILTER (WHERE acknowledge_by <= moment),
        count(*) FILTER (WHERE notified_at IS NULL AND called_since <= told_by
            AND (next_attempt_at <= told_by OR last_error <> '' OR urgency IN ('emergency_now', 'complete_screen_now')
                 OR EXISTS (SELECT FROM assessments_delivery d
                            WHERE d.escalation_id = e.id AND d.created_at >= e.called_since))),
        min(opened_at), min(acknowledge_by), min(next_attempt_at)
    FROM assessments_escalation e WHERE state = 'open' AND next_attempt_at IS NOT NULL GROUP BY urgency
$$;

-- ACL: FUNCTION open_escalations(moment timestamp with time zone, told_by timestamp with time zone)
REVOKE ALL ON FUNCTION public.open_escalations(moment timestamp with time zone, told_by timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.open_escalations(moment timestamp with time zone, told_by timestamp with time zone) TO rtr_app;

-- FUNCTION: own_clinic()
CREATE FUNCTION public.own_clinic() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.clinic_id := coalesce(NEW.clinic_id, NEW.id);
    RETURN NEW;
END $$;

-- TABLE: patients_erasure
CREATE TABLE public.patients_erasure (
    id uuid NOT NULL,
    reason character varying(20) NOT NULL,
    erased_at timestamp with time zone NOT NULL,
    records jsonb NOT NULL,
    client_id uuid,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    user_id uuid
);

ALTER TABLE ONLY public.patients_erasure FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: patients_erasure patients_erasure_patient_id_key
ALTER TABLE ONLY public.patients_erasure
    ADD CONSTRAINT patients_erasure_patient_id_key UNIQUE (patient_id);

-- CONSTRAINT: patients_erasure patients_erasure_pkey
ALTER TABLE ONLY public.patients_erasure
    ADD CONSTRAINT patients_erasure_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: patients_erasure patients_erasure_client_id_bc9ff5ea_fk_clinics_apiclient_id
ALTER TABLE ONLY public.patients_erasure
    ADD CONSTRAINT patients_erasure_client_id_bc9ff5ea_fk_clinics_apiclient_id FOREIGN KEY (client_id) REFERENCES public.clinics_apiclient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: patients_erasure patients_erasure_clinic_id_585a2d19_fk_clinics_clinic_id
ALTER TABLE ONLY public.patients_erasure
    ADD CONSTRAINT patients_erasure_clinic_id_585a2d19_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: patients_erasure patients_erasure_patient_id_fe9169cc_fk_patients_patient_id
ALTER TABLE ONLY public.patients_erasure
    ADD CONSTRAINT patients_erasure_patient_id_fe9169cc_fk_patients_patient_id FOREIGN KEY (patient_id) REFERENCES public.patients_patient(id) DEFERRABLE INITIALLY DEFERRED;

-- FK CONSTRAINT: patients_erasure patients_erasure_user_id_4ee2ef74_fk_clinics_user_id
ALTER TABLE ONLY public.patients_erasure
    ADD CONSTRAINT patients_erasure_user_id_4ee2ef74_fk_clinics_user_id FOREIGN KEY (user_id) REFERENCES public.clinics_user(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: patients_erasure_client_id_bc9ff5ea
CREATE INDEX patients_erasure_client_id_bc9ff5ea ON public.patients_erasure USING btree (client_id);

-- INDEX: patients_erasure_clinic_id_585a2d19
CREATE INDEX patients_erasure_clinic_id_585a2d19 ON public.patients_erasure USING btree (clinic_id);

-- INDEX: patients_erasure_user_id_4ee2ef74
CREATE INDEX patients_erasure_user_id_4ee2ef74 ON public.patients_erasure USING btree (user_id);

-- ACL: TABLE patients_erasure
GRANT SELECT,INSERT ON TABLE public.patients_erasure TO rtr_app;

-- POLICY: patients_erasure own_clinic_only
CREATE POLICY own_clinic_only ON public.patients_erasure USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: patients_erasure owner_sees_all
CREATE POLICY owner_sees_all ON public.patients_erasure TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: patients_erasure
ALTER TABLE public.patients_erasure ENABLE ROW LEVEL SECURITY;

-- TRIGGER: patients_erasure append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.patients_erasure FOR EACH ROW EXECUTE FUNCTION public.refuse_change();

-- TABLE: patients_patient
CREATE TABLE public.patients_patient (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    external_id character varying(100),
    given_name character varying(100) NOT NULL,
    family_name character varying(100) NOT NULL,
    birth_date date,
    sex_at_birth character varying(10) NOT NULL,
    contact jsonb NOT NULL,
    running_profile jsonb NOT NULL,
    archived_at timestamp with time zone,
    clinic_id uuid NOT NULL,
    erased_at timestamp with time zone,
    legal_hold_reason character varying(20) DEFAULT ''::character varying NOT NULL,
    legal_hold_until date,
    archive_reason character varying(20) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT archive_reason_is_of_an_archived_patient CHECK ((((archive_reason)::text = ''::text) OR (archived_at IS NOT NULL))),
    CONSTRAINT erased_patient_is_nobody CHECK (((erased_at IS NULL) OR ((archived_at IS NOT NULL) AND (birth_date IS NULL) AND (contact = '{}'::jsonb) AND (external_id IS NULL) AND (running_profile = '{}'::jsonb) AND ((sex_at_birth)::text = 'unknown'::text)))),
    CONSTRAINT legal_hold_has_reason_and_end CHECK (((((legal_hold_reason)::text = ''::text) AND (legal_hold_until IS NULL)) OR ((NOT ((legal_hold_reason)::text = ''::text)) AND (legal_hold_until IS NOT NULL))))
);

ALTER TABLE ONLY public.patients_patient FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: patients_patient one_patient_per_external_id
ALTER TABLE ONLY public.patients_patient
    ADD CONSTRAINT one_patient_per_external_id UNIQUE (clinic_id, external_id);

-- CONSTRAINT: patients_patient patients_patient_pkey
ALTER TABLE ONLY public.patients_patient
    ADD CONSTRAINT patients_patient_pkey PRIMARY KEY (id);

-- FK CONSTRAINT: patients_patient patients_patient_clinic_id_3ba5a264_fk_clinics_clinic_id
ALTER TABLE ONLY public.patients_patient
    ADD CONSTRAINT patients_patient_clinic_id_3ba5a264_fk_clinics_clinic_id FOREIGN KEY (clinic_id) REFERENCES public.clinics_clinic(id) DEFERRABLE INITIALLY DEFERRED;

-- INDEX: patient_by_name
CREATE INDEX patient_by_name ON public.patients_patient USING btree (clinic_id, family_name, given_name, id);

-- INDEX: patient_changes
CREATE INDEX patient_changes ON public.patients_patient USING btree (clinic_id, updated_at, id);

-- INDEX: patients_patient_clinic_id_3ba5a264
CREATE INDEX patients_patient_clinic_id_3ba5a264 ON public.patients_patient USING btree (clinic_id);

-- ACL: TABLE patients_patient
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.patients_patient TO rtr_app;

-- COMMENT: TRIGGER pgtrigger_delete_delete_9898d ON patients_patient
COMMENT ON TRIGGER pgtrigger_delete_delete_9898d ON public.patients_patient IS '4325f2cba382c607e88cff4b8eda6910814fa5cf';

-- COMMENT: TRIGGER pgtrigger_insert_insert_62165 ON patients_patient
COMMENT ON TRIGGER pgtrigger_insert_insert_62165 ON public.patients_patient IS '1956c9a1ed374a66f749ca23327e3d053a65739e';

-- COMMENT: TRIGGER pgtrigger_update_update_546ce ON patients_patient
COMMENT ON TRIGGER pgtrigger_update_update_546ce ON public.patients_patient IS '6b22a80e994b383743c8bdf0f178ebca41b25cea';

-- POLICY: patients_patient own_clinic_only
CREATE POLICY own_clinic_only ON public.patients_patient USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: patients_patient owner_sees_all
CREATE POLICY owner_sees_all ON public.patients_patient TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: patients_patient
ALTER TABLE public.patients_patient ENABLE ROW LEVEL SECURITY;

-- TRIGGER: patients_patient erased_for_ever
CREATE TRIGGER erased_for_ever BEFORE UPDATE ON public.patients_patient FOR EACH ROW WHEN (((old.erased_at IS NOT NULL) OR (new.erased_at IS NOT NULL))) EXECUTE FUNCTION public.refuse_change('external_id', 'given_name', 'family_name', 'birth_date', 'sex_at_birth', 'contact', 'running_profile', 'archived_at', 'erased_at', 'updated_at');

-- TRIGGER: patients_patient note_patient_created
CREATE CONSTRAINT TRIGGER note_patient_created AFTER INSERT ON public.patients_patient DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.note_change('patient', 'id', 'created');

-- TRIGGER: patients_patient note_patient_erased
CREATE CONSTRAINT TRIGGER note_patient_erased AFTER UPDATE ON public.patients_patient DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((old.erased_at IS NULL) AND (new.erased_at IS NOT NULL))) EXECUTE FUNCTION public.note_change('patient', 'id', 'erased');

-- TRIGGER: patients_patient note_patient_updated
CREATE CONSTRAINT TRIGGER note_patient_updated AFTER UPDATE ON public.patients_patient DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((old.updated_at <> new.updated_at) AND (new.erased_at IS NULL))) EXECUTE FUNCTION public.note_change('patient', 'id', 'updated');

-- TRIGGER: patients_patient pgtrigger_delete_delete_9898d
CREATE TRIGGER pgtrigger_delete_delete_9898d AFTER DELETE ON public.patients_patient FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_delete_delete_9898d();

-- TRIGGER: patients_patient pgtrigger_insert_insert_62165
CREATE TRIGGER pgtrigger_insert_insert_62165 AFTER INSERT ON public.patients_patient FOR EACH ROW EXECUTE FUNCTION public.pgtrigger_insert_insert_62165();

-- TRIGGER: patients_patient pgtrigger_update_update_546ce
CREATE TRIGGER pgtrigger_update_update_546ce AFTER UPDATE ON public.patients_patient FOR EACH ROW WHEN ((((old.archive_reason)::text IS DISTINCT FROM (new.archive_reason)::text) OR (old.archived_at IS DISTINCT FROM new.archived_at) OR (old.birth_date IS DISTINCT FROM new.birth_date) OR (old.clinic_id IS DISTINCT FROM new.clinic_id) OR (old.contact IS DISTINCT FROM new.contact) OR (old.created_at IS DISTINCT FROM new.created_at) OR (old.erased_at IS DISTINCT FROM new.erased_at) OR ((old.external_id)::text IS DISTINCT FROM (new.external_id)::text) OR ((old.family_name)::text IS DISTINCT FROM (new.family_name)::text) OR ((old.given_name)::text IS DISTINCT FROM (new.given_name)::text) OR (old.id IS DISTINCT FROM new.id) OR ((old.legal_hold_reason)::text IS DISTINCT FROM (new.legal_hold_reason)::text) OR (old.legal_hold_until IS DISTINCT FROM new.legal_hold_until) OR (old.running_profile IS DISTINCT FROM new.running_profile) OR ((old.sex_at_birth)::text IS DISTINCT FROM (new.sex_at_birth)::text))) EXECUTE FUNCTION public.pgtrigger_update_update_546ce();

-- TABLE: patients_patienthistory
CREATE TABLE public.patients_patienthistory (
    pgh_created_at timestamp with time zone NOT NULL,
    pgh_label text NOT NULL,
    pgh_id bigint NOT NULL,
    pgh_context jsonb,
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    external_id character varying(100),
    given_name character varying(100) NOT NULL,
    family_name character varying(100) NOT NULL,
    birth_date date,
    sex_at_birth character varying(10) NOT NULL,
    contact jsonb NOT NULL,
    running_profile jsonb NOT NULL,
    archived_at timestamp with time zone,
    clinic_id uuid NOT NULL,
    pgh_obj_id uuid NOT NULL,
    erased_at timestamp with time zone,
    legal_hold_reason character varying(20) DEFAULT ''::character varying NOT NULL,
    legal_hold_until date,
    archive_reason character varying(20) DEFAULT ''::character varying NOT NULL
);

ALTER TABLE ONLY public.patients_patienthistory FORCE ROW LEVEL SECURITY;

-- CONSTRAINT: patients_patienthistory patients_patienthistory_pkey
ALTER TABLE ONLY public.patients_patienthistory
    ADD CONSTRAINT patients_patienthistory_pkey PRIMARY KEY (pgh_id);

-- INDEX: patients_patienthistory_pgh_obj_id_ab2f3b97
CREATE INDEX patients_patienthistory_pgh_obj_id_ab2f3b97 ON public.patients_patienthistory USING btree (pgh_obj_id);

-- ACL: TABLE patients_patienthistory
GRANT SELECT,INSERT ON TABLE public.patients_patienthistory TO rtr_app;

-- POLICY: patients_patienthistory own_clinic_only
CREATE POLICY own_clinic_only ON public.patients_patienthistory USING ((clinic_id = ( SELECT public.current_clinic() AS current_clinic))) WITH CHECK ((clinic_id = ( SELECT public.current_clinic() AS current_clinic)));

-- POLICY: patients_patienthistory owner_sees_all
CREATE POLICY owner_sees_all ON public.patients_patienthistory TO rtr_owner USING (true) WITH CHECK (true);

-- ROW SECURITY: patients_patienthistory
ALTER TABLE public.patients_patienthistory ENABLE ROW LEVEL SECURITY;

-- TRIGGER: patients_patienthistory append_only
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.patients_patienthistory FOR EACH ROW EXECUTE FUNCTION public.refuse_change('external_id', 'given_name', 'family_name', 'birth_date', 'sex_at_birth', 'contact', 'running_profile');

-- SEQUENCE: patients_patienthistory_pgh_id_seq
ALTER TABLE public.patients_patienthistory ALTER COLUMN pgh_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.patients_patienthistory_pgh_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

-- ACL: SEQUENCE patients_patienthistory_pgh_id_seq
GRANT SELECT,USAGE ON SEQUENCE public.patients_patienthistory_pgh_id_seq TO rtr_app;

-- TABLE: pghistory_context
CREATE TABLE public.pghistory_context (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    metadata jsonb NOT NULL
);

-- CONSTRAINT: pghistory_context pghistory_context_pkey
ALTER TABLE ONLY public.pghistory_context
    ADD CONSTRAINT pghistory_context_pkey PRIMARY KEY (id);

-- ACL: TABLE pghistory_context
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.pghistory_context TO rtr_app;

-- FUNCTION: pgtrigger_delete_delete_0881e()
CREATE FUNCTION public.pgtrigger_delete_delete_0881e() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_oncallservicehistory" ("clinic_id", "created_at", "enabled", "id", "kind", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "schema", "test_latency_ms", "test_reason", "test_result", "tested_at", "urgencies") VALUES (OLD."clinic_id", OLD."created_at", OLD."enabled", OLD."id", OLD."kind", OLD."name", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."schema", OLD."test_latency_ms", OLD."test_reason", OLD."test_result", OLD."tested_at", OLD."urgencies"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_21935()
CREATE FUNCTION public.pgtrigger_delete_delete_21935() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_exerciseloghistory" ("clinic_id", "created_at", "done_on", "exercise", "id", "minutes", "pain_nrs", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "repetitions", "seconds", "sets") VALUES (OLD."clinic_id", OLD."created_at", OLD."done_on", OLD."exercise", OLD."id", OLD."minutes", OLD."pain_nrs", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."programme_id", OLD."repetitions", OLD."seconds", OLD."sets"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_67d90()
CREATE FUNCTION public.pgtrigger_delete_delete_67d90() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_exporthistory" ("changes_cursor", "clinic_id", "created_at", "expires_at", "failure", "id", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "ready_at", "requested_by_client_id", "requested_by_user_id", "started_at", "state", "updated_since") VALUES (OLD."changes_cursor", OLD."clinic_id", OLD."created_at", OLD."expires_at", OLD."failure", OLD."id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."ready_at", OLD."requested_by_client_id", OLD."requested_by_user_id", OLD."started_at", OLD."state", OLD."updated_since"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_78c5a()
CREATE FUNCTION public.pgtrigger_delete_delete_78c5a() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_membershiphistory" ("accepted", "active", "clinic_id", "created_at", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") VALUES (OLD."accepted", OLD."active", OLD."clinic_id", OLD."created_at", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."role", OLD."user_id"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_88967()
CREATE FUNCTION public.pgtrigger_delete_delete_88967() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_checkinlinkhistory" ("client_id", "clinic_id", "created_at", "ended_at", "expires_at", "follow_up_id", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "used_at", "user_id") VALUES (OLD."client_id", OLD."clinic_id", OLD."created_at", OLD."ended_at", OLD."expires_at", OLD."follow_up_id", OLD."id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."used_at", OLD."user_id"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_88972()
CREATE FUNCTION public.pgtrigger_delete_delete_88972() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_oncallplanhistory" ("clinic_id", "closed_days", "country", "covers", "created_at", "id", "ladders", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "quiet_hours", "shifts", "subdivision") VALUES (OLD."clinic_id", OLD."closed_days", OLD."country", OLD."covers", OLD."created_at", OLD."id", OLD."ladders", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."quiet_hours", OLD."shifts", OLD."subdivision"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_8f578()
CREATE FUNCTION public.pgtrigger_delete_delete_8f578() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_followuphistory" ("answer_id", "answered_at", "assessment_id", "cancelled_because", "clinic_id", "created_at", "due_at", "id", "kind", "opens_at", "overdue_at", "patient_id", "permission_lapses_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "result_at", "result_by_id", "state", "urgency") VALUES (OLD."answer_id", OLD."answered_at", OLD."assessment_id", OLD."cancelled_because", OLD."clinic_id", OLD."created_at", OLD."due_at", OLD."id", OLD."kind", OLD."opens_at", OLD."overdue_at", OLD."patient_id", OLD."permission_lapses_at", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."result", OLD."result_at", OLD."result_by_id", OLD."state", OLD."urgency"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_91c73()
CREATE FUNCTION public.pgtrigger_delete_delete_91c73() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_escalationhistory" ("acknowledge_by", "acknowledged_at", "acknowledged_by_id", "assessment_id", "breached_at", "called_since", "clinic_id", "created_at", "id", "notified_at", "opened_at", "outcome", "outcome_code", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy", "resolved_at", "resolved_by_id", "state", "superseded_by_id", "urgency", "urgency_rank") VALUES (OLD."acknowledge_by", OLD."acknowledged_at", OLD."acknowledged_by_id", OLD."assessment_id", OLD."breached_at", OLD."called_since", OLD."clinic_id", OLD."created_at", OLD."id", OLD."notified_at", OLD."opened_at", OLD."outcome", OLD."outcome_code", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."policy", OLD."resolved_at", OLD."resolved_by_id", OLD."state", OLD."superseded_by_id", OLD."urgency", OLD."urgency_rank"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_9898d()
CREATE FUNCTION public.pgtrigger_delete_delete_9898d() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "patients_patienthistory" ("archive_reason", "archived_at", "birth_date", "clinic_id", "contact", "created_at", "erased_at", "external_id", "family_name", "given_name", "id", "legal_hold_reason", "legal_hold_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "running_profile", "sex_at_birth") VALUES (OLD."archive_reason", OLD."archived_at", OLD."birth_date", OLD."clinic_id", OLD."contact", OLD."created_at", OLD."erased_at", OLD."external_id", OLD."family_name", OLD."given_name", OLD."id", OLD."legal_hold_reason", OLD."legal_hold_until", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."running_profile", OLD."sex_at_birth"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_a5f0c()
CREATE FUNCTION public.pgtrigger_delete_delete_a5f0c() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_clinichistory" ("created_at", "emergency_destination", "emergency_number", "id", "lead_id", "maternity_destination", "maternity_emergency_number", "may_answer_later", "name", "on_call_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "require_one_time_codes", "takes_pregnant_runners", "time_zone", "working_day_ends_at") VALUES (OLD."created_at", OLD."emergency_destination", OLD."emergency_number", OLD."id", OLD."lead_id", OLD."maternity_destination", OLD."maternity_emergency_number", OLD."may_answer_later", OLD."name", OLD."on_call_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."require_one_time_codes", OLD."takes_pregnant_runners", OLD."time_zone", OLD."working_day_ends_at"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_bb585()
CREATE FUNCTION public.pgtrigger_delete_delete_bb585() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_shoehistory" ("clinic_id", "created_at", "id", "km_before", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_on", "started_on", "worn") VALUES (OLD."clinic_id", OLD."created_at", OLD."id", OLD."km_before", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."retired_on", OLD."started_on", OLD."worn"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_d280a()
CREATE FUNCTION public.pgtrigger_delete_delete_d280a() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_letterhistory" ("clinic_id", "created_at", "drafted_by_id", "escalation_id", "id", "issued_at", "issued_by_id", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "to") VALUES (OLD."clinic_id", OLD."created_at", OLD."drafted_by_id", OLD."escalation_id", OLD."id", OLD."issued_at", OLD."issued_by_id", OLD."patient_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."state", OLD."to"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_e0ba9()
CREATE FUNCTION public.pgtrigger_delete_delete_e0ba9() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_programmehistory" ("ambers", "assessment_id", "clearance_needed", "cleared_at", "cleared_by_id", "clinic_id", "created_at", "ended_at", "greens", "id", "next_run_from", "patient_id", "permitted_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "released_at", "released_by_id", "review_by", "settle_first", "share_percent", "stage", "state", "status", "takes_the_place_of_id", "usual_run_km") VALUES (OLD."ambers", OLD."assessment_id", OLD."clearance_needed", OLD."cleared_at", OLD."cleared_by_id", OLD."clinic_id", OLD."created_at", OLD."ended_at", OLD."greens", OLD."id", OLD."next_run_from", OLD."patient_id", OLD."permitted_until", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."phase", OLD."released_at", OLD."released_by_id", OLD."review_by", OLD."settle_first", OLD."share_percent", OLD."stage", OLD."state", OLD."status", OLD."takes_the_place_of_id", OLD."usual_run_km"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_e655f()
CREATE FUNCTION public.pgtrigger_delete_delete_e655f() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cds_issuer", "cds_patient_system", "cds_proven_at", "cds_proven_keys", "cds_tenant", "cimd_expires_at", "client_id", "client_jwks", "client_jwks_uri", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "secret_changed_at", "skip_authorization", "token_endpoint_auth_method", "user_id") VALUES (OLD."acts_for_id", OLD."algorithm", OLD."allowed_origins", OLD."allowed_scopes", OLD."authorization_grant_type", OLD."cds_issuer", OLD."cds_patient_system", OLD."cds_proven_at", OLD."cds_proven_keys", OLD."cds_tenant", OLD."cimd_expires_at", OLD."client_id", OLD."client_jwks", OLD."client_jwks_uri", OLD."client_type", OLD."clinic_id", OLD."created", OLD."hash_client_secret", OLD."id", OLD."name", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."post_logout_redirect_uris", OLD."redirect_uris", OLD."registration_source", OLD."secret_changed_at", OLD."skip_authorization", OLD."token_endpoint_auth_method", OLD."user_id"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_delete_delete_fd441()
CREATE FUNCTION public.pgtrigger_delete_delete_fd441() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_webhookendpointhistory" ("clinic_id", "created_at", "description", "disabled_at", "disabled_because", "enabled", "events", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (OLD."clinic_id", OLD."created_at", OLD."description", OLD."disabled_at", OLD."disabled_because", OLD."enabled", OLD."events", OLD."id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'delete', OLD."id", OLD."url"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_05d3e()
CREATE FUNCTION public.pgtrigger_insert_insert_05d3e() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_escalationhistory" ("acknowledge_by", "acknowledged_at", "acknowledged_by_id", "assessment_id", "breached_at", "called_since", "clinic_id", "created_at", "id", "notified_at", "opened_at", "outcome", "outcome_code", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy", "resolved_at", "resolved_by_id", "state", "superseded_by_id", "urgency", "urgency_rank") VALUES (NEW."acknowledge_by", NEW."acknowledged_at", NEW."acknowledged_by_id", NEW."assessment_id", NEW."breached_at", NEW."called_since", NEW."clinic_id", NEW."created_at", NEW."id", NEW."notified_at", NEW."opened_at", NEW."outcome", NEW."outcome_code", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."policy", NEW."resolved_at", NEW."resolved_by_id", NEW."state", NEW."superseded_by_id", NEW."urgency", NEW."urgency_rank"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_289d9()
CREATE FUNCTION public.pgtrigger_insert_insert_289d9() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_letterhistory" ("clinic_id", "created_at", "drafted_by_id", "escalation_id", "id", "issued_at", "issued_by_id", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "to") VALUES (NEW."clinic_id", NEW."created_at", NEW."drafted_by_id", NEW."escalation_id", NEW."id", NEW."issued_at", NEW."issued_by_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."state", NEW."to"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_2a909()
CREATE FUNCTION public.pgtrigger_insert_insert_2a909() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_membershiphistory" ("accepted", "active", "clinic_id", "created_at", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") VALUES (NEW."accepted", NEW."active", NEW."clinic_id", NEW."created_at", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."role", NEW."user_id"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_31f7c()
CREATE FUNCTION public.pgtrigger_insert_insert_31f7c() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_webhookendpointhistory" ("clinic_id", "created_at", "description", "disabled_at", "disabled_because", "enabled", "events", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (NEW."clinic_id", NEW."created_at", NEW."description", NEW."disabled_at", NEW."disabled_because", NEW."enabled", NEW."events", NEW."id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."url"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_59aa9()
CREATE FUNCTION public.pgtrigger_insert_insert_59aa9() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_clinichistory" ("created_at", "emergency_destination", "emergency_number", "id", "lead_id", "maternity_destination", "maternity_emergency_number", "may_answer_later", "name", "on_call_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "require_one_time_codes", "takes_pregnant_runners", "time_zone", "working_day_ends_at") VALUES (NEW."created_at", NEW."emergency_destination", NEW."emergency_number", NEW."id", NEW."lead_id", NEW."maternity_destination", NEW."maternity_emergency_number", NEW."may_answer_later", NEW."name", NEW."on_call_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."require_one_time_codes", NEW."takes_pregnant_runners", NEW."time_zone", NEW."working_day_ends_at"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_5bd73()
CREATE FUNCTION public.pgtrigger_insert_insert_5bd73() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_exerciseloghistory" ("clinic_id", "created_at", "done_on", "exercise", "id", "minutes", "pain_nrs", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "repetitions", "seconds", "sets") VALUES (NEW."clinic_id", NEW."created_at", NEW."done_on", NEW."exercise", NEW."id", NEW."minutes", NEW."pain_nrs", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."programme_id", NEW."repetitions", NEW."seconds", NEW."sets"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_62165()
CREATE FUNCTION public.pgtrigger_insert_insert_62165() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "patients_patienthistory" ("archive_reason", "archived_at", "birth_date", "clinic_id", "contact", "created_at", "erased_at", "external_id", "family_name", "given_name", "id", "legal_hold_reason", "legal_hold_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "running_profile", "sex_at_birth") VALUES (NEW."archive_reason", NEW."archived_at", NEW."birth_date", NEW."clinic_id", NEW."contact", NEW."created_at", NEW."erased_at", NEW."external_id", NEW."family_name", NEW."given_name", NEW."id", NEW."legal_hold_reason", NEW."legal_hold_until", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."running_profile", NEW."sex_at_birth"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_7ea52()
CREATE FUNCTION public.pgtrigger_insert_insert_7ea52() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_exporthistory" ("changes_cursor", "clinic_id", "created_at", "expires_at", "failure", "id", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "ready_at", "requested_by_client_id", "requested_by_user_id", "started_at", "state", "updated_since") VALUES (NEW."changes_cursor", NEW."clinic_id", NEW."created_at", NEW."expires_at", NEW."failure", NEW."id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."ready_at", NEW."requested_by_client_id", NEW."requested_by_user_id", NEW."started_at", NEW."state", NEW."updated_since"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_7eff0()
CREATE FUNCTION public.pgtrigger_insert_insert_7eff0() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_oncallservicehistory" ("clinic_id", "created_at", "enabled", "id", "kind", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "schema", "test_latency_ms", "test_reason", "test_result", "tested_at", "urgencies") VALUES (NEW."clinic_id", NEW."created_at", NEW."enabled", NEW."id", NEW."kind", NEW."name", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."schema", NEW."test_latency_ms", NEW."test_reason", NEW."test_result", NEW."tested_at", NEW."urgencies"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_82dc3()
CREATE FUNCTION public.pgtrigger_insert_insert_82dc3() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_followuphistory" ("answer_id", "answered_at", "assessment_id", "cancelled_because", "clinic_id", "created_at", "due_at", "id", "kind", "opens_at", "overdue_at", "patient_id", "permission_lapses_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "result_at", "result_by_id", "state", "urgency") VALUES (NEW."answer_id", NEW."answered_at", NEW."assessment_id", NEW."cancelled_because", NEW."clinic_id", NEW."created_at", NEW."due_at", NEW."id", NEW."kind", NEW."opens_at", NEW."overdue_at", NEW."patient_id", NEW."permission_lapses_at", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."result", NEW."result_at", NEW."result_by_id", NEW."state", NEW."urgency"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_a00fd()
CREATE FUNCTION public.pgtrigger_insert_insert_a00fd() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_programmehistory" ("ambers", "assessment_id", "clearance_needed", "cleared_at", "cleared_by_id", "clinic_id", "created_at", "ended_at", "greens", "id", "next_run_from", "patient_id", "permitted_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "released_at", "released_by_id", "review_by", "settle_first", "share_percent", "stage", "state", "status", "takes_the_place_of_id", "usual_run_km") VALUES (NEW."ambers", NEW."assessment_id", NEW."clearance_needed", NEW."cleared_at", NEW."cleared_by_id", NEW."clinic_id", NEW."created_at", NEW."ended_at", NEW."greens", NEW."id", NEW."next_run_from", NEW."patient_id", NEW."permitted_until", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."phase", NEW."released_at", NEW."released_by_id", NEW."review_by", NEW."settle_first", NEW."share_percent", NEW."stage", NEW."state", NEW."status", NEW."takes_the_place_of_id", NEW."usual_run_km"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_c48d5()
CREATE FUNCTION public.pgtrigger_insert_insert_c48d5() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cds_issuer", "cds_patient_system", "cds_proven_at", "cds_proven_keys", "cds_tenant", "cimd_expires_at", "client_id", "client_jwks", "client_jwks_uri", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "secret_changed_at", "skip_authorization", "token_endpoint_auth_method", "user_id") VALUES (NEW."acts_for_id", NEW."algorithm", NEW."allowed_origins", NEW."allowed_scopes", NEW."authorization_grant_type", NEW."cds_issuer", NEW."cds_patient_system", NEW."cds_proven_at", NEW."cds_proven_keys", NEW."cds_tenant", NEW."cimd_expires_at", NEW."client_id", NEW."client_jwks", NEW."client_jwks_uri", NEW."client_type", NEW."clinic_id", NEW."created", NEW."hash_client_secret", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."post_logout_redirect_uris", NEW."redirect_uris", NEW."registration_source", NEW."secret_changed_at", NEW."skip_authorization", NEW."token_endpoint_auth_method", NEW."user_id"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_ca948()
CREATE FUNCTION public.pgtrigger_insert_insert_ca948() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_shoehistory" ("clinic_id", "created_at", "id", "km_before", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_on", "started_on", "worn") VALUES (NEW."clinic_id", NEW."created_at", NEW."id", NEW."km_before", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."retired_on", NEW."started_on", NEW."worn"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_cfd3b()
CREATE FUNCTION public.pgtrigger_insert_insert_cfd3b() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_oncallplanhistory" ("clinic_id", "closed_days", "country", "covers", "created_at", "id", "ladders", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "quiet_hours", "shifts", "subdivision") VALUES (NEW."clinic_id", NEW."closed_days", NEW."country", NEW."covers", NEW."created_at", NEW."id", NEW."ladders", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."quiet_hours", NEW."shifts", NEW."subdivision"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_insert_insert_f1b7b()
CREATE FUNCTION public.pgtrigger_insert_insert_f1b7b() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_checkinlinkhistory" ("client_id", "clinic_id", "created_at", "ended_at", "expires_at", "follow_up_id", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "used_at", "user_id") VALUES (NEW."client_id", NEW."clinic_id", NEW."created_at", NEW."ended_at", NEW."expires_at", NEW."follow_up_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'insert', NEW."id", NEW."used_at", NEW."user_id"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_1ddd6()
CREATE FUNCTION public.pgtrigger_update_update_1ddd6() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_webhookendpointhistory" ("clinic_id", "created_at", "description", "disabled_at", "disabled_because", "enabled", "events", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "url") VALUES (NEW."clinic_id", NEW."created_at", NEW."description", NEW."disabled_at", NEW."disabled_because", NEW."enabled", NEW."events", NEW."id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."url"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_1f70b()
CREATE FUNCTION public.pgtrigger_update_update_1f70b() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_programmehistory" ("ambers", "assessment_id", "clearance_needed", "cleared_at", "cleared_by_id", "clinic_id", "created_at", "ended_at", "greens", "id", "next_run_from", "patient_id", "permitted_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "phase", "released_at", "released_by_id", "review_by", "settle_first", "share_percent", "stage", "state", "status", "takes_the_place_of_id", "usual_run_km") VALUES (NEW."ambers", NEW."assessment_id", NEW."clearance_needed", NEW."cleared_at", NEW."cleared_by_id", NEW."clinic_id", NEW."created_at", NEW."ended_at", NEW."greens", NEW."id", NEW."next_run_from", NEW."patient_id", NEW."permitted_until", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."phase", NEW."released_at", NEW."released_by_id", NEW."review_by", NEW."settle_first", NEW."share_percent", NEW."stage", NEW."state", NEW."status", NEW."takes_the_place_of_id", NEW."usual_run_km"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_2f1c8()
CREATE FUNCTION public.pgtrigger_update_update_2f1c8() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_clinichistory" ("created_at", "emergency_destination", "emergency_number", "id", "lead_id", "maternity_destination", "maternity_emergency_number", "may_answer_later", "name", "on_call_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "require_one_time_codes", "takes_pregnant_runners", "time_zone", "working_day_ends_at") VALUES (NEW."created_at", NEW."emergency_destination", NEW."emergency_number", NEW."id", NEW."lead_id", NEW."maternity_destination", NEW."maternity_emergency_number", NEW."may_answer_later", NEW."name", NEW."on_call_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."require_one_time_codes", NEW."takes_pregnant_runners", NEW."time_zone", NEW."working_day_ends_at"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_472bb()
CREATE FUNCTION public.pgtrigger_update_update_472bb() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_membershiphistory" ("accepted", "active", "clinic_id", "created_at", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") VALUES (NEW."accepted", NEW."active", NEW."clinic_id", NEW."created_at", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."role", NEW."user_id"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_4d2be()
CREATE FUNCTION public.pgtrigger_update_update_4d2be() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_oncallservicehistory" ("clinic_id", "created_at", "enabled", "id", "kind", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "schema", "test_latency_ms", "test_reason", "test_result", "tested_at", "urgencies") VALUES (NEW."clinic_id", NEW."created_at", NEW."enabled", NEW."id", NEW."kind", NEW."name", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."schema", NEW."test_latency_ms", NEW."test_reason", NEW."test_result", NEW."tested_at", NEW."urgencies"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_546ce()
CREATE FUNCTION public.pgtrigger_update_update_546ce() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "patients_patienthistory" ("archive_reason", "archived_at", "birth_date", "clinic_id", "contact", "created_at", "erased_at", "external_id", "family_name", "given_name", "id", "legal_hold_reason", "legal_hold_until", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "running_profile", "sex_at_birth") VALUES (NEW."archive_reason", NEW."archived_at", NEW."birth_date", NEW."clinic_id", NEW."contact", NEW."created_at", NEW."erased_at", NEW."external_id", NEW."family_name", NEW."given_name", NEW."id", NEW."legal_hold_reason", NEW."legal_hold_until", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."running_profile", NEW."sex_at_birth"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_7c584()
CREATE FUNCTION public.pgtrigger_update_update_7c584() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_checkinlinkhistory" ("client_id", "clinic_id", "created_at", "ended_at", "expires_at", "follow_up_id", "id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "used_at", "user_id") VALUES (NEW."client_id", NEW."clinic_id", NEW."created_at", NEW."ended_at", NEW."expires_at", NEW."follow_up_id", NEW."id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."used_at", NEW."user_id"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_857fb()
CREATE FUNCTION public.pgtrigger_update_update_857fb() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_escalationhistory" ("acknowledge_by", "acknowledged_at", "acknowledged_by_id", "assessment_id", "breached_at", "called_since", "clinic_id", "created_at", "id", "notified_at", "opened_at", "outcome", "outcome_code", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "policy", "resolved_at", "resolved_by_id", "state", "superseded_by_id", "urgency", "urgency_rank") VALUES (NEW."acknowledge_by", NEW."acknowledged_at", NEW."acknowledged_by_id", NEW."assessment_id", NEW."breached_at", NEW."called_since", NEW."clinic_id", NEW."created_at", NEW."id", NEW."notified_at", NEW."opened_at", NEW."outcome", NEW."outcome_code", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."policy", NEW."resolved_at", NEW."resolved_by_id", NEW."state", NEW."superseded_by_id", NEW."urgency", NEW."urgency_rank"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_8a596()
CREATE FUNCTION public.pgtrigger_update_update_8a596() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_exporthistory" ("changes_cursor", "clinic_id", "created_at", "expires_at", "failure", "id", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "ready_at", "requested_by_client_id", "requested_by_user_id", "started_at", "state", "updated_since") VALUES (NEW."changes_cursor", NEW."clinic_id", NEW."created_at", NEW."expires_at", NEW."failure", NEW."id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."ready_at", NEW."requested_by_client_id", NEW."requested_by_user_id", NEW."started_at", NEW."state", NEW."updated_since"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_94238()
CREATE FUNCTION public.pgtrigger_update_update_94238() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_apiclienthistory" ("acts_for_id", "algorithm", "allowed_origins", "allowed_scopes", "authorization_grant_type", "cds_issuer", "cds_patient_system", "cds_proven_at", "cds_proven_keys", "cds_tenant", "cimd_expires_at", "client_id", "client_jwks", "client_jwks_uri", "client_type", "clinic_id", "created", "hash_client_secret", "id", "name", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "post_logout_redirect_uris", "redirect_uris", "registration_source", "secret_changed_at", "skip_authorization", "token_endpoint_auth_method", "user_id") VALUES (NEW."acts_for_id", NEW."algorithm", NEW."allowed_origins", NEW."allowed_scopes", NEW."authorization_grant_type", NEW."cds_issuer", NEW."cds_patient_system", NEW."cds_proven_at", NEW."cds_proven_keys", NEW."cds_tenant", NEW."cimd_expires_at", NEW."client_id", NEW."client_jwks", NEW."client_jwks_uri", NEW."client_type", NEW."clinic_id", NEW."created", NEW."hash_client_secret", NEW."id", NEW."name", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."post_logout_redirect_uris", NEW."redirect_uris", NEW."registration_source", NEW."secret_changed_at", NEW."skip_authorization", NEW."token_endpoint_auth_method", NEW."user_id"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_9d9a5()
CREATE FUNCTION public.pgtrigger_update_update_9d9a5() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_letterhistory" ("clinic_id", "created_at", "drafted_by_id", "escalation_id", "id", "issued_at", "issued_by_id", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "to") VALUES (NEW."clinic_id", NEW."created_at", NEW."drafted_by_id", NEW."escalation_id", NEW."id", NEW."issued_at", NEW."issued_by_id", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."state", NEW."to"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_a5c59()
CREATE FUNCTION public.pgtrigger_update_update_a5c59() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_shoehistory" ("clinic_id", "created_at", "id", "km_before", "patient_id", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_on", "started_on", "worn") VALUES (NEW."clinic_id", NEW."created_at", NEW."id", NEW."km_before", NEW."patient_id", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."retired_on", NEW."started_on", NEW."worn"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_cb6fb()
CREATE FUNCTION public.pgtrigger_update_update_cb6fb() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_followuphistory" ("answer_id", "answered_at", "assessment_id", "cancelled_because", "clinic_id", "created_at", "due_at", "id", "kind", "opens_at", "overdue_at", "patient_id", "permission_lapses_at", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "result_at", "result_by_id", "state", "urgency") VALUES (NEW."answer_id", NEW."answered_at", NEW."assessment_id", NEW."cancelled_because", NEW."clinic_id", NEW."created_at", NEW."due_at", NEW."id", NEW."kind", NEW."opens_at", NEW."overdue_at", NEW."patient_id", NEW."permission_lapses_at", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."result", NEW."result_at", NEW."result_by_id", NEW."state", NEW."urgency"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_d2dc1()
CREATE FUNCTION public.pgtrigger_update_update_d2dc1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "assessments_exerciseloghistory" ("clinic_id", "created_at", "done_on", "exercise", "id", "minutes", "pain_nrs", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "repetitions", "seconds", "sets") VALUES (NEW."clinic_id", NEW."created_at", NEW."done_on", NEW."exercise", NEW."id", NEW."minutes", NEW."pain_nrs", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."programme_id", NEW."repetitions", NEW."seconds", NEW."sets"); RETURN NULL;
                END;
            $$;

-- FUNCTION: pgtrigger_update_update_f5cbd()
CREATE FUNCTION public.pgtrigger_update_update_f5cbd() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
                
                BEGIN
                    IF ("public"._pgtrigger_should_ignore(TG_NAME) IS TRUE) THEN
                        IF (TG_OP = 'DELETE') THEN
                            RETURN OLD;
                        ELSE
                            RETURN NEW;
                        END IF;
                    END IF;
                    INSERT INTO "clinics_oncallplanhistory" ("clinic_id", "closed_days", "country", "covers", "created_at", "id", "ladders", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "quiet_hours", "shifts", "subdivision") VALUES (NEW."clinic_id", NEW."closed_days", NEW."country", NEW."covers", NEW."created_at", NEW."id", NEW."ladders", COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB, NOW(), 'update', NEW."id", NEW."quiet_hours", NEW."shifts", NEW."subdivision"); RETURN NULL;
                END;
            $$;

-- FUNCTION: recent_acknowledgements(uuid)
CREATE FUNCTION public.recent_acknowledgements(since uuid) RETURNS TABLE(urgency text, rows bigint, late bigint, seconds double precision[])
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT urgency, count(*), count(*) FILTER (WHERE late), percentile_cont(ARRAY[0.5, 0.9, 0.99])
        WITHIN GROUP (ORDER BY waited)
    FROM (
        SELECT e.urgency::text, event.at > e.acknowledge_by AS late,
            extract(epoch FROM event.at - e.opened_at)::float AS waited
        FROM assessments_escalationevent event JOIN assessments_escalation e ON e.id = event.escalation_id
        WHERE event.id >= since AND event.kind = 'acknowledged'
    ) answered GROUP BY urgency
$$;

-- ACL: FUNCTION recent_acknowledgements(since uuid)
REVOKE ALL ON FUNCTION public.recent_acknowledgements(since uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.recent_acknowledgements(since uuid) TO rtr_app;

-- FUNCTION: recent_deliveries(uuid)
CREATE FUNCTION public.recent_deliveries(since uuid) RETURNS TABLE(channel text, state text, rows bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT channel::text, state::text, count(*) FROM assessments_delivery WHERE id >= since GROUP BY channel, state
$$;

-- ACL: FUNCTION recent_deliveries(since uuid)
REVOKE ALL ON FUNCTION public.recent_deliveries(since uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.recent_deliveries(since uuid) TO rtr_app;

-- FUNCTION: refuse_change()
CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_NARGS > 0 AND current_setting('app.erasing', true) = 'yes'
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
        AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% rows are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

-- FUNCTION: seal_of(uuid)
CREATE FUNCTION public.seal_of(clinic uuid) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    said bytea := uuid_send(clinic) || timestamptz_send(transaction_timestamp());
    made text;
BEGIN
    SELECT encode(sha256(key || sha256(key || said)), 'hex') INTO made FROM clinics_sealkey;
    RETURN made;
END $$;

-- ACL: FUNCTION seal_of(clinic uuid)
REVOKE ALL ON FUNCTION public.seal_of(clinic uuid) FROM PUBLIC;

-- FUNCTION: stuck_work(text, timestamp with time zone, timestamp with time zone)
CREATE FUNCTION public.stuck_work(kind text, moment timestamp with time zone, longest timestamp with time zone) RETURNS TABLE(row_id uuid, clinic uuid)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                   WHERE c.relname = kind AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                   AND a.attname = 'claim_token' AND NOT a.attisdropped) THEN
        RAISE EXCEPTION '% holds no due work', kind;
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT id, clinic_id FROM public.%I WHERE next_attempt_at <= $1 AND leased_until > $2 LIMIT 100', kind)
    USING moment, longest;
END $_$;

-- ACL: FUNCTION stuck_work(kind text, moment timestamp with time zone, longest timestamp with time zone)
REVOKE ALL ON FUNCTION public.stuck_work(kind text, moment timestamp with time zone, longest timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.stuck_work(kind text, moment timestamp with time zone, longest timestamp with time zone) TO rtr_app;

-- FUNCTION: webhook_figures(timestamp with time zone, uuid, interval)
CREATE FUNCTION public.webhook_figures(moment timestamp with time zone, since uuid, retried_for interval) RETURNS TABLE(figure text, label text, rows bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT 'pending', CASE
            WHEN waited < interval '1 minute' THEN 'minute'
            WHEN waited < interval '1 hour' THEN 'hour'
            WHEN waited < interval '1 day' THEN 'day'
            ELSE 'longer' END, count(*)
    FROM (
        SELECT moment - (retry_until - retried_for) AS waited
        FROM assessments_webhookdelivery WHERE next_attempt_at IS NOT NULL
    ) waiting GROUP BY 2
    UNION ALL
    SELECT 'tries', result::text, count(*) FROM assessments_webhookattempt WHERE id >= since GROUP BY result
    UNION ALL
    SELECT 'given_up', '', count(*) FROM assessments_webhookdelivery
    WHERE state = 'given_up' AND updated_at > moment - interval '1 day'
    UNION ALL
    SELECT 'endpoints', CASE
            WHEN NOT enabled THEN 'off'
            WHEN rests_until > moment THEN 'resting'
            WHEN failures > 0 THEN 'failing'
            ELSE 'well' END, count(*)
    FROM clinics_webhookendpoint GROUP BY 2
$$;

-- ACL: FUNCTION webhook_figures(moment timestamp with time zone, since uuid, retried_for interval)
REVOKE ALL ON FUNCTION public.webhook_figures(moment timestamp with time zone, since uuid, retried_for interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.webhook_figures(moment timestamp with time zone, since uuid, retried_for interval) TO rtr_app;

-- FUNCTION: without_words(jsonb)
CREATE FUNCTION public.without_words(answers jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT coalesce(jsonb_object_agg(key, CASE
        WHEN parts IS NULL THEN value
        WHEN jsonb_typeof(value) = 'object' THEN blanked(value, parts)
        WHEN jsonb_typeof(value) = 'array' THEN (
            SELECT coalesce(jsonb_agg(item ORDER BY
                CASE WHEN key = 'diagnoses' THEN concat_ws(
                    chr(1), item ->> 'code', item ->> 'status', item ->> 'clearance',
                    coalesce(item ->> 'cleared_by', ''), coalesce(item ->> 'cleared_at', '')
                ) END COLLATE "C",
                place
            ), '[]')
            FROM jsonb_array_elements(value) WITH ORDINALITY AS one (whole, place), blanked(whole, parts) AS item
        )
        ELSE '"[erased]"'
    END), '{}')
    FROM jsonb_each(answers) LEFT JOIN (VALUES
        ('clinician_note', '{}'::text[]),
        ('goal_event', '{type}'),
        ('adjustments_tried', '{detail}'),
        ('diagnoses', '{cleared_by}'),
        ('spinal_surgery_clearance', '{cleared_by}')
    ) AS words (question, parts) ON question = key
$$;


SET default_tablespace = '';

SET default_table_access_method = heap;
