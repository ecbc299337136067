"""Announce, answer and report on a follow-up; keep the runner's links."""
