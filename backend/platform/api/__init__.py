"""What every endpoint shares: problem details, pagination, permissions, schema."""
