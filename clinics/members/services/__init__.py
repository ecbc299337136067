"""Invite somebody, change or end a membership, let somebody in again."""
