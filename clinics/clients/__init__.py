"""Software of a clinic: registered, its keys, signed tokens, OAuth."""
