"""Events of plugins merged into one order, and what was wrong with them."""
