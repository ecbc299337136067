"""One-time codes, and the way back for who has forgotten a password."""
