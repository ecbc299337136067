"""The clinician's own forms: what they show, take, refuse and record."""
