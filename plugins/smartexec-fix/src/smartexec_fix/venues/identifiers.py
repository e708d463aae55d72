"""ClOrdIDs(11): ours, and their names at a venue that takes only short ones, of some characters, or new ones each day.

The same identifier always gets the same name, so that a restart finds it again; the table back is filled as they are
sent, or recalled.
"""

from hashlib import blake2b
from typing import Final

from attrs import define, field

from smartexec.api import ConfigError
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.wire.values import day

SHORTEST: Final = 8
"""Characters behind the prefix that a hash needs, so that two do not meet."""
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DAY: Final = "{day}"


@define(eq=False)
class Identifiers:
    """The identifiers of one venue."""

    dialect: Dialect
    _theirs: dict[str, str] = field(init=False, factory=dict[str, str])
    _ours: dict[str, str] = field(init=False, factory=dict[str, str])

    def check(self, where: str) -> None:
        """ConfigError if the dialect's rules cannot be kept."""
        prefix, one = self.dialect.id_prefix.replace(_DAY, "00000000"), self.dialect
        if one.id_length and one.id_length < len(prefix) + SHORTEST:
            least = len(prefix) + SHORTEST
            raise ConfigError(f"{where}: id_length: found {one.id_length}, expected at least {least}")
        if one.id_alphabet and set(prefix) - set(one.id_alphabet):
            raise ConfigError(f"{where}: id_prefix: found {prefix!r}, expected characters of {one.id_alphabet!r}")
        if one.id_alphabet and len(set(one.id_alphabet)) < len(_ALPHABET) // 4:
            raise ConfigError(f"{where}: id_alphabet: found {one.id_alphabet!r}, expected at least 9 characters")

    def theirs(self, ours: str, now: int) -> str:
        """Give the name of an identifier of ours. What was named before `now` keeps its name."""
        one = self.dialect
        if not (one.id_prefix or one.id_length or one.id_alphabet) or not ours:
            return ours
        if ours not in self._theirs:
            prefix = one.id_prefix.replace(_DAY, day(now).decode())
            self._note(ours, prefix)
        return self._theirs[ours]

    def ours(self, theirs: str) -> str:
        """Give the identifier that a name stands for; one that is not ours stays as it is."""
        return self._ours.get(theirs, theirs)

    def _note(self, ours: str, prefix: str) -> None:
        name, tries = prefix + ours, 0
        if not self._fits(name):
            name = prefix + self._hash(ours, len(prefix))
        while name in self._ours:  # two that meet: the later one, in an order that a restart repeats, gives way
            tries += 1
            name = prefix + self._hash(f"{ours}/{tries}", len(prefix))
        self._theirs[ours], self._ours[name] = name, ours

    def _fits(self, name: str) -> bool:
        one = self.dialect
        return not (one.id_length and len(name) > one.id_length) and not (
            one.id_alphabet and set(name) - set(one.id_alphabet)
        )

    def _hash(self, text: str, taken: int) -> str:
        alphabet = self.dialect.id_alphabet or _ALPHABET
        most = min(self.dialect.id_length or taken + 20, taken + 20) - taken
        number, out = int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "big"), ""
        while len(out) < most:
            number, digit = divmod(number, len(alphabet))
            out += alphabet[digit]
        return out
