"""What a referral letter says of itself: the generated part, from what was answered and what has happened."""
