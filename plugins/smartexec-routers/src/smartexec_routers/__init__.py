"""Routing logics: which venue gets how much of a slice. They see only `smartexec.api`."""
