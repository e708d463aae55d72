"""Whether a message is sound, found out quickly: most are, and have no repeating group.

It only ever says yes where `checking.check` finds no fault; what it is not sure of is checked there, field by field in
the right order.
"""

from collections.abc import Callable
from typing import Final

from attrs import define

from smartexec_fix.wire.dictionary import MULTIPLE, Dictionary, Group
from smartexec_fix.wire.formats import FORMATS, any_form
from smartexec_fix.wire.message import Message

_ENVELOPE: Final = frozenset({8, 9, 10, 35})
_Test = tuple[int, Callable[[bytes], object], frozenset[bytes]]
"""(part of the message, form of the value, values it may have)"""


@define(eq=False)
class Quick:
    """The tests of one kind of message."""

    tests: dict[int, _Test]
    required: frozenset[int]

    @classmethod
    def of(cls, dictionary: Dictionary, msg_type: bytes) -> "Quick":
        """Make the tests of a kind of message that the dictionary has."""
        definition = dictionary.messages[msg_type]
        tests: dict[int, _Test] = {}
        parts = ((1, definition), (2, dictionary.trailer), (0, dictionary.header))
        for place, group in parts:
            for tag in group.members:
                field = dictionary.fields.get(tag)
                if field is None or tag in group.groups or field.type in MULTIPLE:
                    tests.pop(tag, None)
                else:
                    tests[tag] = (place, FORMATS.get(field.type, any_form), field.values)
        return cls(tests, frozenset(tag for _, group in parts for tag in _required(group)))

    def sound(self, message: Message) -> bool:
        """Whether the message has no fault for sure."""
        tests, stage = self.tests, 0
        tags = set()
        for tag, value in message.fields:
            test = tests.get(tag)
            if test is None or not value or tag in tags:
                return False
            place, has_form, values = test
            if place < stage or not has_form(value) or (values and value not in values):
                return False
            stage = place
            tags.add(tag)
        return self.required <= tags


def _required(group: Group) -> set[int]:
    return {tag for tag in group.required if tag not in _ENVELOPE}
