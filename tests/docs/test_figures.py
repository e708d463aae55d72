"""Figures that two pages give are the same."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIRST = "5,000 client orders in"


def summary(path: Path) -> list[str]:
    """What the demonstration prints, as a page has it, without what depends on the machine."""
    text = path.read_text(encoding="utf-8")
    found = text[text.index(FIRST) :].split("\n")[:5]
    return re.sub(r"[\d.]+ s, [\d,]+ events/s", "", " ".join(" ".join(found).split())).split()


def test_readme_and_quickstart_show_one_demonstration() -> None:
    assert summary(ROOT / "README.md") == summary(ROOT / "docs" / "quickstart.rst")
