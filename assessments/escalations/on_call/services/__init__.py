"""Who is on call now and later, and how that is changed."""
