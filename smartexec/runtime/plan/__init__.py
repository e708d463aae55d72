"""From a configuration to parts that are ready to go: plugins made, asked, started."""
