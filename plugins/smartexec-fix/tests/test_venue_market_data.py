"""Market data of a venue: subscriptions, books of both kinds, trades, phases, and what cannot be followed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from venue_desk import adapter, desk, got, says
from venue_peer import MIC

from smartexec.api import PX_SCALE, ConfigError, Phase, PhaseChange, Quote, Side, Trade, VenueStatus
from smartexec.testing import Bench
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.venues.market_data import MarketData

ALL = MarketData(quotes=True, trades=True, symbols=("TEST",), depth=5)
Field = tuple[int, str | bytes | int]


def px(value: float) -> int:
    return round(value * PX_SCALE)


def quote(bid: float | None, bid_qty: int, ask: float | None, ask_qty: int) -> Quote:
    return Quote("TEST", MIC, None if bid is None else px(bid), bid_qty, None if ask is None else px(ask), ask_qty)


def entry(kind: str, price: str, qty: str, *more: Field) -> list[Field]:
    """An entry of a snapshot: kind 0 = bid, 1 = offer, 2 = trade."""
    return [(269, kind), (270, price), (271, qty), *more]


def change(action: str, kind: str, price: str = "", qty: str = "", **more: str) -> list[Field]:
    """A change: action 0 = new, 1 = change, 2 = delete."""
    named = [(int(tag[1:]), value) for tag, value in more.items()]
    return [one for one in [(279, action), (269, kind), *named, (270, price), (271, qty)] if one[1]]


def snapshot(bench: Bench, *entries: list[Field]) -> list[Any]:
    body = [one for each in entries for one in each]
    return says(bench, "W", (262, ref(bench)), (55, "TEST"), (268, len(entries)), *body)


def update(bench: Bench, *changes: list[Field]) -> list[Any]:
    body = [one for each in changes for one in each]
    return says(bench, "X", (262, ref(bench)), (268, len(changes)), *body)


def ref(bench: Bench) -> str:
    """MDReqID(262) of the last subscription."""
    return got(bench, "V")[-1].text(262)


def test_what_is_configured_is_subscribed_to_after_each_logon() -> None:
    bench = desk(market_data=MarketData(quotes=True, symbols=("TEST",), depth=3, phases=True, incremental=False))
    (asked,) = got(bench, "V")
    assert [asked.text(tag) for tag in (263, 264, 265, 267, 146, 55)] == ["1", "3", "0", "2", "1", "TEST"]
    assert [one[269] for one in asked.group(267, 269)] == [b"0", b"1"]
    assert [one.text(55) for one in got(bench, "e")] == ["TEST"]
    assert [one.text(263) for one in got(bench, "g")] == ["1"]
    bench.disconnect()
    bench.connect()
    assert len(got(bench, "V")) == 2
    assert got(bench, "V")[0].text(262) != got(bench, "V")[1].text(262)
    assert got(desk(), "V") == []
    assert len(got(desk(market_data=MarketData(trades=True)), "V")) == 2  # all instruments


def test_an_unknown_symbol_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"market_data.symbols: found 'NONE'"):
        adapter(market_data=MarketData(symbols=("NONE",)))


def test_a_book_by_price_is_followed() -> None:
    bench = desk(market_data=ALL)
    assert snapshot(bench, entry("0", "10", "5"), entry("0", "9.99", "7"), entry("1", "10.01", "3")) == [
        quote(10, 5, 10.01, 3)
    ]
    assert update(bench, change("0", "0", "9.98", "9")) == []  # below the touch
    assert update(bench, change("1", "0", "10", "4"), change("0", "1", "10.005", "1")) == [quote(10, 4, 10.005, 1)]
    assert update(bench, change("2", "0", "10")) == [quote(9.99, 7, 10.005, 1)]
    assert update(bench, change("2", "1", "10.005"), change("2", "1", "10.01")) == [quote(9.99, 7, None, 0)]


def test_a_book_by_entry_sums_what_is_at_a_price() -> None:
    bench = desk(market_data=ALL)
    told = snapshot(bench, entry("0", "10", "5", (278, "a")), entry("0", "10", "2", (278, "b")))
    assert told == [quote(10, 7, None, 0)]
    assert update(bench, change("1", "0", "", "4", t278="a")) == [quote(10, 6, None, 0)]
    assert update(bench, change("0", "0", "10.5", "1", t278="c")) == [quote(10.5, 1, None, 0)]
    assert update(bench, change("2", "0", t278="c")) == [quote(10, 6, None, 0)]
    assert update(bench, [(279, "2"), (278, "a")]) == [quote(10, 2, None, 0)]


def test_trades_are_told_but_not_those_of_before_the_subscription() -> None:
    bench = desk(market_data=ALL)
    assert snapshot(bench, entry("2", "9", "100")) == []
    told = update(bench, change("0", "2", "10", "5", t2446="1"), change("0", "2", "10.5", "6"))
    assert told == [Trade("TEST", MIC, px(10), 5, Side.BUY), Trade("TEST", MIC, px(10.5), 6)]
    assert update(bench, change("2", "2", "10", "5")) == []
    assert snapshot(bench, entry("2", "11", "7")) == [Trade("TEST", MIC, px(11), 7)]
    bench.disconnect()
    bench.connect()
    assert snapshot(bench, entry("2", "11", "7")) == []


def test_a_lost_session_takes_its_quotes_back() -> None:
    bench = desk(market_data=ALL)
    snapshot(bench, entry("0", "10", "5"))
    before = len(bench.said)
    bench.disconnect()
    assert bench.said[before:-1] == [quote(None, 0, None, 0)]
    assert isinstance(bench.said[-1], VenueStatus)


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        (change("0", "0", "ten", "5"), "expected a decimal"),
        (change("0", "0", "10", "0.5"), "expected at most 0 decimals"),
        (change("5", "0", "10", "5"), "MDUpdateAction(279): found '5'"),
        (change("0", "2", "", "5"), "without MDEntryPx(270)"),
    ],
)
def test_a_book_that_cannot_be_followed_is_asked_for_anew(wrong: list[Field], found: str) -> None:
    faults: list[str] = []
    bench = desk(market_data=ALL, dialect=Dialect(), faults=faults, fields_have_values=False)
    snapshot(bench, entry("0", "10", "5"))
    first = ref(bench)
    bench.adapter._inbox._takers[b"X"](_message(bench, wrong), bench.now)  # type: ignore[attr-defined]
    told = list(bench.adapter._said(bench.adapter._inbox.take(_message(bench, wrong), bench.now), bench.now))  # type: ignore[attr-defined]
    for one in told:
        bench._read(one)
    assert found in faults[-1]
    assert ref(bench) != first
    assert snapshot(bench, entry("0", "11", "1")) == [quote(11, 1, None, 0)]


def _message(bench: Bench, entries: list[Field]) -> Any:
    """A change as a session hands it over, whatever a dictionary says of it."""
    from smartexec_fix.wire.message import Message

    body = [(262, ref(bench).encode()), (268, b"1"), *((tag, str(value).encode()) for tag, value in entries)]
    return Message(b"FIX.4.4", b"X", body)


def test_a_refused_subscription_is_said() -> None:
    faults: list[str] = []
    bench = desk(market_data=ALL, faults=faults)
    assert says(bench, "Y", (262, ref(bench)), (281, "0"), (58, "no such symbol")) == []
    assert "MDReqRejReason(281) 0: no such symbol" in faults[0]


@given(
    st.lists(
        st.tuples(st.sampled_from("012"), st.sampled_from("01"), st.integers(1, 9), st.integers(0, 3)), max_size=30
    )
)
def test_the_touch_is_that_of_a_book_kept_by_hand(changes: list[tuple[str, str, int, int]]) -> None:
    bench = desk(market_data=ALL)
    snapshot(bench, entry("0", "100", "1"))
    books: dict[str, dict[int, int]] = {"0": {100: 1}, "1": {}}
    for action, kind, price, qty in changes:
        update(bench, change(action, kind, str(price), str(qty)))
        if action == "2" or not qty:
            books[kind].pop(price, None)
        else:
            books[kind][price] = qty
    bid, ask = max(books["0"], default=None), min(books["1"], default=None)
    expected = quote(bid, books["0"].get(bid or 0, 0), ask, books["1"].get(ask or 0, 0))
    assert bench.of(Quote)[-1] == expected


# -- phases ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "phase"),
    [
        ([(326, "2")], Phase.HALTED),
        ([(326, "3")], Phase.CONTINUOUS),
        ([(326, "18")], Phase.CLOSED),
        ([(336, "1"), (625, "4"), (326, "17")], Phase.AUCTION),
        ([(336, "1"), (625, "3"), (326, "2")], Phase.HALTED),  # a halt outranks the session it happens in
    ],
)
def test_a_security_status_is_a_phase(fields: list[Field], phase: Phase) -> None:
    bench = desk("FIX.5.0SP2")
    assert says(bench, "f", (55, "TEST"), *fields) == [PhaseChange("TEST", MIC, phase)]


def test_a_status_that_says_no_phase_is_none() -> None:
    bench = desk()
    assert says(bench, "f", (55, "TEST"), (326, "5")) == []
    assert says(bench, "f", (55, "OTHER"), (326, "2")) == []


def test_a_venue_that_tells_no_phase_has_the_one_it_is_given_from_each_logon_on() -> None:
    bench = desk(dialect=Dialect(phase=Phase.CONTINUOUS))
    given = [PhaseChange(symbol, MIC, Phase.CONTINUOUS) for symbol in ("TEST", "COIN")]
    assert [one for one in bench.said if isinstance(one, PhaseChange)] == given
    bench.disconnect()
    bench.connect()
    assert [one for one in bench.said if isinstance(one, PhaseChange)] == 2 * given
    assert not any(isinstance(one, PhaseChange) for one in desk().said)


def test_a_trading_session_is_that_of_all_instruments() -> None:
    bench = desk()
    told = says(bench, "h", (336, "DAY"), (340, "3"))
    assert told == [PhaseChange(symbol, MIC, Phase.CLOSED) for symbol in ("TEST", "COIN")]
    own = desk(dialect=Dialect(phases={"336=PRE": "auction"}), market_data=MarketData(symbols=("TEST",)))
    assert says(own, "h", (336, "PRE"), (340, "2")) == [PhaseChange("TEST", MIC, Phase.AUCTION)]
