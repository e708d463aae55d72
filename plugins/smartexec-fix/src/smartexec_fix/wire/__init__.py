"""Bytes and messages: framing, parsing, dictionaries, checks, what a person reads of them. Knows no session."""
