"""What every app shares: the API's common parts, its edge, storage, the way out, paper."""
