"""The dictionary that is built in: the messages that this package uses, so that it runs without any file.

Session messages are known whole. Of application messages it knows the fields that are used, and lets others pass, so a
venue's own tags are no fault; for a check of every field there are dictionary files.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from smartexec_fix.wire.dictionary import Dictionary, FieldDef, Group, MessageDef, merged

_TOKEN: Final = re.compile(r"(\d+)(!?)(\(?)|\)")
_BEFORE_4_3: Final = ("FIX.4.0", "FIX.4.1", "FIX.4.2")
_REQUIRED: Final[Mapping[bytes, Mapping[int, tuple[str, ...]]]] = {b"D": {21: _BEFORE_4_3}, b"8": {20: _BEFORE_4_3}}
"""MsgType -> fields that are required in some versions only."""
_OPTIONAL: Final[Mapping[bytes, Mapping[int, tuple[str, ...]]]] = {
    b"8": {150: ("FIX.4.0",), 151: ("FIX.4.0",), 6: ("FIX.5.0SP2",)},
    b"9": {434: ("FIX.4.0", "FIX.4.1"), 39: ("FIX.4.0",), 41: ("FIX.4.0", "FIX.5.0SP2")},
}
"""MsgType -> fields that are not required there."""


@cache
def built_in(version: str) -> Dictionary:
    """Give the dictionary of a version."""
    made = Dictionary(version, open=True)
    for line in files(__package__).joinpath("built_in.txt").read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "field":
            _field(made, rest.split())
        elif kind in ("header", "trailer"):
            _fill(getattr(made, kind), _TOKEN.finditer(rest))
        elif kind in ("admin", "app"):
            msg_type, name, tags = rest.split(" ", 2) if rest.count(" ") > 1 else (*rest.split(), "")
            definition = MessageDef(name=name, admin=kind == "admin")
            _fill(definition, _TOKEN.finditer(tags))
            made.messages[msg_type.encode()] = definition
    _adjust(made)
    return made


def of(version: str) -> Dictionary:
    """Give the dictionary of a version as a session needs it: that of FIXT with it from 5.0 on."""
    return merged(built_in("FIXT.1.1"), built_in(version)) if version.startswith("FIX.5") else built_in(version)


def _field(made: Dictionary, words: list[str]) -> None:
    tag, name, kind, *values = words
    made.fields[int(tag)] = FieldDef(int(tag), name, kind, frozenset(value.encode() for value in values))
    made.names[name] = int(tag)


def _fill(group: Group, tokens: Iterator["re.Match[str]"]) -> None:
    """Add tags to a group, up to the parenthesis that closes it."""
    for token in tokens:
        if token[1] is None:
            return
        tag = int(token[1])
        group.members[tag] = bool(token[2])
        if token[3]:
            inner = group.groups[tag] = Group()
            _fill(inner, tokens)


def _adjust(made: Dictionary) -> None:
    """Say what is required in this version only, or not."""
    for changes, required in ((_REQUIRED, True), (_OPTIONAL, False)):
        for msg_type, tags in changes.items():
            for tag, versions in tags.items():
                if made.version in versions:
                    made.messages[msg_type].members[tag] = required
    if made.version == "FIXT.1.1":
        made.messages[b"A"].members[1137] = True
