"""What bodies and answers about programmes look like."""
