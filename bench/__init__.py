"""Benchmarks: each prints its own command, the figures it measured and the floors beside them."""
