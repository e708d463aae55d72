"""A FIX message: its fields in order, read from a verified frame by splitting, written with simplefix.

Values are bytes, as on the wire; tags are integers. Which fields belong to the header and the trailer, and which to the
repeating groups, is the dictionary's to say.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import define, field
from simplefix import FixMessage
from simplefix.data import RAW_DATA

from smartexec_fix.wire.log import readable

SOH: Final = b"\x01"
LENGTHS: Final[Mapping[int, int]] = {**dict(RAW_DATA), 1184: 1185, 1360: 1361}
"""Field with a length -> the field that follows it, whose value may hold any bytes."""
_LENGTH_MARK: Final = re.compile(b"\x01(?:%b)=" % b"|".join(b"%d" % tag for tag in LENGTHS))
_DIGITS: Final = 9
"""Of a tag, and of the length of data: more names nothing."""
_FIELD: Final = re.compile(rb"(-?[0-9]{1,9})=([^\x01]*)\x01")
_FIELDS: Final = re.compile(rb"(?:-?[0-9]{1,9}=[^\x01]*\x01)+")
_ENVELOPE: Final = frozenset({8, 9, 35, 10})
Field = tuple[int, bytes]


class Garbled(ValueError):
    """A field is none: no `=`, or a tag that is no number."""


@define(eq=False)
class Message:
    """A message, without BodyLength(9) and CheckSum(10), which belong to its frame."""

    begin_string: bytes
    msg_type: bytes
    fields: list[Field] = field(factory=list)
    """All other fields, in order."""
    _first: dict[int, bytes] | None = field(init=False, default=None)

    def get(self, tag: int) -> bytes | None:
        """Give the first value of a tag; None if it has none."""
        if self._first is None:
            first: dict[int, bytes] = {}
            for number, value in self.fields:
                first.setdefault(number, value)
            self._first = first
        return self._first.get(tag)

    def text(self, tag: int) -> str:
        """Give the first value of a tag as text; "" if it has none."""
        return (self.get(tag) or b"").decode("utf-8", "replace")

    def add(self, tag: int, value: bytes | str | int | None) -> None:
        """Append a field; nothing if the value is None."""
        if value is not None:
            self.fields.append((tag, value if isinstance(value, bytes) else str(value).encode()))
            self._first = None

    def put(self, tag: int, value: bytes | str | int) -> None:
        """Set a field that there is one of."""
        self.fields = [one for one in self.fields if one[0] != tag]
        self.add(tag, value)

    def group(self, count: int, first: int) -> Iterator[dict[int, bytes]]:
        """Yield the entries of a repeating group, each by tag; nested groups are in their entry flat."""
        inside, entry = False, dict[int, bytes]()
        for tag, value in self.fields:
            if tag == count:
                inside = True
            elif inside and tag == first:
                if entry:
                    yield entry
                entry = {tag: value}
            elif inside and entry:
                entry.setdefault(tag, value)
        if entry:
            yield entry

    def __str__(self) -> str:
        fields = ((8, self.begin_string), (35, self.msg_type), *self.fields)
        return readable(b"".join(b"%d=%b\x01" % one for one in fields))


def parse(frame: bytes) -> Message:
    """Read a verified frame; Garbled if a field of it is none."""
    if _LENGTH_MARK.search(frame):
        fields = list(_with_data(frame))
    elif _FIELDS.fullmatch(frame):
        fields = [(int(tag), value) for tag, value in _FIELD.findall(frame)]
    else:
        raise Garbled(f"found {_no_field(frame)!r}, expected TAG=VALUE")
    (_, begin), _, (_, kind) = fields[:3]
    del fields[:3], fields[-1]
    return Message(begin, kind, fields)


def _no_field(frame: bytes) -> bytes:
    """Give the beginning of the first part of a frame that is no field."""
    parts = frame.split(SOH)
    return next((part for part in parts if not _FIELDS.fullmatch(part + SOH)), b"")[:40]


def _with_data(frame: bytes) -> Iterator[Field]:
    """Yield the fields of a frame that has fields with a length, whose values may hold an SOH."""
    at, length, wanted = 0, 0, 0
    while at < len(frame):
        equals = frame.find(b"=", at)
        if equals < 0:
            raise Garbled(f"found {frame[at : at + 40]!r}, expected TAG=VALUE")
        tag = frame[at:equals]
        if not tag.isdigit() or len(tag) > _DIGITS:
            raise Garbled(f"found {tag[:40]!r}, expected TAG=VALUE")
        number = int(tag)
        end = equals + 1 + length if wanted and number == wanted else frame.find(SOH, equals)
        if end < 0 or frame[end : end + 1] != SOH:
            raise Garbled(f"found field {number} longer than the message, expected its length to be true")
        value = frame[equals + 1 : end]
        wanted = LENGTHS.get(number, 0)
        wanted = wanted if value.isdigit() else 0
        length = int(value[: _DIGITS + 1]) if wanted else 0  # so long that nothing is, whatever follows
        yield number, value
        at = end + 1


def encode(begin_string: bytes, msg_type: bytes, fields: Iterable[Field]) -> bytes:
    """Write a frame: header, length, fields in their order, checksum."""
    made = FixMessage()
    made.append_pair(8, begin_string)
    made.append_pair(35, msg_type)
    for tag, value in fields:
        if tag not in _ENVELOPE:
            made.pairs.append((b"%d" % tag, value))
    return bytes(made.encode())
