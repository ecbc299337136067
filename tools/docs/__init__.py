"""Pages made from the protocol's tables."""
