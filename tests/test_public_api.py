"""The public interface is the one that was agreed upon; each way to change it would be noticed."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import ClassVar, NewType

import pytest
from attrs import field, frozen

from tests.public_api import FILE, HOW, _lines, difference, public

Lots = NewType("Lots", int)


class Colour(Enum):
    """A colour."""

    RED = "r"


@frozen
class Bolt:
    """A bolt."""

    size: int
    colours: Sequence[Colour] = (Colour.RED,)
    made: dict[str, Lots] = field(factory=dict, kw_only=True)
    name: ClassVar[str] = "bolt"
    _hidden: int = field(init=False, default=0)

    @property
    def long(self) -> bool:
        """Whether it is long."""
        return self.size > 5

    @classmethod
    def of(cls, text: str, *, strict: bool = True) -> "Bolt":
        """Read one."""
        return cls(len(text) + strict)

    def _turn(self) -> None:
        """Hidden."""


class Box:
    """A box."""

    def __init__(self, *bolts: Bolt, sort: Callable[[Bolt], int] | None = None) -> None:
        """Make it."""
        self.bolts = bolts
        """What is in it."""
        self.sort = sort


def tighten(bolt: Bolt, by: float | None = None) -> tuple[Bolt, ...]:
    """Tighten a bolt."""
    return (bolt,) if by is None else ()


def test_public_interface_is_what_was_agreed_upon() -> None:
    assert difference(FILE.read_text("utf-8").splitlines(), public()) == []


def test_agreed_interface_is_sorted_and_says_everything_once() -> None:
    lines = FILE.read_text("utf-8").splitlines()
    assert lines == sorted(set(lines))


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (
            Bolt,
            [
                "x: class()",
                "x.size: int  (argument 1)",
                "x.colours: Sequence[Colour] = (Colour.RED)  (argument 2)",
                "x.made: dict[str, Lots] = dict()  (keyword)",
                "x.name: ClassVar[str]",
                "x.long -> bool",
                "x.of(cls, text: str, *, strict: bool = True) -> Bolt  (classmethod)",
            ],
        ),
        (
            Box,
            [
                "x: class()",
                "x.__init__(self, *bolts: Bolt, sort: Callable[[Bolt], int] | None = None) -> None",
                "x.bolts: attribute",
            ],
        ),
        (Colour, ["x: class(Enum)", "x.RED = 'r'"]),
        (tighten, ["x(bolt: Bolt, by: float | None = None) -> tuple[Bolt, ...]"]),
        (Lots, ["x: NewType of int"]),
        (int | str, ["x: int | str"]),
        ((1, 0), ["x = (1, 0)"]),
    ],
)
def test_line_says_what_a_name_is(value: object, lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.public_api.OWN", __name__)
    assert sorted(_lines("x", value)) == sorted(lines)


def test_difference_names_the_line_and_what_to_do() -> None:
    assert difference(["a", "b(x)", "c"], ["a", "b(x, y)", "c"]) == ["gone: b(x)", "new:  b(x, y)", HOW]
    assert difference(["a"], ["a"]) == []
    assert "--write" in HOW
    assert "CHANGELOG" in HOW
