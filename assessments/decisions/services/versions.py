"""What came after an assessment; only its latest version may be amended or overridden."""
