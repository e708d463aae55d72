"""Two strategies, each a module with its hook, which the entry points name."""
