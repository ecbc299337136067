"""Read what happened, from every table that tells of it."""
