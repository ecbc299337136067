"""Open, deliver, acknowledge and resolve an escalation; chase a referral."""
