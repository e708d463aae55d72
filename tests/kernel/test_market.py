"""The market of an instrument: given quotes, trades and phases, expect the best of them and the view of a parent."""

from smartexec.kernel.market import Market
from smartexec.model.enums import Phase
from smartexec.model.events import VenueStatus
from smartexec.model.instrument import Instrument
from smartexec.model.market import Quote
from tests.kernel.desk import ATS, LIT, SECOND, XYZ, Desk, alerts, buy, idle, nanos, phase, print_, quote

Best = tuple[float | None, int, float | None, int]


def best(*quotes: Quote) -> Best:
    market = Market(Instrument(XYZ))
    for q in quotes:
        market.on_quote(q, 0)
    return shown(market)


def shown(market: Market) -> Best:
    touch = market.best()
    bid = None if touch.bid is None else touch.bid / 10**7
    ask = None if touch.ask is None else touch.ask / 10**7
    return bid, touch.bid_qty, ask, touch.ask_qty


def test_best_of_nothing() -> None:
    assert best() == (None, 0, None, 0)


def test_best_is_over_all_venues() -> None:
    assert best(quote(999, 1002, LIT), quote(998, 1001, ATS)) == (999, 100, 1001, 100)


def test_best_adds_up_what_venues_show_at_the_same_price() -> None:
    assert best(quote(999, 1001, LIT, qty=100), quote(999, 1002, ATS, qty=50)) == (999, 150, 1001, 100)


def test_best_takes_each_venue_s_last_quote() -> None:
    assert best(quote(999, 1001, LIT), quote(990, 1010, LIT)) == (990, 100, 1010, 100)


def test_best_leaves_out_a_side_that_is_not_quoted() -> None:
    assert best(quote(None, 1001, LIT), quote(998, None, ATS)) == (998, 100, 1001, 100)


def test_best_leaves_out_a_quote_of_no_quantity() -> None:
    assert best(quote(999, 1001, LIT, qty=0), quote(998, 1002, ATS)) == (998, 100, 1002, 100)


def test_tape_is_the_best_where_there_is_one() -> None:
    assert best(quote(999, 1001), quote(1000, 1000.5, LIT)) == (999, 100, 1001, 100)


def test_venue_that_is_down_does_not_count() -> None:
    desk = Desk(idle, market=False)
    desk.tell(phase(), quote(999, 1001, LIT), quote(998, 1002, ATS))
    assert shown(desk.engine.markets[XYZ]) == (999, 100, 1001, 100)
    desk.tell(VenueStatus(LIT, up=False))
    assert shown(desk.engine.markets[XYZ]) == (998, 100, 1002, 100)
    desk.tell(VenueStatus(LIT, up=True))
    assert shown(desk.engine.markets[XYZ]) == (999, 100, 1001, 100)


def test_venue_is_said_to_be_down_once() -> None:
    desk = Desk(idle)
    assert desk.tell(VenueStatus(LIT, up=False)) == [alerts("warning", "venue is down")]
    assert desk.tell(VenueStatus(LIT, up=False)) == []


def test_quote_of_an_unknown_instrument_is_ignored() -> None:
    assert Desk(idle).tell(Quote("ABC", "", 1, 1, 2, 1)) == []


def test_phase_everywhere_holds_at_every_venue() -> None:
    market = Market(Instrument(XYZ))
    market.on_phase(phase(Phase.CONTINUOUS, LIT), 0)
    market.on_phase(phase(Phase.HALTED), 0)
    assert (market.phase, market.phase_at(LIT), market.phase_at(ATS)) == (Phase.HALTED,) * 3


def test_phase_of_one_venue_is_its_own() -> None:
    market = Market(Instrument(XYZ))
    market.on_phase(phase(), 0)
    market.on_phase(phase(Phase.AUCTION, LIT), 0)
    assert (market.phase, market.phase_at(LIT), market.phase_at(ATS)) == (
        Phase.CONTINUOUS,
        Phase.AUCTION,
        Phase.CONTINUOUS,
    )


def test_phase_is_continuous_where_one_venue_trades() -> None:
    market = Market(Instrument(XYZ))
    market.on_phase(phase(Phase.HALTED, LIT), 0)
    market.on_phase(phase(Phase.CONTINUOUS, ATS), 0)
    phases = [market.phase]
    market.on_venue(ATS, False, 0)
    assert [*phases, market.phase] == [Phase.CONTINUOUS, Phase.HALTED]


def test_marks_are_of_the_venues_that_trade() -> None:
    """What an order's costs are measured from is made anew when a halt or an outage changes the best price."""
    market = Market(Instrument(XYZ))
    market.on_quote(Quote(XYZ, LIT, 1000, 1, 1002, 1), 0)
    market.on_quote(Quote(XYZ, ATS, 996, 1, 1006, 1), 0)
    prices = [market.mark().bid]
    market.on_phase(phase(Phase.HALTED, LIT), 1)
    prices.append(market.mark().bid)
    market.on_phase(phase(Phase.CONTINUOUS, LIT), 2)
    prices.append(market.mark().bid)
    market.on_venue(LIT, False, 3)
    assert [*prices, market.mark().bid] == [1000, 996, 1000, 996]


def test_view_counts_volume_and_average_since_the_parent_started() -> None:
    """1,000 before, then 300 at 1000 and 100 at 1002: 400 at 1000.5."""
    desk = Desk(idle)
    desk.tell(print_(1000, 900))
    desk.tell(buy("A", 100, 990))
    desk.tell(print_(300, 1000), print_(100, 1002))
    desk.tell(buy("B", 100, 990))
    before, after = desk.views[0].market, desk.views[1].market
    assert (before.volume, before.vwap, before.last) == (0, None, nanos(900))
    assert (after.volume, after.vwap, after.last) == (400, nanos(1000.5), nanos(1002))


def test_view_says_how_old_the_quote_is() -> None:
    desk = Desk(idle)
    desk.wait(3)
    desk.tell(buy("A", 100, 990))
    view = desk.views[0].market
    assert (view.age, view.bid, view.ask, view.phase) == (3 * SECOND, nanos(999), nanos(1001), Phase.CONTINUOUS)


def test_reference_is_the_midpoint_else_the_last_trade() -> None:
    market = Market(Instrument(XYZ))
    assert market.reference() is None
    market.on_trade(print_(10, 1003), 0)
    assert market.reference() == nanos(1003)
    market.on_quote(quote(1000, 1001), 0)
    assert market.reference() == nanos(1000.5)
    market.on_quote(quote(1001, 1001), 0)
    assert market.reference() == nanos(1003)


def test_shown_is_what_a_venue_has_at_the_best_price() -> None:
    market = Market(Instrument(XYZ))
    for q in (quote(999, 1001, LIT, qty=70), quote(998, 1001, ATS, qty=30)):
        market.on_quote(q, 0)
    assert [market.shown(mic, buy=True) for mic in (LIT, ATS, "NONE")] == [70, 30, None]
    assert [market.shown(mic, buy=False) for mic in (LIT, ATS)] == [70, 0]
