"""What this distribution adds to smartexec."""
