"""The glossary and the code: every field that FIX knows is there, with its tag and the values that have it."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import attrs
import pytest

from smartexec.model import commands, events, instrument, market, orders, routing, view

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "glossary.rst").read_text(encoding="utf-8")
TAGS = {
    "account": {"Account": 1},
    "avg_px": {"AvgPx": 6},
    "cl_ord_id": {"ClOrdID": 11},
    "cum_qty": {"CumQty": 14},
    "currency": {"Currency": 15},
    "cxl_rej_reason": {"CxlRejReason": 102},
    "display_qty": {"MaxFloor": 111},
    "effective_time": {"EffectiveTime": 168},
    "exec_id": {"ExecID": 17},
    "exec_ref_id": {"ExecRefID": 19},
    "exec_type": {"ExecType": 150},
    "expire_time": {"ExpireTime": 126},
    "last_px": {"LastPx": 31},
    "last_qty": {"LastQty": 32},
    "leaves_qty": {"LeavesQty": 151},
    "liquidity": {"LastLiquidityInd": 851},
    "list_id": {"ListID": 66},
    "mic": {"ExDestination": 100, "LastMkt": 30},
    "min_qty": {"MinQty": 110},
    "ord_rej_reason": {"OrdRejReason": 103},
    "ord_status": {"OrdStatus": 39},
    "ord_type": {"OrdType": 40},
    "order_id": {"OrderID": 37},
    "order_qty": {"OrderQty": 38},
    "orig_cl_ord_id": {"OrigClOrdID": 41},
    "peg": {"PegPriceType": 1094},
    "phase": {"TradSesStatus": 340},
    "post_only": {"ExecInst": 18},
    "price": {"Price": 44},
    "side": {"Side": 54},
    "strategy": {"TargetStrategy": 847},
    "symbol": {"Symbol": 55},
    "text": {"Text": 58},
    "time_in_force": {"TimeInForce": 59},
    "trade_date": {"TradeDate": 75},
}
"""FIX names and tags of fields, written down apart from the page."""
NO_FIX = frozenset({"fee", "no_cross", "origin", "owner", "params", "house", "source", "rest_for", "router", "slot"})
"""Of orders and executions: smartexec's own."""
LOCAL = frozenset(
    {"ask", "ask_qty", "auction", "bid", "bid_qty", "cancel", "close", "final", "hidden", "level", "lot", "name", "on"}
) | frozenset({"open", "px", "qty", "qty_decimals", "reason", "ref", "tick", "up", "user", "what", "where"})
"""Of markets, operators and instruments: no message has them."""
ENTRY = re.compile(r"^   (\S[^\n]*)\n((?:      [^\n]*\n|\n)+)", re.MULTILINE)


def values() -> list[type]:
    """The classes whose fields the glossary explains."""
    modules: tuple[ModuleType, ...] = (commands, events, instrument, market, orders)
    own = [v for m in modules for v in vars(m).values() if isinstance(v, type) and v.__module__ == m.__name__]
    return [*filter(attrs.has, own), routing.Leg, view.Slice]


def fields() -> dict[str, set[str]]:
    """Field -> names of the classes that have it."""
    found: dict[str, set[str]] = {}
    for cls in values():
        for field in attrs.fields(cls):
            found.setdefault(field.name, set()).add(cls.__name__)
    return found


def entries() -> dict[str, str]:
    """Term -> text of the page."""
    text = PAGE[PAGE.index("Words\n-----") :]
    return {term.partition(" (")[0]: " ".join(body.split()) for term, body in ENTRY.findall(text)}


def test_every_field_is_sorted_into_one_of_the_lists() -> None:
    listed = [*TAGS, *NO_FIX, *LOCAL]
    assert sorted(listed) == sorted(set(listed))
    assert set(fields()) == set(listed)


@pytest.mark.parametrize("name", TAGS)
def test_field_with_a_tag_is_in_the_glossary_with_it(name: str) -> None:
    section = PAGE[PAGE.index("Fields of messages") :]
    body = {t.partition(" (")[0]: " ".join(b.split()) for t, b in ENTRY.findall(section)}[name]
    assert {n: int(tag) for n, tag in re.findall(r"(\w+)\((\d+)\)", body)} == TAGS[name]
    assert set(re.findall(r"\w+", body.rpartition(" In ")[2])) == fields()[name]


@pytest.mark.parametrize("name", ["fee", "no_cross", "origin", "params", "rest_for", "router", "source"])
def test_field_without_a_tag_says_which_values_have_it(name: str) -> None:
    assert set(re.findall(r"\w+", entries()[name].rpartition(" In ")[2])) == fields()[name]


@pytest.mark.parametrize("name", TAGS)
def test_pages_name_the_same_tags(name: str) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.rglob("*.rst") if "_build" not in path.parts)
    for fix, tag in TAGS[name].items():
        assert set(re.findall(rf"\b{fix}\((\d+)\)", text)) == {str(tag)}


def test_glossary_is_in_order() -> None:
    for section in PAGE.split(".. glossary::")[1:]:
        terms = [term for term, _ in ENTRY.findall(section)]
        assert terms == sorted(terms, key=str.lower)


@pytest.mark.shared
def test_tags_are_those_of_the_published_dictionaries(shared_data: Path) -> None:
    known: dict[str, int] = {}
    for name in ("FIX44.xml", "FIX50SP2.xml"):
        for field in ET.parse(shared_data / "fix" / "spec" / name).getroot().iter("field"):
            if "number" in field.attrib:
                known[field.attrib["name"]] = int(field.attrib["number"])
    assert {fix: tag for by in TAGS.values() for fix, tag in by.items() if known.get(fix) != tag} == {}
