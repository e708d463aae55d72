"""A desk on one machine that speaks FIX on all sides: its clients, its exchange and its back office. No hooks."""
