"""FIXatdl 1.1 of every strategy that is installed: checked against what its schema says, in tables, and read back."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import ClassVar, Final

import pytest
from attrs import field, frozen
from attrs.validators import ge, gt, in_, instance_of, le, lt, optional
from click.testing import CliRunner

from smartexec.api import ConfigError, Decision, ParentView, Strategy
from smartexec_fix.atdl.command import command, installed
from smartexec_fix.atdl.document import CORE, LAYOUT, TYPE, VALIDATION, Ticket, document
from smartexec_fix.atdl.fields import atdl_name

SHIPPED: Final = {"TWAP", "VWAP", "POV", "IS", "CLOSE", "ICEBERG", "SNIPER", "TRILEMMA"}
NAME: Final = r"[A-Za-z][A-za-z0-9_]{0,255}"
WHOLE, DECIMAL, DOUBLE = r"-?\d+", r"-?\d+(\.\d+)?", r"-?\d+(\.\d+)?([eE]-?\d+)?"
ANY, YES_NO, TRUTH = r"(?s).*", "[YN]", "true|false"
CHILDREN: Final = {
    "core:Strategies": "core:Description? val:Edit* core:Strategy+",
    "core:Strategy": "core:Description? core:Regions? core:Markets? core:SecurityTypes? core:Parameter* val:Edit* "
    "lay:StrategyLayout? core:RepeatingGroup? val:StrategyEdit*",
    "core:Parameter": "core:Description? core:EnumPair*",
    "core:EnumPair": "core:Description?",
    "core:Description": "",
    "lay:StrategyLayout": "lay:StrategyPanel+",
    "lay:StrategyPanel": "lay:StrategyPanel* lay:Control*",
    "lay:Control": "flow:StateRule* lay:HelpText? lay:ListItem*",
    "lay:ListItem": "flow:StateRule*",
    "val:StrategyEdit": "core:Description? val:Edit",
    "val:Edit": "core:Description? val:Edit* val:EditRef*",
}
"""Element -> its children, in order."""
COMMON: Final = {"name!": NAME, "fixTag": r"[1-9]\d*", "use": "required|optional", "definedByFIX": TRUTH}
SHOWN: Final = {"ID!": NAME, "parameterRef": NAME, "label": ANY, "tooltip": ANY}
ATTRIBUTES: Final = {
    "core:Strategies": {"strategyIdentifierTag!": r"[1-9]\d*", "tag957Support": TRUTH},
    "core:Strategy": {
        "name!": NAME, "uiRep": ANY, "wireValue!": ".+", "version!": ".+", "fixMsgType": "D|E|AB|s", "providerID": ".+",
    },
    "core:EnumPair": {"enumID!": NAME, "wireValue!": ".+"},
    "core:Parameter Int_t": {**COMMON, **dict.fromkeys(("minValue", "maxValue", "constValue"), WHOLE)},
    "core:Parameter Float_t": {**COMMON, **dict.fromkeys(("minValue", "maxValue", "constValue"), DECIMAL)},
    "core:Parameter Price_t": {**COMMON, **dict.fromkeys(("minValue", "maxValue", "constValue"), DECIMAL)},
    "core:Parameter Amt_t": {**COMMON, **dict.fromkeys(("minValue", "maxValue", "constValue"), DECIMAL)},
    "core:Parameter String_t": {**COMMON, "minLength": WHOLE, "maxLength": WHOLE, "constValue": ANY},
    "core:Parameter Boolean_t": {**COMMON, "trueWireValue": ANY, "falseWireValue": ANY, "constValue": YES_NO},
    "core:Parameter UTCTimestamp_t": {**COMMON, "constValue": r"\d\d:\d\d:\d\d"},
    "lay:StrategyPanel": {
        "title": ANY, "collapsed": TRUTH, "collapsible": TRUTH, "orientation": "HORIZONTAL|VERTICAL",
        "border": "None|Line",
    },
    "lay:Control lay:TextField_t": {**SHOWN, "initValue": ANY},
    "lay:Control lay:CheckBox_t": {**SHOWN, "initValue": TRUTH},
    "lay:Control lay:SingleSpinner_t": {**SHOWN, "initValue": DOUBLE, "increment": DOUBLE},
    "lay:Control lay:DropDownList_t": {**SHOWN, "initValue": NAME},
    "lay:Control lay:Clock_t": {**SHOWN, "initValue": r"\d\d:\d\d:\d\d", "localMktTz": ANY},
    "lay:ListItem": {"enumID": NAME, "uiRep": ANY},
    "val:StrategyEdit": {"errorMessage!": ".+"},
    "val:Edit": {
        "field": NAME, "field2": NAME, "value": ANY, "operator": "EX|NX|EQ|NE|LE|LT|GE|GT",
        "logicOperator": "AND|OR|XOR|NOT",
    },
}  # fmt: skip
"""Element, with its xsi:type where it must have one -> attribute -> its form; "!" = it is required."""
PREFIX: Final = {CORE: "core", LAYOUT: "lay", VALIDATION: "val"}


def short(element: ET.Element) -> str:
    uri, _, name = element.tag[1:].partition("}")
    return f"{PREFIX[uri]}:{name}"


def check(element: ET.Element) -> None:
    """Check an element and all in it against the tables."""
    name = short(element)
    order = "".join(f"(?:{one.rstrip('?*+')} ){one[len(one.rstrip('?*+')) :]}" for one in CHILDREN[name].split())
    children = "".join(f"{short(child)} " for child in element)
    assert re.fullmatch(order, children), f"{name}: found children {children}, expected {CHILDREN[name]}"
    typed = f"{name} {element.get(TYPE)}" if element.get(TYPE) else name
    known = ATTRIBUTES.get(typed, {})
    assert typed in ATTRIBUTES or not element.attrib, f"found {typed} {element.attrib}, expected no attributes"
    forms = {key.rstrip("!"): form for key, form in known.items()}
    for attribute, value in element.attrib.items():
        if attribute != TYPE:
            assert attribute in forms, f"{typed}: found {attribute}, expected one of {sorted(forms)}"
            assert re.fullmatch(forms[attribute], value), f"{typed} {attribute}: found {value!r}"
    missing = [key for key in known if key.endswith("!") and key[:-1] not in element.attrib]
    assert not missing, f"{typed}: found no {missing}"
    for child in element:
        check(child)


def check_references(strategy: ET.Element) -> None:
    """Names are unique, and what is referred to is there."""
    parameters = {one.get("name"): one for one in strategy.iter(f"{{{CORE}}}Parameter")}
    controls = list(strategy.iter(f"{{{LAYOUT}}}Control"))
    assert len(parameters) == len(list(strategy.iter(f"{{{CORE}}}Parameter")))
    assert len({one.get("ID") for one in controls}) == len(controls)
    shown = [one.get("parameterRef") for one in controls]
    assert sorted(shown, key=str) == sorted((n for n, one in parameters.items() if not one.get("constValue")), key=str)
    for one in controls:
        enums = [pair.get("enumID") for pair in parameters[one.get("parameterRef")].iter(f"{{{CORE}}}EnumPair")]
        assert [item.get("enumID") for item in one.iter(f"{{{LAYOUT}}}ListItem")] == enums
        assert not enums or one.get("initValue", enums[0]) in enums
    for edit in strategy.iter(f"{{{VALIDATION}}}Edit"):
        assert (edit.get("operator") is None) is not (edit.get("logicOperator") is None)
        assert {edit.get(key) for key in ("field", "field2") if edit.get(key)} <= {*parameters}


@pytest.mark.parametrize(
    "breaks",
    [
        lambda root: root[0].append(root[0][1]),
        lambda root: root[0].attrib.pop("version"),
        lambda root: root[0].set("name", "A-B"),
        lambda root: root[0][1].set("minLength", "x"),
        lambda root: next(root.iter(f"{{{LAYOUT}}}Control")).attrib.pop(TYPE),
    ],
)
def test_the_check_finds_what_is_wrong(breaks: Callable[[ET.Element], object]) -> None:
    root = ET.fromstring(document([installed()["TWAP"]], Ticket()))
    breaks(root)
    with pytest.raises(AssertionError, match="found"):
        check(root)


def test_the_strategies_that_ship_are_found() -> None:
    assert {*installed()} >= SHIPPED


@pytest.mark.parametrize("name", sorted(installed()))
def test_every_installed_strategy_is_valid(name: str) -> None:
    root = ET.fromstring(document([installed()[name]], Ticket(provider="ACME")))
    check(root)
    (strategy,) = root
    check_references(strategy)
    assert strategy.get("wireValue") == strategy.get("uiRep") == name
    assert strategy.findtext(f"{{{CORE}}}Description")


def test_all_in_one_document_are_valid() -> None:
    root = ET.fromstring(document(list(installed().values()), Ticket()))
    check(root)
    names = [one.get("name") for one in root]
    assert len(names) == len({*names}) == len(installed())


class Mood(Enum):
    """An enumeration of a parameter."""

    CALM = "1"
    WILD = "2"


@frozen(kw_only=True)
class Odd(Strategy):
    """Do what nobody does.

    And this is not told.
    """

    name: ClassVar[str] = "ODD-ONE"

    size: int = field(validator=[instance_of(int), gt(0), lt(100)])
    """How much."""
    ratio: float = field(default=0.5, validator=[gt(0), le(1.5)])
    """What share."""
    pause: int = field(default=1_500_000_000, metadata={"unit": "ns"}, validator=gt(0))
    """How long it waits."""
    cap: int | None = field(default=None, metadata={"unit": "px"}, validator=optional(ge(10**9)))
    """No price beyond."""
    cost: int = field(default=2 * 10**9, metadata={"unit": "money"})
    """What it may cost."""
    stop: int | None = field(default=None, metadata={"unit": "time"})
    """When it stops."""
    mood: Mood = Mood.WILD
    """How it feels."""
    style: str = field(default="a b", validator=in_(("a b", "c")))
    """How it looks."""
    venues: frozenset[str] = frozenset({"XB", "XA"})
    """Where it goes."""
    loud: bool = True
    """Whether it shouts."""
    huge: int = field(default=0, validator=le(10**12))
    """More than an xs:int."""

    def decide(self, view: ParentView) -> Decision:
        return Decision()


@pytest.fixture
def odd() -> Callable[..., ET.Element]:
    def make(**ticket: object) -> ET.Element:
        root = ET.fromstring(document([(Odd, "1.2")], Ticket(**ticket)))  # type: ignore[arg-type]
        check(root)
        check_references(root[0])
        return root

    return make


def by_name(root: ET.Element, tag: str, key: str) -> dict[str, dict[str, str]]:
    return {one.attrib[key]: dict(one.attrib) for one in root.iter(tag)}


def test_fields_become_parameters_of_their_types(odd: Callable[..., ET.Element]) -> None:
    found = by_name(odd(), f"{{{CORE}}}Parameter", "name")
    assert {name: one[TYPE] for name, one in found.items()} == {
        "EffectiveTime": "UTCTimestamp_t", "ExpireTime": "UTCTimestamp_t", "size": "Int_t", "ratio": "Float_t",
        "pause": "String_t", "cap": "Price_t", "cost": "Amt_t", "stop": "UTCTimestamp_t", "mood": "String_t",
        "style": "String_t", "venues": "String_t", "loud": "Boolean_t", "huge": "Int_t",
    }  # fmt: skip
    assert (found["size"]["minValue"], found["size"]["maxValue"], found["size"]["use"]) == ("1", "99", "required")
    assert ("minValue" in found["ratio"], found["ratio"]["maxValue"]) == (False, "1.5")
    assert (found["cap"]["minValue"], found["cap"]["use"]) == ("1", "optional")
    assert "maxValue" not in found["huge"]
    assert (found["EffectiveTime"]["fixTag"], found["ExpireTime"]["fixTag"]) == ("168", "126")


def test_defaults_and_docstrings_are_shown(odd: Callable[..., ET.Element]) -> None:
    found = by_name(odd(), f"{{{LAYOUT}}}Control", "parameterRef")
    assert {name: one["initValue"] for name, one in found.items() if "initValue" in one} == {
        "ratio": "0.5", "pause": "1500ms", "cost": "2", "mood": "wild", "style": "a_b", "venues": "XA XB",
        "loud": "true", "huge": "0",
    }  # fmt: skip
    assert found["size"]["tooltip"] == "How much."
    assert found["pause"]["tooltip"].startswith("How long it waits. Written with a unit")
    assert odd()[0].findtext(f"{{{CORE}}}Description") == "Do what nobody does."


def test_choices_go_out_as_the_field_has_them(odd: Callable[..., ET.Element]) -> None:
    pairs = by_name(odd(), f"{{{CORE}}}EnumPair", "enumID")
    assert {name: one["wireValue"] for name, one in pairs.items()} == {
        "calm": "calm", "wild": "wild", "a_b": "a b", "c": "c",
    }  # fmt: skip


def rules(root: ET.Element) -> Iterator[tuple[str, list[tuple[str | None, ...]]]]:
    for one in root.iter(f"{{{VALIDATION}}}StrategyEdit"):
        edits = [edit for edit in one.iter(f"{{{VALIDATION}}}Edit") if edit.get("operator")]
        yield one.attrib["errorMessage"], [tuple(map(edit.get, ("field", "operator", "value"))) for edit in edits]


def test_rules_say_what_types_cannot(odd: Callable[..., ET.Element]) -> None:
    found = dict(rules(odd()))
    assert found["size is required."] == [("size", "EX", None)]
    assert found["ratio must be greater than 0."] == [("ratio", "NX", None), ("ratio", "GT", "0")]
    assert "The end must be later than the start." in found


def test_parameters_may_have_tags_of_their_own_or_be_fixed(odd: Callable[..., ET.Element]) -> None:
    root = odd(tags={"loud": 9001, "size": 9002}, constants={"size": "7", "mood": "calm"}, wires={"ODD-ONE": "1001"})
    found = by_name(root, f"{{{CORE}}}Parameter", "name")
    assert (found["loud"]["fixTag"], found["loud"]["trueWireValue"]) == ("9001", "true")
    assert (found["size"]["fixTag"], found["size"]["constValue"], found["mood"]["constValue"]) == ("9002", "7", "calm")
    assert (root.get("tag957Support"), root[0].get("wireValue"), root[0].get("name")) == ("true", "1001", "ODD_ONE")
    everything = {name: 9000 + n for n, name in enumerate(found) if name not in ("EffectiveTime", "ExpireTime")}
    assert odd(tags=everything).get("tag957Support") == "false"


@pytest.mark.parametrize(
    ("ticket", "fault"),
    [
        ({"tags": {"sise": 9001}}, "fixatdl --tag: found 'sise', expected one of cap, cost"),
        ({"constants": {"size": "many"}}, "fixatdl --const size: found 'many', expected an integer"),
        ({"constants": {"mood": "sad"}}, "fixatdl --const mood: found 'sad', expected one of calm, wild"),
        ({"wires": {"TWAP": "1"}}, "fixatdl --wire: found 'TWAP', expected one of ODD-ONE"),
    ],
)
def test_what_no_strategy_has_is_refused(odd: Callable[..., ET.Element], ticket: dict[str, object], fault: str) -> None:
    with pytest.raises(ConfigError, match=fault):
        odd(**ticket)


@pytest.mark.parametrize(("text", "name"), [("TWAP", "TWAP"), ("A-B c", "A_B_c"), ("2nd", "e_2nd"), ("", "e_")])
def test_names_are_those_that_the_schema_admits(text: str, name: str) -> None:
    assert atdl_name(text) == name
    assert re.fullmatch(NAME, name)


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_command_writes_a_file(tmp_path: Path) -> None:
    out = tmp_path / "ticket.xml"
    told = CliRunner().invoke(
        command, ["TWAP", "VWAP", "--out", str(out), "--provider", "ACME", "--tag", "slices=9001"]
    )
    assert told.exit_code == 0, told.output
    assert told.output == f"written to {out}: TWAP, VWAP\n"
    root = ET.parse(out).getroot()
    check(root)
    assert [one.get("providerID") for one in root] == ["ACME", "ACME"]


def test_the_command_prints_without_a_file() -> None:
    told = CliRunner().invoke(command, ["POV", "--wire", "POV=2", "--identifier-tag", "9847"])
    root = ET.fromstring(told.stdout_bytes)
    assert (root.get("strategyIdentifierTag"), root[0].get("wireValue")) == ("9847", "2")


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["TWAP", "--tag", "slices"], "found 'slices', expected NAME=VALUE"),
        (["TWAP", "--tag", "slices=x"], "found slices=x, expected a number"),
        (["TWAP", "--const", "slices=1", "--const", "slices=2"], "each name once"),
        ([], "Missing argument"),
    ],
)
def test_the_command_refuses_by_name(arguments: list[str], fault: str) -> None:
    told = CliRunner().invoke(command, arguments)
    assert told.exit_code == 2
    assert fault in " ".join(told.output.split())


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["NOBODY"], "found no strategy 'NOBODY', expected one of"),
        (["TWAP", "--out", "/"], "expected a file that can be"),
    ],
)
def test_what_cannot_be_done_is_a_line(arguments: list[str], fault: str) -> None:
    told = CliRunner().invoke(command, arguments)
    assert isinstance(told.exception, ConfigError)
    assert fault in str(told.exception)
