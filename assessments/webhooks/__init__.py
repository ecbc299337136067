"""Events written in the transaction in which they happen; endpoints, deliveries, circuit."""
