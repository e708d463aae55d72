"""Values: everything that crosses a border between rooms. No behaviour beyond arithmetic on own fields, no I/O."""
