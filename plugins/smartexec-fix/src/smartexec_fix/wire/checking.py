"""A message against a dictionary: the first thing that is wrong with it, as SessionRejectReason(373) names it.

The order of the checks is QuickFIX's, which the acceptance scripts expect: structure, message type, required fields,
then header, trailer and body, field by field in ascending order of their tags.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from smartexec_fix.wire.dictionary import MULTIPLE, Dictionary, Group
from smartexec_fix.wire.formats import FORMATS, any_form
from smartexec_fix.wire.message import Field, Message
from smartexec_fix.wire.quick import Quick

NO_TAG, REQUIRED, NOT_DEFINED, NO_VALUE, WRONG_VALUE, FORMAT = 0, 1, 2, 4, 5, 6
COMP_ID, SENDING_TIME, MSG_TYPE, REPEATED, OUT_OF_ORDER, GROUP_ORDER, GROUP_COUNT = 9, 10, 11, 13, 14, 15, 16
TEXTS: Final[Mapping[int, str]] = {
    NO_TAG: "Invalid tag number",
    REQUIRED: "Required tag missing",
    NOT_DEFINED: "Tag not defined for this message type",
    NO_VALUE: "Tag specified without a value",
    WRONG_VALUE: "Value is incorrect (out of range) for this tag",
    FORMAT: "Incorrect data format for value",
    COMP_ID: "CompID problem",
    SENDING_TIME: "SendingTime accuracy problem",
    MSG_TYPE: "Invalid MsgType",
    REPEATED: "Tag appears more than once",
    OUT_OF_ORDER: "Tag specified out of required order",
    GROUP_ORDER: "Out of order repeating group members",
    GROUP_COUNT: "Incorrect NumInGroup count for repeating group",
}
"""SessionRejectReason(373) -> Text(58)."""


@frozen
class Fault:
    """What is wrong with a message."""

    reason: int
    """SessionRejectReason(373)."""
    tag: int | None = None
    """RefTagID(371)."""

    def __str__(self) -> str:
        return TEXTS[self.reason] if self.tag is None else f"{TEXTS[self.reason]} ({self.tag})"


@frozen
class Rules:
    """What is checked beyond the dictionary's letter; QuickFIX's settings of the same names."""

    fields_have_values: bool = True
    """ValidateFieldsHaveValues."""
    fields_in_order: bool = True
    """ValidateFieldsOutOfOrder."""
    user_defined: bool = True
    """ValidateUserDefinedFields: tags from 5000 on must be defined."""
    unknown: bool = True
    """Fields that the dictionary does not have are refused."""


DEFAULT: Final = Rules()
USER_DEFINED: Final = 5000


def check(message: Message, dictionary: Dictionary, rules: Rules = DEFAULT) -> Fault | None:
    """Give the first fault of a message; None if it has none."""
    if message.msg_type in dictionary.messages:
        quick = dictionary.quick.get(message.msg_type)
        if quick is None:
            quick = dictionary.quick[message.msg_type] = Quick.of(dictionary, message.msg_type)
        if quick.sound(message):
            return None
    if rules.fields_in_order and (fault := _order(message, dictionary)):
        return fault
    definition = dictionary.messages.get(message.msg_type)
    if definition is None:
        return Fault(MSG_TYPE)
    header, body, trailer = split(message.fields, dictionary)
    for part, group in ((header, dictionary.header), (trailer, dictionary.trailer), (body, definition)):
        tags = {tag for tag, _ in part}
        for tag in group.required:
            if tag not in tags and tag not in (8, 9, 10, 35):
                return Fault(REQUIRED, tag)
    checker = _Checker(dictionary, rules, lenient=dictionary.open and not definition.admin)
    for part, group in ((header, dictionary.header), (trailer, dictionary.trailer), (body, definition)):
        fault = checker.part(part, group, strict=part is body)
        if fault is not None:
            return fault
    return None


def split(fields: list[Field], dictionary: Dictionary) -> tuple[list[Field], list[Field], list[Field]]:
    """Give header, body and trailer, each in the order of the wire."""
    header: list[Field] = []
    body: list[Field] = []
    trailer: list[Field] = []
    for one in fields:
        (header if dictionary.in_header(one[0]) else trailer if dictionary.in_trailer(one[0]) else body).append(one)
    return header, body, trailer


def arranged(fields: list[Field], group: Group) -> list[Field]:
    """Give fields in ascending order of their tags; entries of groups stay behind their count, in their own order."""
    return [one for _, block in sorted(_blocks(fields, group), key=lambda pair: pair[0]) for one in block]


def _order(message: Message, dictionary: Dictionary) -> Fault | None:
    """The first header field behind the body, or body field behind the trailer."""
    stage = 0
    for tag, _ in message.fields:
        place = 0 if dictionary.in_header(tag) else 2 if dictionary.in_trailer(tag) else 1
        if place < stage:
            return Fault(OUT_OF_ORDER, tag)
        stage = place
    return None


def _blocks(fields: list[Field], group: Group) -> Iterator[tuple[int, list[Field]]]:
    """Yield each field of the top level with what belongs to it: a count with its entries."""
    at = 0
    while at < len(fields):
        tag = fields[at][0]
        inner = group.groups.get(tag)
        end = at + 1 if inner is None else _end(fields, at + 1, inner)
        yield tag, fields[at:end]
        at = end


def _end(fields: list[Field], at: int, group: Group) -> int:
    """Where the entries of a repeating group end."""
    if at >= len(fields) or fields[at][0] != group.first:
        return at
    seen: set[int] = set()
    while at < len(fields):
        tag = fields[at][0]
        if tag == group.first:
            seen = set()
        elif tag not in group.members or tag in seen:
            return at
        seen.add(tag)
        inner = group.groups.get(tag)
        at = at + 1 if inner is None else _end(fields, at + 1, inner)
    return at


@frozen
class _Checker:
    dictionary: Dictionary
    rules: Rules
    lenient: bool
    """Fields that the dictionary does not know are let pass."""

    def part(self, fields: list[Field], group: Group, *, strict: bool) -> Fault | None:
        """Check a part of a message, or an entry of a group. `strict`: fields must be defined for it."""
        last = None
        for tag, block in sorted(_blocks(fields, group), key=lambda pair: pair[0]):
            value = block[0][1]
            if tag == last:
                return Fault(REPEATED, tag)
            last = tag
            fault = self._field(tag, value, group, strict=strict)
            if fault is None and tag in group.groups:
                fault = self._entries(block, group.groups[tag])
            if fault is not None:
                return fault
        return None

    def _field(self, tag: int, value: bytes, group: Group, *, strict: bool) -> Fault | None:
        rules, known = self.rules, self.dictionary.fields.get(tag)
        if not value and rules.fields_have_values:
            return Fault(NO_VALUE, tag)
        if known is not None and value:
            if not FORMATS.get(known.type, any_form)(value):
                return Fault(FORMAT, tag)
            if known.values and not _allowed(value, known.values, known.type):
                return Fault(WRONG_VALUE, tag)
        if (tag >= USER_DEFINED and not rules.user_defined) or not rules.unknown:
            return None
        if known is None:
            return None if self.lenient and tag > 0 else Fault(NO_TAG, tag)
        if strict and tag not in group.members and not self.lenient:
            return Fault(NOT_DEFINED, tag)
        return None

    def _entries(self, block: list[Field], group: Group) -> Fault | None:
        """Check a count against the entries behind it, and each of them."""
        count, entries = block[0], list(_entries(block[1:], group))
        if int(count[1]) != len(entries):
            return Fault(GROUP_COUNT, count[0])
        for entry in entries:
            tags = {tag for tag, _ in entry}
            for tag in group.required:
                if tag not in tags:
                    return Fault(REQUIRED, tag)
            if self.rules.fields_in_order and (wrong := _disordered(entry, group)):
                return Fault(GROUP_ORDER, wrong)
            fault = self.part(entry, group, strict=True)
            if fault is not None:
                return fault
        return None


def _disordered(entry: list[Field], group: Group) -> int | None:
    """The first field of an entry that the definition has before one that came earlier."""
    places = {tag: place for place, tag in enumerate(group.members)}
    last = -1
    for tag, _ in _blocks(entry, group):
        if places.get(tag, last) < last:
            return tag
        last = places.get(tag, last)
    return None


def _entries(fields: list[Field], group: Group) -> Iterator[list[Field]]:
    entry: list[Field] = []
    for tag, value in fields:
        if tag == group.first and entry:
            yield entry
            entry = []
        entry.append((tag, value))
    if entry:
        yield entry


def _allowed(value: bytes, values: frozenset[bytes], kind: str) -> bool:
    if kind in MULTIPLE:
        return all(one in values for one in value.split(b" "))
    return value in values
