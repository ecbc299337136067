"""Where a person signs in, proves themselves and chooses a clinic."""
