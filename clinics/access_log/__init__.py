"""One chained entry for each read, and its verification."""
