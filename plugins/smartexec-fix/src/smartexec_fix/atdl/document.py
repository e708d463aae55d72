"""FIXatdl 1.1: strategies as an order ticket that any order management system can show, made of their parameters.

Parameters go in NoStrategyParameters(957), or each in a tag of its own. Start and end of the order are the standard
fields EffectiveTime(168) and ExpireTime(126).
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from typing import Final

from attrs import field, frozen

from smartexec.api import ConfigError, Strategy
from smartexec_fix.atdl.fields import BOOLEAN, YES_NO, AtdlParameter, Kind, atdl_name, parameters

CORE: Final = "http://www.fixprotocol.org/FIXatdl-1-1/Core"
LAYOUT: Final = "http://www.fixprotocol.org/FIXatdl-1-1/Layout"
VALIDATION: Final = "http://www.fixprotocol.org/FIXatdl-1-1/Validation"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
TYPE: Final = f"{{{XSI}}}type"
_PREFIXES: Final = {"": CORE, "lay": LAYOUT, "val": VALIDATION, "xsi": XSI}
_TIMES: Final = (
    ("EffectiveTime", "168", "Start", "The order is worked from then on; empty = at once."),
    ("ExpireTime", "126", "End", "The order is over then; empty = at the end of the day."),
)
for _prefix, _uri in _PREFIXES.items():
    ET.register_namespace(_prefix, _uri)


@frozen(kw_only=True)
class Ticket:
    """How strategies are offered."""

    provider: str = ""
    """providerID of the firm; "" = none."""
    identifier_tag: int = 847
    """Tag of an order that names its strategy."""
    wires: Mapping[str, str] = field(factory=dict[str, str])
    """Strategy -> what that tag says; none = its name."""
    tags: Mapping[str, int] = field(factory=dict[str, int])
    """Parameter -> tag of its own; others are in NoStrategyParameters(957)."""
    constants: Mapping[str, str] = field(factory=dict[str, str])
    """Parameter -> value that the user cannot change and does not see."""


def document(strategies: Sequence[tuple[type[Strategy], str]], ticket: Ticket) -> bytes:
    """Write a document of (strategy, version); ConfigError if the ticket names what no strategy has."""
    made = [(cls, version, parameters(cls)) for cls, version in strategies]
    _check(made, ticket)
    root = ET.Element(f"{{{CORE}}}Strategies", {"strategyIdentifierTag": str(ticket.identifier_tag)})
    all_tagged = all(one.name in ticket.tags for _, _, fields in made for one in fields)
    root.set("tag957Support", "false" if all_tagged else "true")
    for cls, version, fields in made:
        root.append(_strategy(cls, version, fields, ticket))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _check(made: Sequence[tuple[type[Strategy], str, list[AtdlParameter]]], ticket: Ticket) -> None:
    names = {one.name for _, _, fields in made for one in fields}
    given = {"--tag": ticket.tags, "--const": ticket.constants, "--wire": ticket.wires}
    known = {"--tag": names, "--const": names, "--wire": {cls.name for cls, _, _ in made}}
    faults = [
        f"fixatdl --const {one.name}: found {ticket.constants[one.name]!r}, expected {expected}"
        for _, _, fields in made
        for one in fields
        if one.name in ticket.constants and (expected := one.refuses(ticket.constants[one.name]))
    ]
    faults += [
        f"fixatdl {option}: found {name!r}, expected one of {', '.join(sorted(known[option]))}"
        for option, values in given.items()
        for name in values
        if name not in known[option]
    ]
    if faults:
        raise ConfigError(faults)


def _strategy(cls: type[Strategy], version: str, fields: list[AtdlParameter], ticket: Ticket) -> ET.Element:
    made = ET.Element(
        f"{{{CORE}}}Strategy",
        {
            "name": atdl_name(cls.name),
            "uiRep": cls.name,
            "wireValue": ticket.wires.get(cls.name, cls.name),
            "version": version,
            "fixMsgType": "D",
            **({"providerID": ticket.provider} if ticket.provider else {}),
        },
    )
    _described(made, (cls.__doc__ or "").partition("\n\n")[0])
    for name, tag, _, doc in _TIMES:
        _described(
            ET.SubElement(
                made,
                f"{{{CORE}}}Parameter",
                {TYPE: "UTCTimestamp_t", "name": name, "fixTag": tag, "definedByFIX": "true"},
            ),
            doc,
        )
    for one in fields:
        made.append(_parameter(one, ticket))
    made.append(_layout([one for one in fields if one.name not in ticket.constants]))
    made.extend(_edits(fields))
    return made


def _described(element: ET.Element, text: str) -> None:
    if text.strip():
        ET.SubElement(element, f"{{{CORE}}}Description").text = " ".join(text.split())


def _parameter(one: AtdlParameter, ticket: Ticket) -> ET.Element:
    made = ET.Element(f"{{{CORE}}}Parameter", {TYPE: one.kind.type, "name": one.name})
    made.set("use", "required" if one.required else "optional")
    tag = ticket.tags.get(one.name)
    if tag is not None:
        made.set("fixTag", str(tag))
    if tag is not None and one.kind is BOOLEAN:  # in a tag of its own it has no type to say that Y is true
        made.attrib |= {"trueWireValue": "true", "falseWireValue": "false"}
    constant = ticket.constants.get(one.name, "")
    attributes = {"minValue": one.least, "maxValue": one.most, "constValue": YES_NO.get(constant, constant)}
    made.attrib |= {name: value for name, value in attributes.items() if value}
    _described(made, one.doc)
    for name, value in one.choices.items():
        ET.SubElement(made, f"{{{CORE}}}EnumPair", {"enumID": name, "wireValue": value})
    return made


def _layout(fields: Sequence[AtdlParameter]) -> ET.Element:
    made = ET.Element(f"{{{LAYOUT}}}StrategyLayout")
    outer = ET.SubElement(made, f"{{{LAYOUT}}}StrategyPanel", {"orientation": "VERTICAL", "collapsible": "false"})
    times = _panel(outer, "Time", "HORIZONTAL")
    for name, _, label, doc in _TIMES:
        times.append(_control("Clock_t", name, label, doc, {}))
    if fields:
        panel = _panel(outer, "Parameters", "VERTICAL")
        for one in fields:
            panel.append(_shown(one))
    return made


def _panel(outer: ET.Element, title: str, orientation: str) -> ET.Element:
    attributes = {"title": title, "orientation": orientation, "border": "Line"}
    return ET.SubElement(outer, f"{{{LAYOUT}}}StrategyPanel", attributes)


def _shown(one: AtdlParameter) -> ET.Element:
    """A parameter's control."""
    more = {"initValue": one.default} if one.default and one.kind.control != "Clock_t" else {}
    if one.kind.control == "SingleSpinner_t":
        more["increment"] = _step(one.kind)
    label = one.name.replace("_", " ").capitalize()
    made = _control(one.kind.control, one.name, label, one.doc, more)
    for name, value in one.choices.items():
        ET.SubElement(made, f"{{{LAYOUT}}}ListItem", {"enumID": name, "uiRep": value})
    return made


