"""The algorithm that an order asks for: the name of a strategy, and parameters as (name, value) pairs.

What FIX has for it, and what clients use of it, differs widely: every way is read, and what is said twice is refused
where parameters are checked.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from attrs import frozen

from smartexec.api import Params
from smartexec_fix.wire.algorithmic import ENTRIES, KIND, NAME, PARAMETERS, RATE, TARGET_STRATEGY, VALUE
from smartexec_fix.wire.message import Message
from smartexec_fix.wire.values import read_decimal, read_time, write_decimal

Pair = tuple[str, str | int | bool]
_RATE_DIGITS: Final = 9
_YES_NO: Final = {"Y": True, "N": False}


@frozen
class Vocabulary:
    """What clients call things."""

    strategies: Mapping[str, str]
    """TargetStrategy(847) -> name of the strategy; one that is not here is a name itself."""
    rate: str
    """Parameter that ParticipationRate(849) is, in percent."""
    tags: Mapping[int, str]
    """Tag -> parameter."""

    def strategy(self, order: Message, default: str) -> str:
        """Give the strategy that an order names."""
        named = order.text(TARGET_STRATEGY)
        return self.strategies.get(named, named) if named else default

    def params(self, order: Message) -> Params:
        """Give the parameters that an order has; ValueError if they cannot be read."""
        return (*_free_text(order.text(PARAMETERS)), *self._rate(order), *_entries(order), *self._tagged(order))

    def _rate(self, order: Message) -> Iterator[Pair]:
        """ParticipationRate(849) is a fraction: 0.15 is 15 percent."""
        found = order.get(RATE)
        if found is not None:
            try:
                percent = write_decimal(100 * read_decimal(found, _RATE_DIGITS), _RATE_DIGITS)
            except ValueError as error:
                raise ValueError(f"ParticipationRate(849): {error}") from None
            yield self.rate, percent.decode()

    def _tagged(self, order: Message) -> Iterator[Pair]:
        for tag, name in self.tags.items():
            if order.get(tag) is not None:
                yield name, order.text(tag)


def _free_text(text: str) -> Iterator[Pair]:
    """TargetStrategyParameters(848)."""
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if part.strip() and not (equals and name.strip()):
            raise ValueError(f"TargetStrategyParameters(848): found {part!r}, expected NAME=VALUE;NAME=VALUE")
        if part.strip():
            yield name.strip(), value.strip()


def _entries(order: Message) -> Iterator[Pair]:
    """NoStrategyParameters(957)."""
    for entry in order.group(ENTRIES, NAME):
        name, value = (entry.get(tag, b"").decode("utf-8", "replace") for tag in (NAME, VALUE))
        if not value:
            raise ValueError(f"StrategyParameterValue(960) of {name!r}: found nothing, expected a value")
        try:
            yield name, _BY_TYPE.get(entry.get(KIND, b""), str)(value)
        except (KeyError, ValueError):
            expected = _EXPECTED[entry[KIND]]
            raise ValueError(f"StrategyParameterValue(960) of {name!r}: found {value!r}, expected {expected}") from None


_BY_TYPE: Final[Mapping[bytes, Callable[[str], str | int | bool]]] = {
    b"13": lambda value: _YES_NO[value],
    b"19": lambda value: read_time(value.encode()),
}
"""StrategyParameterType(959) -> how a value of it is read; others are text, which the strategy's fields are read of."""
_EXPECTED: Final = {b"13": "Y or N", b"19": "a UTCTimestamp"}
