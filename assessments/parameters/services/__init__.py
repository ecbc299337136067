"""Read the thresholds in force, preview and make a change."""
