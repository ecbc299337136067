"""Before and after the views: the front, the caller, the doors, middleware, error pages."""
