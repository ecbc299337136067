"""E-mail, webhook, on-call services; messages, one round of them, deliveries."""
