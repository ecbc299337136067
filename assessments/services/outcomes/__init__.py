"""How a clinic's runners fare: counted by PostgreSQL, small groups kept to itself (docs/outcomes.md)."""
