"""A run on simulated time."""
