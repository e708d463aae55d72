"""A session on real time: its loop, its channels, its operator."""
