"""Who: the clinic (the tenant), its members and roles, and its API clients."""
