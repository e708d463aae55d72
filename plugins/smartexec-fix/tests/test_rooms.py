"""The rooms of the package: what each may import of the others. Data flows one way."""

import ast
from pathlib import Path

import pytest

import smartexec_fix

HOME = Path(smartexec_fix.__file__).parent
ROOMS = {
    "wire": (),
    "session": ("wire",),
    "clients": ("wire", "session"),
    "venues": ("wire", "session"),
    "post_trade": ("wire", "session", "clients"),
    "atdl": ("wire",),
}
"""Room -> those that it may import of."""


def imported(path: Path) -> set[str]:
    """Rooms that a file imports of."""
    modules = [node.module or "" for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    return {module.split(".")[1] for module in modules if module.startswith("smartexec_fix.")}


@pytest.mark.parametrize("room", ROOMS)
def test_room_imports_of_those_below_it_only(room: str) -> None:
    files = list((HOME / room).glob("*.py"))
    assert len(files) > 3
    assert {(path.name, one) for path in files for one in imported(path) - {room, *ROOMS[room]}} == set()


def test_every_file_is_in_a_room_but_those_at_the_door() -> None:
    assert {path.name for path in HOME.glob("*.py")} == {"__init__.py", "plugin.py", "client.py", "acceptance.py"}
    assert {path.name for path in HOME.iterdir() if path.is_dir()} - {"__pycache__"} == set(ROOMS)
