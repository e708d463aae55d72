"""Law 7 with a real session: its process is killed (SIGKILL) again and again at random moments of one day.

Clients send again what was not answered, venues keep what they have done, links lose what was on its way. In the end
nothing was sent twice and no execution is missing.
"""

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from attrs import define, field

from smartexec.api import SendOrder, VenueStatus
from smartexec.embed import Command, EndOfDay, Event, Recording, breaches_of
from smartexec_files.sqlite_journal import SqliteJournal
from tests.runtime.session_day import MICS, Day, executed, setup
from tests.runtime.session_process import CLIENT, Killed, Process

KILLS = 25
STEPS = 400


@define
class Mortal:
    """Holds the session's process for a day: kills it now and then, and begins it again."""

    process: Process
    rng: Random
    day: Day = field(init=False)
    moments: Counter[str] = field(init=False, factory=Counter)
    """How far killed turns had come."""

    def turn(self, now: int, events: tuple[Event, ...]) -> list[Command]:
        """Have a turn, which the process may not survive."""
        if self.rng.random() > 1.5 * KILLS / STEPS:
            return self.process.turn(now, events)
        try:
            return self.process.turn(now, events, kill=True)
        except Killed as killed:
            self.day.leave(killed.commands)
            return self._again(now, events, bool(killed.commands))

    def _again(self, now: int, events: tuple[Event, ...], said: bool) -> list[Command]:
        """Go on after a kill: links have lost what was on its way, venues come back, clients send again."""
        day, rng = self.day, self.rng
        del day.outbound[rng.randrange(len(day.outbound) + 1) :]
        if rng.random() < 0.5:
            del day.inbound[rng.randrange(len(day.inbound) + 1) :]
        self.process.begin()
        reports = [one for one in events if type(one).__name__ not in CLIENT and rng.random() < 0.5]
        up = [VenueStatus(mic, True) for mic in MICS]
        self.moments["said" if said else "silent"] += 1
        return self.process.turn(now, (*day.asked.values(), *reports, *up))


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_session_sends_nothing_twice_and_loses_no_execution(seed: int, tmp_path: Path) -> None:
    made, rng = setup(seed), Random(seed)
    mortal = Mortal(Process(made, tmp_path, rng), rng)
    day = mortal.day = Day(seed, mortal.turn, lambda: mortal.process.timer)
    mortal.process.begin()
    day.open()
    day.run(STEPS)
    day.turn = mortal.process.turn
    day.close()
    day.tell(EndOfDay(final=True))
    assert mortal.process.end() == 0
    assert mortal.process.begun > KILLS
    assert mortal.moments["said"], mortal.moments
    assert mortal.moments["silent"], mortal.moments
    names = Counter(one.cl_ord_id for one in day.reached if isinstance(one, SendOrder))
    assert names.most_common(1)[0][1] == 1
    with Recording.of(made, SqliteJournal(), tmp_path) as recording:
        recorded = [command for turn in recording for command in turn.commands]
        assert breaches_of(recording.engine) == []
        blotter = recording.engine.blotter
    texts = Counter(map(repr, recorded))
    assert all(texts[repr(one)] for one in day.given), "a command left unrecorded"
    assert {c.order_id: (c.cum_qty, c.notional) for c in blotter.child_orders if c.cum_qty} == executed(day)
    assert len(blotter.executions) >= len({one.order.first_id for one in day.executions})
    assert {order.cl_ord_id for order in blotter.orders} <= set(day.asked)
    taken = {name for name, event in day.asked.items() if type(event).__name__ == "NewOrder"}
    assert len(blotter.orders) == len(taken), "an order was taken twice, or not at all"
