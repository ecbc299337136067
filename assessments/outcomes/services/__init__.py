"""Count, estimate and report."""
