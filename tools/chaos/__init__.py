"""`make chaos`: the whole service under load while its parts are killed, and a count of what was lost."""
