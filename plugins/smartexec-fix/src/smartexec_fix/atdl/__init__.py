"""FIXatdl documents of strategies."""
