"""Making a session of its settings: the dictionary that they name, the schedule, the memory."""

from pathlib import Path

from smartexec_fix.session.schedule import schedule_of
from smartexec_fix.session.session import Session
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.session.store import Store
from smartexec_fix.wire import built_in
from smartexec_fix.wire.dictionary import Dictionary, load, merged


def dictionary_of(settings: SessionSettings, base: Path = Path()) -> Dictionary:
    """Give the dictionary that a session checks with: of the files it names, read against `base`, else built in.

    ConfigError if a file is none.
    """
    if not settings.fixt:
        return _one(settings.dictionary, settings.version, base)
    transport = _one(settings.transport_dictionary, "FIXT.1.1", base)
    return merged(transport, _one(settings.dictionary, settings.version, base))


def session_of(
    settings: SessionSettings,
    store: Store,
    *,
    initiator: bool,
    base: Path = Path(),
    dictionary: Dictionary | None = None,
) -> Session:
    """Make a session; ConfigError if its schedule or its dictionary is wrong."""
    schedule = schedule_of(settings.start, settings.end, settings.zone)
    return Session(settings, dictionary or dictionary_of(settings, base), store, initiator, schedule)


def _one(path: Path | None, version: str, base: Path) -> Dictionary:
    return built_in.built_in(version) if path is None else load(base / path)
