"""The order gateway: orders of clients in, reports out."""
