"""Text and files read as values, and checked. Knows no engine."""
