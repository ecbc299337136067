"""The dashboard in a real browser: what a clinician sees, hears and can do with the keyboard."""
