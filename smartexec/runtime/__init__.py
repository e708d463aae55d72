"""The shell around the kernel: config, clock, queue, journal, replay. Everything impure is here."""
