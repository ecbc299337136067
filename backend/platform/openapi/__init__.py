"""What the OpenAPI document says of everything."""
