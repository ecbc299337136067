"""Keep on-call services, and send one round of messages."""
