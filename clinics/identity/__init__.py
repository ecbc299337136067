"""Clinics, people, members, software; roles and scopes; who works here, can be reached, and answers."""
