"""What evaluating a clinic's stored assessments again costs."""
