"""Register software, keep and look up its keys, read what it signs."""
