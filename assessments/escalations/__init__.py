"""A referral's life: opened with a frozen policy, told, breached, acknowledged, resolved."""
