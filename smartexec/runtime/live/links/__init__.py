"""What serves a channel: one file each. Sockets and time-outs; no orders."""
