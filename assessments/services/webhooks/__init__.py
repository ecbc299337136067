"""Telling other systems what happened: events, their deliveries, and the endpoints that hear of them."""
