"""Begin, write and remove an export; read changes."""
