"""Channels by which a person is told: one class each, permanent and temporary failures told apart."""
