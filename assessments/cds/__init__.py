"""CDS Hooks 2.0: a hospital's software asks while somebody looks at a runner, and is shown cards."""
