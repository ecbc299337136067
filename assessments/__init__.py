"""Assessments: a runner's answers become one explained decision that is never lost."""
