-- Rows that are never changed, where the plain rule (`append_only`) isn't the whole of it.

-- Assessments and overrides never change but for the words that erasure takes, and for the time at which what is
-- shown of them changed, which goes forward only.
CREATE TRIGGER append_only BEFORE UPDATE ON assessments_assessment FOR EACH ROW
    WHEN (NEW.updated_at < OLD.updated_at
        OR to_jsonb(OLD) - 'updated_at'::text IS DISTINCT FROM to_jsonb(NEW) - 'updated_at'::text)
    EXECUTE FUNCTION refuse_change(answers, evaluation, amendment_reason, updated_at);
CREATE TRIGGER never_deleted BEFORE DELETE ON assessments_assessment FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER words_taken BEFORE UPDATE ON assessments_assessment FOR EACH ROW
    WHEN (OLD.updated_at = NEW.updated_at AND OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION note_time();

CREATE TRIGGER append_only BEFORE UPDATE ON assessments_override FOR EACH ROW
    WHEN (NEW.updated_at < OLD.updated_at
        OR to_jsonb(OLD) - 'updated_at'::text IS DISTINCT FROM to_jsonb(NEW) - 'updated_at'::text)
    EXECUTE FUNCTION refuse_change(reason, finding_text, handover_to, exclusion_by, exclusion_text, updated_at);
CREATE TRIGGER never_deleted BEFORE DELETE ON assessments_override FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER words_taken BEFORE UPDATE ON assessments_override FOR EACH ROW
    WHEN (OLD.updated_at = NEW.updated_at AND OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION note_time();

-- An issued letter is what somebody acted on; a draft is changed and never deleted.
CREATE TRIGGER issued_for_good BEFORE UPDATE ON assessments_letter FOR EACH ROW WHEN (OLD.state = 'issued')
    EXECUTE FUNCTION refuse_change(recipient, call_back, words, content, updated_at);
CREATE TRIGGER never_deleted BEFORE DELETE ON assessments_letter FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What happened, how a try went, and a card that was shown are never written anew; they go when their time is over.
CREATE TRIGGER never_changed BEFORE UPDATE ON assessments_webhookevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE ON assessments_webhookattempt
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE ON assessments_card FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Rights keep the service from deleting changes, but through `forget_changes`; this keeps everybody from deleting
-- young ones.
CREATE TRIGGER never_changed BEFORE UPDATE ON assessments_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER kept_400_days BEFORE DELETE ON assessments_change
    FOR EACH ROW WHEN (OLD.at > now() - interval '400 days') EXECUTE FUNCTION refuse_change();
