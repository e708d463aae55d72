"""What the documentation draws from code: every transition is there, every field is explained."""

import importlib
import sys
from pathlib import Path

import pytest

from smartexec.kernel.lifecycle import LIFE

EXT = Path(__file__).parents[2] / "docs" / "_ext"


def extension(name: str) -> object:
    """Import one of the documentation's extensions."""
    sys.path.insert(0, str(EXT))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(EXT))


def test_every_transition_is_drawn() -> None:
    head, *rows = extension("lifecycle_table").transitions()  # type: ignore[attr-defined]
    drawn = {(row[0], trigger): cell for row in rows for trigger, cell in zip(head[2:], row[2:], strict=True)}
    expected = {(life.name, trigger.name): target.name for (life, trigger), target in LIFE.items()}
    assert {key: cell for key, cell in drawn.items() if cell != "·"} == expected


@pytest.mark.parametrize(
    "path",
    [
        "smartexec_schedules.twap.Twap",
        "smartexec_routers.sequential.Sequential",
        "smartexec_routers.parallel.Parallel",
    ],
)
def test_every_parameter_of_a_plugin_is_explained(path: str) -> None:
    _, *rows = extension("fields_table").fields(path)  # type: ignore[attr-defined]
    assert rows
    assert all(len(row) == 4 and row[3] for row in rows)
