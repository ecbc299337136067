"""Submit, amend, confirm and override an assessment."""
