"""Instruments as a venue names them, and back."""

from collections.abc import Mapping

from attrs import define, field

from smartexec.api import Instrument
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.wire.message import Field, Message

SYMBOL, SECURITY_ID = 55, 48


@define(eq=False)
class Symbology:
    """The instruments of a run at one venue."""

    dialect: Dialect
    instruments: Mapping[str, Instrument]
    _fields: dict[str, list[Field]] = field(init=False, factory=dict[str, list[Field]])
    _by_symbol: dict[str, str] = field(init=False, factory=dict[str, str])
    _by_id: dict[str, str] = field(init=False, factory=dict[str, str])

    def __attrs_post_init__(self) -> None:
        for symbol in {**self.instruments, **self.dialect.symbols}:
            tags = self.dialect.symbols.get(symbol, {})
            named = {str(SYMBOL): symbol, **tags}
            self._fields[symbol] = [(int(tag), value.encode()) for tag, value in named.items()]
            self._by_symbol.setdefault(named[str(SYMBOL)], symbol)
            if str(SECURITY_ID) in tags:
                self._by_id[tags[str(SECURITY_ID)]] = symbol

    def fields(self, symbol: str) -> list[Field]:
        """Give the fields that name an instrument."""
        return self._fields.get(symbol) or [(SYMBOL, symbol.encode())]

    def symbol(self, security_id: str, symbol: str) -> str:
        """Give our symbol of what SecurityID(48) and Symbol(55) name; "" if it is none of ours."""
        return self._by_id.get(security_id) or self._by_symbol.get(symbol, "")

    def of(self, message: Message) -> str:
        """Give our symbol of what a message is about; "" if it is none of ours."""
        return self.symbol(message.text(SECURITY_ID), message.text(SYMBOL))

    def instrument(self, symbol: str) -> Instrument:
        """Give an instrument; one that is not known has whole quantities."""
        return self.instruments.get(symbol) or Instrument(symbol or "?")
