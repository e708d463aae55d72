"""What a session and a recording are made of: a folder may be text, and what is no part of one is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smartexec.api import VenueStatus
from smartexec.embed import OrderError, Recording, Session
from smartexec_files.sqlite_journal import SqliteJournal
from tests.runtime.session_day import MICS, START, setup


def test_folder_may_be_text(tmp_path: Path) -> None:
    for resumed in (False, True):
        with Session.open(setup(), SqliteJournal(), str(tmp_path / "run")) as session:
            assert session.resumed is resumed
            session.turn(START, *(VenueStatus(mic, True) for mic in MICS))
    with Recording.of(setup(), SqliteJournal(), str(tmp_path / "run")) as recording:
        assert len(list(recording)) == 2


@pytest.mark.parametrize("begin", [Session.open, Session.create, Session.resume, Recording.of])
@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (("setup", SqliteJournal(), "run"), "found str 'setup', expected a Setup"),
        ((setup(), "sqlite", "run"), "found str 'sqlite', expected a journal, not its name or class"),
        ((setup(), SqliteJournal, "run"), "found ABCMeta <class .*, expected a journal, not its name or class"),
        ((setup(), SqliteJournal(), 5), "found int 5, expected the path of a folder"),
        ((setup(), SqliteJournal(), ""), "found str '', expected the path of a folder"),
    ],
)
def test_what_is_no_part_of_a_session_is_said(begin: Callable[..., object], parts: Any, line: str) -> None:
    with pytest.raises(OrderError, match=f"^(session|recording): {line}"):
        begin(*parts)
