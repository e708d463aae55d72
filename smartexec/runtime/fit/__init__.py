"""Statistics fitted from history."""
