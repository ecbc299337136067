"""Rota, calendar, ladder, quiet hours, plan."""
