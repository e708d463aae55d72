"""What a journal holds: records, turns. How it is stored is a plugin's."""
