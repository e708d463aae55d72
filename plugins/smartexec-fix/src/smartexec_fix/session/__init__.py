"""The FIX session and its two ends, sans-IO, with what it must remember. Knows no order."""
