"""How venue tests read: given timed events, expect lines of text, one for each report."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

from smartexec.api import (
    Context,
    ExecType,
    ExecutionReport,
    Instrument,
    OrderCancelReject,
    Tick,
    VenueAdapter,
    VenueEvent,
    VenueInput,
)

Steps = Iterable[tuple[int, VenueInput]]
Run = Callable[[VenueAdapter, Steps], list[str]]
V = TypeVar("V", bound=VenueAdapter)


def brief(event: VenueEvent) -> str:
    """One report as a line; prices in cents."""
    if isinstance(event, OrderCancelReject):
        return f"CXLREJ {event.cl_ord_id}>{event.orig_cl_ord_id} {event.text}"
    assert isinstance(event, ExecutionReport)
    name = event.cl_ord_id + (f">{event.orig_cl_ord_id}" if event.orig_cl_ord_id else "")
    if event.exec_type is ExecType.TRADE:
        return f"TRADE {name} {event.last_qty}@{event.last_px / 1e7:g} {event.liquidity.name} {event.ord_status.name}"
    if event.exec_type in (ExecType.REPLACED, ExecType.ORDER_STATUS):
        return f"{event.exec_type.name} {name} {event.cum_qty}/{event.order_qty} {event.ord_status.name}"
    return f"{event.exec_type.name} {name}" + (f" {event.text}" if event.text else "")


def drive(venue: VenueAdapter, steps: Steps) -> Iterable[tuple[int, VenueEvent]]:
    """Feed a venue as the runtime does: ticks when it asks for them, then the event."""
    for now, event in steps:
        while (tick := venue.next_tick()) is not None and tick < now:
            for report in venue.handle(Tick(), tick):
                yield tick, report
        for report in venue.handle(event, now):
            yield now, report


@pytest.fixture
def run() -> Run:
    """Feed timed events to a venue and give "time report" lines."""
    return lambda venue, steps: [f"{now} {brief(report)}" for now, report in drive(venue, steps)]


@pytest.fixture
def feed() -> Callable[[VenueAdapter, Steps], list[tuple[int, VenueEvent]]]:
    """Feed timed events to a venue and give the reports themselves."""
    return lambda venue, steps: list(drive(venue, steps))


@pytest.fixture
def started() -> Callable[[V], V]:
    """Start a venue with instruments ABC (tick 0.01) and LOT (lot 10)."""

    def start(venue: V) -> V:
        venue.start(Context(instruments={"ABC": Instrument("ABC"), "LOT": Instrument("LOT", lot=10)}, seed=1))
        return venue

    return start
