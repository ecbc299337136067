"""Emit an event, deliver it, stop at what fails, send it again."""
