"""When sessions are open: daily, through midnight, weekly, across changes of the clock; numbers belong to a period."""

from datetime import UTC, datetime

import fix_messages as fix
import pytest

from smartexec.api import ConfigError
from smartexec_fix.session.outputs import HangUp, Wire
from smartexec_fix.session.schedule import schedule_of


def ns(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


def period(start: str, end: str, now: str, zone: str = "UTC") -> tuple[str, str] | None:
    schedule = schedule_of(start, end, zone)
    assert schedule is not None
    found = schedule.period(ns(now))
    if found is None:
        return None
    first, last = (f"{datetime.fromtimestamp(at // 10**9, UTC):%a %d %H:%M}" for at in found)
    return first, last


@pytest.mark.parametrize(
    ("start", "end", "now", "expected"),
    [
        ("08:00:00", "18:00:00", "2026-01-05T08:00:00", ("Mon 05 08:00", "Mon 05 18:00")),
        ("08:00:00", "18:00:00", "2026-01-05T17:59:59", ("Mon 05 08:00", "Mon 05 18:00")),
        ("08:00:00", "18:00:00", "2026-01-05T18:00:00", None),
        ("08:00:00", "18:00:00", "2026-01-05T03:00:00", None),
        ("22:00:00", "06:00:00", "2026-01-05T03:00:00", ("Sun 04 22:00", "Mon 05 06:00")),
        ("00:00:00", "00:00:00", "2026-01-05T03:00:00", ("Mon 05 00:00", "Tue 06 00:00")),
        ("sunday 22:00", "friday 21:00", "2026-01-05T03:00:00", ("Sun 04 22:00", "Fri 09 21:00")),
        ("sunday 22:00", "friday 21:00", "2026-01-09T21:00:00", None),
        ("Monday 00:00", "monday 00:00", "2026-01-11T23:59:59", ("Mon 05 00:00", "Mon 12 00:00")),
        ("saturday 10:00", "monday 09:00", "2026-01-05T08:59:59", ("Sat 03 10:00", "Mon 05 09:00")),
    ],
)
def test_period_holds_a_time(start: str, end: str, now: str, expected: tuple[str, str] | None) -> None:
    assert period(start, end, now) == expected


def test_periods_follow_the_clock_of_their_zone() -> None:
    """New York's clock goes forward on 8 March 2026."""
    new_york = "America/New_York"
    assert period("09:30", "16:00", "2026-03-06T15:00:00", new_york) == ("Fri 06 14:30", "Fri 06 21:00")
    assert period("09:30", "16:00", "2026-03-09T15:00:00", new_york) == ("Mon 09 13:30", "Mon 09 20:00")
    assert period("sunday 18:00", "friday 17:00", "2026-03-09T15:00:00", new_york) == ("Sun 08 22:00", "Fri 13 21:00")


def test_next_opening() -> None:
    schedule = schedule_of("sunday 22:00", "friday 21:00", "UTC")
    assert schedule is not None
    assert schedule.opens(ns("2026-01-10T12:00:00")) == ns("2026-01-11T22:00:00")


@pytest.mark.parametrize(
    ("start", "end", "zone", "found"),
    [
        ("08", "25:00", "UTC", "end: found '25:00'"),
        ("noday 08:00", "18:00", "UTC", "start: found 'noday 08:00'"),
        ("08:00", "", "UTC", "end: found ''"),
        ("08:00", "friday 18:00", "UTC", "expected both with a day"),
        ("08:00", "18:00", "Mars/Olympus", "zone: found 'Mars/Olympus'"),
    ],
)
def test_schedule_that_is_none_is_said(start: str, end: str, zone: str, found: str) -> None:
    with pytest.raises(ConfigError, match=found):
        schedule_of(start, end, zone)


def test_no_schedule_is_always_open() -> None:
    assert schedule_of("", "", "UTC") is None


def test_initiator_outside_its_hours_waits_for_them() -> None:
    session = fix.session(initiator=True)
    session.schedule = schedule_of("08:00:00", "18:00:00", "UTC")
    (hang_up,) = session.opened(ns("2026-01-05T19:00:00"))
    assert hang_up == HangUp("the session is closed now", ns("2026-01-06T08:00:00"), expected=True)


def test_at_closing_time_the_session_says_goodbye() -> None:
    session = fix.session(initiator=True, max_latency=0)
    session.schedule = schedule_of("08:00:00", "18:00:00", "UTC")
    now = ns("2026-01-05T17:59:50")
    session.opened(now)
    session.received(fix.logon(), now)
    assert session.next_tick() == ns("2026-01-05T18:00:00")
    (said,) = session.tick(ns("2026-01-05T18:00:00"))
    assert isinstance(said, Wire)
    assert b"\x0135=5\x01" in said.data
    assert b"58=the session is over" in said.data


def test_numbers_begin_anew_with_a_new_period_and_only_then() -> None:
    session = fix.session(initiator=True, max_latency=0)
    session.schedule = schedule_of("08:00:00", "18:00:00", "UTC")
    for day, expected in ((5, 2), (5, 3), (6, 2)):
        now = ns(f"2026-01-0{day}T10:00:00")
        session.opened(now)
        assert session.store.next_out == expected
        session.lost(now, "cut")


def test_what_was_kept_before_the_first_logon_is_sent() -> None:
    session = fix.session(initiator=False)
    session.schedule = schedule_of("00:00:00", "00:00:00", "UTC")
    session.send(b"8", [(58, b"early")], fix.at(0))
    session.opened(fix.at(1))
    assert (session.store.next_out, [seq for seq, _ in session.store.sent(1, 9)]) == (2, [1])
