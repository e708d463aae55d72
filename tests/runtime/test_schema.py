"""Strict structuring of plugin fields: nothing is guessed, every fault is named with its path."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen
from attrs.validators import and_, ge, gt, in_, instance_of, le, matches_re, min_len, optional

from smartexec.errors import ConfigError
from smartexec.model.enums import Side
from smartexec.runtime.reading.constraints import Parameter, describe
from smartexec.runtime.reading.schema import build, check_fields, params_of, unreadable


@frozen
class Inner:
    depth: int = 1


@frozen
class Sample:
    slices: int = field(default=20, validator=gt(0))
    """How many slices."""
    pause: int = field(default=5, metadata={"unit": "ns"})
    px: int | None = field(default=None, metadata={"unit": "px", "help": "Worst price."})
    rate: float = field(default=0.5, validator=and_(ge(0.0), le(1.0)))
    flag: bool = False
    label: str = ""
    side: Side = Side.BUY
    mics: tuple[str, ...] = ()
    pairs: Sequence[Sequence[float]] = ()
    weights: Mapping[str, float] = field(factory=dict)
    inner: Inner = field(factory=Inner)
    path: Path = field(factory=Path)
    most: int | None = field(default=None, validator=optional(gt(0)))
    hidden: int = field(init=False, default=3)


def faults(raw: Mapping[str, Any], *, text: bool = False) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        build(Sample, raw, "strategies.S", text=text)
    return list(caught.value.faults)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"slices": 2.7}, "slices: found 2.7, expected an integer"),
        ({"slices": 2.0}, "slices: found 2.0, expected an integer"),
        ({"slices": True}, "slices: found True, expected an integer"),
        ({"slices": "20"}, "slices: found '20', expected an integer"),
        ({"slices": 0}, "slices: found 0, expected > 0"),
        ({"rate": "0.5"}, "rate: found '0.5', expected a number"),
        ({"rate": 1.5}, "rate: found 1.5, expected >= 0.0 and <= 1.0"),
        ({"flag": "false"}, "flag: found 'false', expected true or false"),
        ({"flag": 0}, "flag: found 0, expected true or false"),
        ({"label": 5}, "label: found 5, expected text"),
        ({"side": "left"}, "side: found 'left', expected one of buy, sell"),
        ({"mics": "XNAS"}, "mics: found 'XNAS', expected a list"),
        ({"mics": [1]}, "mics: found 1, expected text"),
        ({"pairs": [[1, "2"]]}, "pairs: found '2', expected a number"),
        ({"weights": {"A": "1"}}, "weights: found '1', expected a number"),
        ({"inner": {"deep": 1}}, "inner.deep: found an unknown key, expected one of depth"),
        ({"inner": {"depth": "1"}}, "inner.depth: found '1', expected an integer"),
        ({"path": 1}, "path: found 1, expected text"),
        ({"most": -1}, "most: found -1, expected > 0"),
        ({"pause": "5x"}, 'pause: found \'5x\', expected a duration such as "250us", "5s", "10m"'),
        ({"pause": 0.5}, 'pause: found 0.5, expected a duration in quotes, such as "250ms"'),
        ({"pause": 1}, 'pause: found 1, expected a duration in quotes, such as "250ms"'),
        ({"pause": "1"}, "pause: found '1', expected a duration in quotes, such as \"250ms\""),
        ({"px": 2_000_000}, 'px: found 2000000, expected a decimal in quotes, such as "0.002"'),
        ({"px": 10.5}, 'px: found 10.5, expected a decimal in quotes, such as "10.5"'),
        ({"px": "1.0000000001"}, "px: found '1.0000000001', expected at most 9 decimals"),
        ({"px": "NaN"}, "px: found 'NaN', expected a decimal number such as \"100.25\""),
    ],
)
def test_toml_value_that_does_not_fit_is_named(raw: dict[str, Any], expected: str) -> None:
    assert faults(raw) == [f"strategies.S.{expected}"]


def test_unknown_key_names_the_known_ones() -> None:
    (fault,) = faults({"slice": 1})
    assert fault.startswith("strategies.S.slice: found an unknown key, expected one of slices, pause, px,")
    assert "hidden" not in fault


def test_all_faults_are_collected() -> None:
    assert len(faults({"slices": "x", "rate": "y", "nonsense": 1})) == 3
    assert len(faults({"slices": 0, "rate": -1.0, "most": 0})) == 3


def test_zero_needs_no_unit_and_numbers_of_python_code_are_integers_already() -> None:
    assert build(Sample, {"pause": 0, "px": 0}, "S") == build(Sample, {"pause": "0", "px": "0"}, "S")
    assert build(Sample, {"pause": 20, "px": 5}, "S", text=True) == Sample(pause=20, px=5)


def test_toml_values_that_fit() -> None:
    raw = {"slices": 3, "pause": "250us", "px": "10.25", "rate": 1, "flag": True, "side": "sell", "mics": ["A", "B"]}
    made = build(Sample, {**raw, "inner": {"depth": 4}, "pairs": [[0, 0.5]], "weights": {"A": 1}}, "S")
    expected = Sample(
        slices=3, pause=250_000, px=10_250_000_000, rate=1.0, flag=True, side=Side.SELL, mics=("A", "B"),
        pairs=((0.0, 0.5),), weights={"A": 1.0}, inner=Inner(4),
    )  # fmt: skip
    assert made == expected
    assert type(made.rate) is float


@pytest.mark.parametrize(
    ("raw", "name", "expected"),
    [
        ({"slices": "20"}, "slices", 20),
        ({"slices": " 20 "}, "slices", 20),
        ({"pause": "20ns"}, "pause", 20),
        ({"pause": "0"}, "pause", 0),
        ({"pause": "1.5s"}, "pause", 1_500_000_000),
        ({"px": "10"}, "px", 10_000_000_000),
        ({"px": ""}, "px", None),
        ({"rate": "0.25"}, "rate", 0.25),
        ({"flag": "TRUE"}, "flag", True),
        ({"label": "20"}, "label", "20"),
        ({"mics": "A B;C"}, "mics", ("A", "B", "C")),
        ({"most": ""}, "most", None),
        ({"slices": 20}, "slices", 20),
    ],
)
def test_text_is_read_by_the_type_of_the_field(raw: dict[str, Any], name: str, expected: object) -> None:
    found = getattr(build(Sample, raw, "S", text=True), name)
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(
    "raw", [{"pause": "20"}, {"slices": "2.0"}, {"slices": "1e3"}, {"slices": "٣"}, {"flag": "yes"}, {"rate": "x"}]
)
def test_text_is_not_guessed_at(raw: dict[str, str]) -> None:
    assert len(faults(raw, text=True)) == 1


def test_canonical_params_build_the_same_instance_again() -> None:
    one = build(Sample, {"slices": 3, "mics": ["A", "B"], "px": "1.5", "side": "sell", "pause": "1s"}, "S")
    params = params_of(one)
    assert params[:5] == (("slices", 3), ("pause", 10**9), ("px", 1_500_000_000), ("rate", 0.5), ("flag", False))
    plain = dict(params)
    for name in ("inner", "pairs", "weights"):  # no scalars: strategies of orders have none
        del plain[name]
    assert build(Sample, plain, "S", text=True) == one


def test_type_that_no_text_stands_for_is_named() -> None:
    @frozen
    class Exact:
        share: Decimal = Decimal(1)

    with pytest.raises(ConfigError) as caught:
        build(Exact, {"share": "2"}, "S", text=True)
    expected = "expected int, float, bool, str, a path, an enumeration or a list"
    assert caught.value.faults == (f"S.share: found a parameter of type Decimal, {expected}",)
    for kind in (Decimal, Decimal | None, tuple[Decimal, ...], frozenset[Decimal]):
        assert unreadable(kind) == f"found a parameter of type Decimal, {expected}"
    assert [unreadable(kind) for kind in (int, int | None, tuple[str, ...], Side, Path)] == [""] * 5


def test_field_without_default_is_missed() -> None:
    @frozen
    class Needs:
        lots: int

    with pytest.raises(ConfigError, match=r"venues\[0\].lots: found nothing, expected an integer"):
        build(Needs, {}, "venues[0]")
    assert check_fields(Needs, {}, "x") == []


def test_post_init_that_raises_is_one_line() -> None:
    @frozen
    class Odd:
        low: int = 0
        high: int = 1

        def __attrs_post_init__(self) -> None:
            if self.low >= self.high:
                raise ValueError(f"low {self.low} is not below\nhigh {self.high}")

    with pytest.raises(ConfigError) as caught:
        build(Odd, {"low": 5}, "routing.odd")
    assert caught.value.faults == ("routing.odd: low 5 is not below high 1",)


def test_describe_is_one_schema() -> None:
    by_name = {p.name: p for p in describe(Sample)}
    assert "hidden" not in by_name
    assert by_name["slices"] == Parameter("slices", "int", 20, False, "How many slices.", "> 0", "")
    assert by_name["px"] == Parameter("px", "int | none", None, False, "Worst price.", "", "px")
    assert by_name["side"].type == "one of buy, sell"
    assert by_name["rate"].constraints == ">= 0.0 and <= 1.0"
    assert by_name["most"].constraints == "> 0"


def test_describe_says_what_lists_are_of() -> None:
    assert [p.type for p in describe(Hall)] == ["list of table (Peer)"]
    assert {p.name: p.type for p in describe(Sample)}["mics"] == "list of str"


def test_describe_names_other_constraints() -> None:
    @frozen
    class Bound:
        kind: str = field(default="a", validator=in_(["a", "b"]))
        code: str = field(default="XXXX", validator=matches_re("[A-Z]{4}"))
        items: tuple[int, ...] = field(default=(1,), validator=[instance_of(tuple), min_len(1)])

    assert [p.constraints for p in describe(Bound)] == ["one of a, b", "text like [A-Z]{4}", "at least 1 long"]


@frozen
class Peer:
    who: str
    wait: int = field(default=10**9, validator=gt(0), metadata={"unit": "ns"})
    password: str = field(default="", repr=False, metadata={"secret": True})


@frozen
class Hall:
    peers: tuple[Peer, ...] = ()


def test_lists_of_tables_are_built_as_strictly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PW", "open sesame")
    raw = {"peers": [{"who": "A", "wait": "2s"}, {"who": "B", "password": "env:PW"}]}
    assert build(Hall, raw, "orders") == Hall((Peer("A", 2 * 10**9), Peer("B", password="open sesame")))


def test_every_fault_of_every_table_of_a_list_is_said() -> None:
    peers = [{"who": 1}, {"wait": 5, "what": 1}, {"who": "A", "wait": "0s"}, "x", {"who": "", "password": "pw"}]
    with pytest.raises(ConfigError) as caught:
        build(Hall, {"peers": peers}, "orders")
    assert caught.value.faults == (
        "orders.peers[0].who: found 1, expected text",
        'orders.peers[1].wait: found 5, expected a duration in quotes, such as "250ms"',
        "orders.peers[1].what: found an unknown key, expected one of who, wait, password",
        "orders.peers[1].who: found nothing, expected text",
        "orders.peers[2].wait: found 0, expected > 0",
        "orders.peers[3]: found 'x', expected a table",
        'orders.peers[4].password: found something else, expected a reference to a secret: "env:NAME" or "file:PATH"',
    )


def test_default_of_several_members_is_the_same_text_in_every_run() -> None:
    @frozen
    class Takes:
        sides: frozenset[Side] = frozenset({Side.SELL, Side.BUY})
        none: frozenset[Side] = frozenset()

    assert [one.default for one in describe(Takes)] == ["buy, sell", "frozenset()"]
