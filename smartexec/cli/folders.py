"""Where a run goes when nobody says."""

from pathlib import Path


def new_folder(name: str) -> Path:
    """Give the first of NAME, NAME-2, NAME-3 ... that is not there."""
    path, number = Path(name), 1
    while path.exists():
        number += 1
        path = Path(f"{name}-{number}")
    return path
