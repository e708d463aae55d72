"""The errors smartexec raises, and only these.

Text: who, what was found, what was expected; lower case. Business refusals (a rejected order, a refused cancel)
are events, never exceptions. Any other exception that escapes is a bug in smartexec.
"""

from collections.abc import Sequence


class SmartexecError(Exception):
    """Base of all errors that smartexec raises."""


class ConfigError(SmartexecError):
    """The operator's input is wrong. Carries one line per fault (`faults`)."""

    def __init__(self, faults: Sequence[str] | str) -> None:
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))


class PluginError(SmartexecError):
    """A plugin is missing, broken or ambiguous. The text names plugin, distribution and version."""


class OrderError(SmartexecError):
    """The caller broke the API, for example by handing the engine events out of sequence."""


class VenueProtocolError(SmartexecError):
    """A counterparty broke its protocol."""


class JournalError(SmartexecError):
    """A journal cannot be read or written, or does not say what it said when it was written."""
