"""Who read and who changed what: API and pages."""
