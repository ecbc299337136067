"""What a decision promises for later, and what a later check may rest on."""
