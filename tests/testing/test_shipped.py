"""Every plugin that ships goes through its kit: a conformance class in its distribution's tests has it."""

import re
from pathlib import Path
from typing import Final

import pytest

from smartexec.registry import PluginInfo, discover

ROOT: Final = Path(__file__).parents[2]
TESTS: Final = sorted(ROOT.glob("plugins/smartexec-*/tests/test_*.py"))
CLASS: Final = re.compile(r"^class \w+\(\w+Kit\):\n(?:    .*\n|\n)*?    \w+ = (\w+)$", re.MULTILINE)


def tried() -> set[str]:
    """Names of the classes that conformance classes set."""
    return {name for path in TESTS for name in CLASS.findall(path.read_text(encoding="utf-8"))}


def shipped() -> list[PluginInfo]:
    """Plugins of the repository's own distributions."""
    return discover(sorted({path.parent.parent.name for path in TESTS}), "test").infos()


@pytest.mark.parametrize("info", shipped(), ids=lambda info: f"{info.kind} {info.name}")
def test_plugin_that_ships_is_tried_by_its_kit(info: PluginInfo) -> None:
    assert info.cls.__name__ in tried()
