"""Channels against real receivers on this machine, well and badly behaved."""
