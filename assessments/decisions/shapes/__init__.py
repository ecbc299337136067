"""What a submission and an assessment look like."""