def _step(kind: Kind) -> str:
    return "1" if kind.type == "Int_t" else "0.01"


def _control(control: str, name: str, label: str, doc: str, more: Mapping[str, str]) -> ET.Element:
    attributes = {TYPE: f"lay:{control}", "ID": f"c_{name}", "parameterRef": name, "label": label}
    return ET.Element(f"{{{LAYOUT}}}Control", {**attributes, **({"tooltip": doc} if doc else {}), **more})


# -- rules -------------------------------------------------------------------------------------------------------------


def _edits(fields: Sequence[AtdlParameter]) -> list[ET.Element]:
    """Rules that types cannot say: what must be there, what a number must exceed, that the end is after the start."""
    (start, *_), (end, *_) = _TIMES
    later = {"field": end, "operator": "GT", "field2": start}
    made = [_edit("The end must be later than the start.", _absent(start), _absent(end), later)]
    for one in fields:
        if one.required:
            made.append(_edit(f"{one.name} is required.", {"field": one.name, "operator": "EX"}))
        for operator, bound, word in (("GT", one.above, "greater"), ("LT", one.below, "less")):
            if bound:
                beyond = {"field": one.name, "operator": operator, "value": bound}
                made.append(_edit(f"{one.name} must be {word} than {bound}.", _absent(one.name), beyond))
    return made


def _absent(name: str) -> dict[str, str]:
    return {"field": name, "operator": "NX"}


def _edit(message: str, *any_of: Mapping[str, str]) -> ET.Element:
    made = ET.Element(f"{{{VALIDATION}}}StrategyEdit", {"errorMessage": message})
    if len(any_of) == 1:
        ET.SubElement(made, f"{{{VALIDATION}}}Edit", dict(any_of[0]))
        return made
    either = ET.SubElement(made, f"{{{VALIDATION}}}Edit", {"logicOperator": "OR"})
    for one in any_of:
        ET.SubElement(either, f"{{{VALIDATION}}}Edit", dict(one))
    return made
