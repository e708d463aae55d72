"""A journal folded again: compared, gone on with, told as stories."""
