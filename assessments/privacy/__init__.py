"""Erasure with its ledger; retention."""
