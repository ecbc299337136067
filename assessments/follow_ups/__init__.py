"""What a later day must answer: planned, due, lapsed, cancelled."""
