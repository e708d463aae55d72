"""What is wrong with the input, and the line that says it: file, row or key, found, expected. Good orders still run."""

import csv
import gzip
import json
import re
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

from smartexec.cli.main import main
from smartexec_schedules.plugin import smartexec_strategies
from smartexec_schedules.twap import Twap
from tests.cli.lobster_world import CONFIG, GOOD, HEADER, messages, order, write

STRATEGIES = ", ".join(sorted(cls.name for cls in smartexec_strategies()))
TWAP = ", ".join(f.alias for f in attrs.fields(Twap))


def call(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(a) for a in arguments])
    assert "Traceback" not in result.output
    return result


def ran(config: Path) -> Path:
    """Run; give the run folder. Bad pieces of input are no reason for another exit code than 0."""
    out = config.parent / "out"
    result = call("run", config, "--out", out)
    assert result.exit_code == 0, result.output
    return out


def table(out: Path, name: str) -> list[dict[str, str]]:
    with (out / "tables" / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def check_good(out: Path) -> None:
    """The good orders were done whole."""
    orders = table(out, "client_orders")
    good = [o for o in orders if o["cl_ord_id"].startswith("good") and o["ord_status"] != "REJECTED"]
    assert [(o["cl_ord_id"], o["ord_status"], o["cum_qty"]) for o in good] == [
        ("good1", "FILLED", "100"),
        ("good2", "FILLED", "60"),
    ]


def test_world_is_good_without_bad_input(tmp_path: Path) -> None:
    config = write(tmp_path)
    assert call("check", config).stdout == f"{config}: no faults\n"
    out = ran(config)
    check_good(out)
    assert (out / "faults.log").read_text() == ""


# -- orders ------------------------------------------------------------------------------------------------------------

ORDERS = [
    ({"side": "HOLD"}, 'row 4, side: found "HOLD", expected BUY or SELL'),
    ({"side": "buy"}, 'row 4, side: found "buy", expected BUY or SELL'),
    ({"ord_type": "STOP"}, 'row 4, ord_type: found "STOP", expected MARKET or LIMIT'),
    ({"order_qty": "-5"}, 'row 4, order_qty: found "-5", expected a positive whole number'),
    ({"order_qty": "0"}, 'row 4, order_qty: found "0", expected a positive whole number'),
    ({"order_qty": "1.5"}, 'row 4, order_qty: found "1.5", expected a positive whole number'),
    ({"order_qty": "many"}, 'row 4, order_qty: found "many", expected a positive whole number'),
    ({"order_qty": ""}, "row 4, order_qty: found nothing, expected a positive whole number"),
    ({"price": "10.005"}, 'row 4, price: found "10.005", expected a multiple of the tick 0.01'),
    ({"price": "-1"}, 'row 4, price: found "-1", expected a positive price'),
    ({"price": "nan"}, 'row 4, price: found "nan", expected a positive price'),
    ({"price": ""}, "row 4, price: found nothing, expected a positive price"),
    ({"ord_type": "MARKET"}, 'row 4, price: found "10.05", expected none for a MARKET order'),
    ({"symbol": "XYZ"}, 'row 4, symbol: found "XYZ", expected ABC'),
    ({"strategy": "VWOP"}, f"row 4: TargetStrategy(847): found 'VWOP', expected one of {STRATEGIES}"),
    ({"slices": "0"}, "row 4: TWAP.slices: found 0, expected >= 1"),
    ({"slices": "few"}, "row 4: TWAP.slices: found 'few', expected an integer"),
    ({"time": "yesterday"}, 'row 4, time: found "yesterday", expected '),
    ({"account": ""}, "row 4, account: found nothing, expected text"),
    (
        {"expire_time": "2026-01-05T14:30:30Z"},
        'row 4, expire_time: found "2026-01-05T14:30:30Z", expected a time after the order\'s start',
    ),
    ({"cl_ord_id": "good1"}, "row 4: ClOrdID(11): found 'good1', expected one not used before"),
    ({"action": "AMEND"}, 'row 4, action: found "AMEND", expected NEW, CANCEL or REPLACE'),
]


@pytest.mark.parametrize(("cells", "line"), ORDERS, ids=[line for _, line in ORDERS])
def test_bad_order_is_rejected_with_its_row(tmp_path: Path, cells: dict[str, str], line: str) -> None:
    out = ran(write(tmp_path, order(**cells)))
    (bad,) = [o for o in table(out, "client_orders") if o["ord_status"] == "REJECTED"]
    assert bad["cl_ord_id"] == cells.get("cl_ord_id", "bad")
    assert bad["text"].startswith(f"orders.csv {line}")
    assert "time" in cells or bad["text"] == f"orders.csv {line}"
    assert len(table(out, "client_orders")) == 3
    check_good(out)


def test_row_of_bytes_that_are_no_text_and_row_with_too_few_cells(tmp_path: Path) -> None:
    config = write(tmp_path)
    with (tmp_path / "orders.csv").open("ab") as stream:
        stream.write(order().encode().replace(b"A1", b"\xff\xfe") + b"\n" + b"2026-01-05T14:31:00Z,OMS\n")
    out = ran(config)
    texts = [o["text"] for o in table(out, "client_orders") if o["ord_status"] == "REJECTED"]
    assert texts == [
        "orders.csv row 4: found bytes that are no UTF-8, expected UTF-8 text",
        "orders.csv row 5: found 2 cells, expected 14",
    ]
    check_good(out)


def test_column_no_strategy_knows_rejects_every_order_by_name(tmp_path: Path) -> None:
    out = ran(write(tmp_path, order().replace(",,,", ",,,5"), header=HEADER.replace("slices", "slics")))
    texts = {o["cl_ord_id"]: o["text"] for o in table(out, "client_orders")}
    assert texts["bad"] == f"orders.csv row 4: TWAP.slics: found an unknown key, expected one of {TWAP}"
    assert texts["good1"] == ""


def test_cancel_and_replace_of_an_unknown_order_are_refused_and_said(tmp_path: Path) -> None:
    cancel = order(cl_ord_id="c1", action="CANCEL", orig_cl_ord_id="nobody")
    replace = order(cl_ord_id="r1", action="REPLACE", orig_cl_ord_id="nobody")
    nameless = order(cl_ord_id="c2", action="CANCEL")
    out = ran(write(tmp_path, cancel, replace, nameless))
    assert [a["what"] for a in table(out, "alerts") if "refused" in a["what"]] == [
        "CancelRequest refused: orders.csv row 4: OrigClOrdID(41) nobody: unknown order",
        "ReplaceRequest refused: orders.csv row 5: OrigClOrdID(41) nobody: unknown order",
    ]
    line = "orders.csv row 6, orig_cl_ord_id: found nothing, expected the cl_ord_id of an earlier order\n"
    assert (out / "faults.log").read_text() == line
    check_good(out)


def test_order_file_with_no_orders_runs_and_does_nothing(tmp_path: Path) -> None:
    config = write(tmp_path)
    (tmp_path / "orders.csv").write_text(HEADER + "\n")
    assert table(ran(config), "client_orders") == []


# -- the same, said before anything is run --------------------------------------------------------------------------


@pytest.mark.parametrize(("cells", "line"), ORDERS, ids=[line for _, line in ORDERS])
def test_check_says_which_row_will_be_refused(tmp_path: Path, cells: dict[str, str], line: str) -> None:
    config = write(tmp_path, order(**cells))
    result = call("check", config)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{config}: OMS {cells.get('cl_ord_id', 'bad')}: orders.csv {line}")
    assert len(result.stderr.splitlines()) == 1


def test_check_says_fifty_and_how_many_more_and_a_column_once(tmp_path: Path) -> None:
    rows = [order(cl_ord_id=f"bad{n}").replace(",,,", ",,,5") for n in range(60)]
    config = write(tmp_path, *rows, header=HEADER.replace("slices", "slics"))
    lines = call("check", config).stderr.splitlines()
    assert lines[0] == (f"{config}: orders.csv: slics: found a column no strategy knows in 61 orders, expected {TWAP}")
    assert len(lines) == 51
    assert lines[-1] == "and 12 more"
    assert len(json.loads(call("check", config, "--json").stdout)["faults"]) == 62


def test_check_says_that_a_strategy_is_installed_and_not_allowed(tmp_path: Path) -> None:
    config = write(
        tmp_path, config=CONFIG.replace('"smartexec-schedules", ', "").replace("[strategies.TWAP]\nslices = 2", "")
    )
    lines = call("check", config).stderr.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert line.endswith("; TWAP is installed, in smartexec-schedules, which is not in plugins.allow")


def test_check_says_requests_that_will_be_refused(tmp_path: Path) -> None:
    chain = [
        order(cl_ord_id="r1", action="REPLACE", orig_cl_ord_id="good1", price="10.06"),
        order(cl_ord_id="c1", action="CANCEL", orig_cl_ord_id="r1"),
        order(cl_ord_id="c2", action="CANCEL", orig_cl_ord_id="nobody"),
        order(cl_ord_id="c3", action="CANCEL"),
    ]
    config = write(tmp_path, *chain)
    assert call("check", config).stderr.splitlines() == [
        f"{config}: OMS c2: orders.csv row 6: OrigClOrdID(41) nobody: unknown order",
        f"{config}: orders.csv row 7, orig_cl_ord_id: found nothing, expected the cl_ord_id of an earlier order",
    ]


def test_check_live_asks_for_no_market_data_but_says_all_other_faults(tmp_path: Path) -> None:
    text = re.sub(r"\[market_data\]\n(?:[^\[\n].*\n)*", "", CONFIG)
    config = write(tmp_path, order(cl_ord_id="odd", strategy="SOON"), config=text)
    (line,) = call("check", config).stderr.splitlines()
    assert line == f"{config}: market_data: found no such section, expected [market_data] or [[market_data]]"
    (line,) = call("check", "--live", config).stderr.splitlines()
    assert "orders.csv row 4: TargetStrategy(847): found 'SOON'" in line


# -- files that cannot be used, and configuration: nothing is run -----------------------------------------------------

FILES = [
    (
        "orders.csv",
        None,
        "orders.path: found {folder}/orders.csv (No such file or directory), expected a readable file",
    ),
    ("orders.csv", b"", "orders.csv row 1: found nothing, expected column names"),
    ("orders.csv", b"\xff\xfe\x00time", "orders.csv row 1: found bytes that are no UTF-8, expected column names"),
    (
        "orders.csv",
        HEADER.replace("side", "sides").encode(),
        f"orders.csv: found {', '.join(HEADER.replace('side', 'sides').split(','))}, expected also side",
    ),
    (
        "messages.csv",
        None,
        "market_data.message_path: found {folder}/messages.csv (No such file or directory), expected a readable file, "
        "plain, .gz or .zip",
    ),
]
CONFIGS = [
    ("[neting]\n", "neting: found an unknown key, expected one of "),
    ("[risk.venues.XLON]\nmax_order_qty = 5\n", "risk.venues.XLON: found an unknown name, expected one of XNAS"),
    ("[strategies.VWOP]\n", f"strategies.VWOP: found no such strategy, expected one of {STRATEGIES}"),
    ("[accounts.A1]\nhaus = true\n", "accounts.A1.haus: found an unknown key, expected one of owner, house, no_cross"),
]
REPLACED = [
    ('mic = "XNAS"\n\n[str', "mic = 5\n\n[str", "venues[0].mic: found 5, expected text"),
    ("slices = 2", "slices = 0", "strategies.TWAP.slices: found 0, expected >= 1"),
    (
        "slices = 2",
        "slice = 2",
        f"strategies.TWAP.slice: found an unknown key, expected one of {TWAP}",
    ),
    ('plugin = "sim-lit"', 'plugin = "sim-lot"', "venues[0].plugin: found 'sim-lot', expected a venue: one of "),
    ('tick = "0.01"', 'tick = "0"', "instruments.ABC.tick: "),
    (
        "end = 2026-01-05T14:40:00Z",
        "end = 2026-01-05T14:20:00Z",
        "run.end: found 2026-01-05T14:20:00.000000000Z, expected a time after run.start, 2026-",
    ),
    ('unlimited = "a test"', "", 'risk.max_order_qty: found nothing, expected a limit, or unlimited = "reason" in'),
    ('default = "parallel"', 'default = "paralel"', "routing.default: found 'paralel', expected one of "),
    ('default = "parallel"', "overbook = { paralel = 5 }", "routing.overbook: found 'paralel', expected one of "),
    ('default = "parallel"', "overbook = { parallel = 500 }", "routing.overbook: found {'parallel': 500}, expected v"),
    ("[run]", "[run", "found a TOML syntax error"),
    ('"smartexec-sim"', '"smartexec-sym"', "found no installed plugin smartexec-sym, expected one of "),
]


@pytest.mark.parametrize(("name", "content", "line"), FILES, ids=[line[:50] for *_, line in FILES])
def test_file_that_cannot_be_used_is_one_line_before_anything_is_made(
    tmp_path: Path, name: str, content: bytes | None, line: str
) -> None:
    config = write(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    for arguments in (["check", config], ["run", config, "--out", tmp_path / "out"]):
        result = call(*arguments)
        assert result.stderr == f"{config}: {line.format(folder=tmp_path)}\n"
        assert result.exit_code == 2
    assert not (tmp_path / "out").exists()


def check_fault(config: Path, line: str) -> None:
    for arguments in (["check", config], ["run", config, "--out", config.parent / "out"]):
        result = call(*arguments)
        assert result.exit_code == 2
        assert line in result.stderr
        assert all(one.startswith(str(config)) for one in result.stderr.splitlines())
    assert not (config.parent / "out").exists()


@pytest.mark.parametrize(("more", "line"), CONFIGS, ids=[line[:50] for _, line in CONFIGS])
def test_config_with_something_unknown(tmp_path: Path, more: str, line: str) -> None:
    check_fault(write(tmp_path, config=CONFIG + more), f": {line}")


@pytest.mark.parametrize(("old", "new", "line"), REPLACED, ids=[line[:50] for *_, line in REPLACED])
def test_config_with_something_wrong(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert CONFIG.count(old) == 1
    check_fault(write(tmp_path, config=CONFIG.replace(old, new)), f": {line}")


def test_faults_of_all_stages_are_said_at_once(tmp_path: Path) -> None:
    text = CONFIG.replace('mic = "XNAS"\n\n[str', 'mic = "XNAS"\nlatency_in = 5\nnonsense = 1\n\n[str')
    text = text.replace("slices = 2", "slices = 0\ncross_after = true").replace(
        'unlimited = "a test"', 'unlimited = "a test"\nmax_order_qty = -5\ncollar_bps = "x"'
    )
    config = write(tmp_path, config=text + "[neting]\n")
    (tmp_path / "orders.csv").unlink()
    for arguments in (["check", config], ["run", config, "--out", tmp_path / "out"]):
        lines = [line.removeprefix(f"{config}: ") for line in call(*arguments).stderr.splitlines()]
        for begin in (
            "neting: found an unknown key",
            "risk.collar_bps: found 'x', expected an integer",
            "risk.max_order_qty: found -5, expected > 0",
            "strategies.TWAP.cross_after: found True, expected an integer",
            "strategies.TWAP.slices: found 0, expected >= 1",
            "venues[0].latency_in: found 5, expected a duration in quotes",
            "venues[0].nonsense: found an unknown key",
            "orders.path: found ",
        ):
            assert any(line.startswith(begin) for line in lines), (begin, lines)
        assert len(lines) == 8


# -- market data -------------------------------------------------------------------------------------------------------

MARKET = [
    ("34250.5,9,1,10,99900,1", "row 7: found type 9, expected one of 1, 2, 3, 4, 5, 6, 7"),
    ("34250.5,4,1,10,99900", "row 7: found 5 columns, expected 6"),
    ("34250.5,4,1,ten,99900,1", 'row 7: found "ten", expected a whole number'),
    ("noon,4,1,10,99900,1", 'row 7: found "noon", expected seconds after midnight'),
    ("34250.5,4,1,-10,99900,1", "row 7: found size -10 at price 99900, expected both positive"),
    ("34205.5,4,1,10,99900,1", "row 7: found time 34205.5, expected not before the last row's, 34220.5"),
    ("39250.5,4,1,10,99900,1", "row 7: found time 39250.5, expected not after the next row's, 34240.5"),
]


@pytest.mark.parametrize(("row", "line"), MARKET, ids=[line for _, line in MARKET])
def test_bad_row_of_a_lobster_file_is_left_out_and_said(tmp_path: Path, row: str, line: str) -> None:
    rows = messages()
    out = ran(write(tmp_path, market=[*rows[:6], row, *rows[6:]]))
    assert (out / "faults.log").read_text() == f"messages.csv {line}\n"
    check_good(out)


def test_lobster_file_that_breaks_off_is_said(tmp_path: Path) -> None:
    config = write(tmp_path, config=CONFIG.replace("messages.csv", "messages.csv.gz"))
    data = gzip.compress("\n".join(messages()).encode())
    (tmp_path / "messages.csv.gz").write_bytes(data[:-20])
    lines = (ran(config) / "faults.log").read_text().splitlines()
    assert len(lines) == 1
    assert "found a broken file (Compressed file ended before the end-of-stream marker was reached)" in lines[0]


def test_lobster_rows_where_lean_rows_are_expected_are_all_said(tmp_path: Path) -> None:
    lean = CONFIG.replace('"lobster"\nmessage_path = "messages.csv"', '"lean-ticks"\ntrade_path = "messages.csv"')
    lean = lean.replace('mic = "XNAS"\ndate', "date")
    out = ran(write(tmp_path, config=lean))
    lines = (out / "faults.log").read_text().splitlines()
    assert len(lines) == len(messages())
    assert lines[0].startswith("messages.csv row 1: found ")
    assert {o["ord_status"] for o in table(out, "client_orders")} == {"EXPIRED"}


def test_lean_rows_where_lobster_rows_are_expected_are_all_said(tmp_path: Path) -> None:
    out = ran(write(tmp_path, market=lean_quotes()))
    lines = (out / "faults.log").read_text().splitlines()
    assert lines[0] == "messages.csv row 1: found 8 columns, expected 6"
    assert lines[-1] == "messages.csv: and 20 more"
    assert len(lines) == 101


def lean(folder: Path, quotes: list[str]) -> Path:
    """Write a world whose market is a LEAN quote file."""
    text = CONFIG.replace('"lobster"\nmessage_path = "messages.csv"', '"lean-ticks"\nquote_path = "messages.csv"')
    return write(folder, config=text.replace('mic = "XNAS"\ndate', "date"), market=quotes)


def lean_quotes(count: int = 120, gap: range = range(0)) -> list[str]:
    return [
        f"{34_200_000 + 5_000 * n},{99_900 - n % 3 * 100},500,{100_100 + n % 2 * 100},500,Q,0,0"
        for n in range(count)
        if n not in gap
    ]


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("34210000,100300,500,100100,500,Q,0,0", "row 3: found best bid 10.03 over best ask 10.01, expected a market"),
        ("34210000,99900,500,100100", "row 3: found 4 columns, expected 8"),
        ("34201000,99900,500,100100,500,Q,0,0", "row 3: found time 34201000, expected not before the last row's, 3420"),
        ("34210000,99900,500,100100,500,?,0,0", 'row 3: found exchange "?", expected one of '),
        ("34210000,99900,0,100100,500,Q,0,0", "row 3: found bid 99900 x 0, ask 100100 x 500, expected a size with"),
    ],
)
def test_bad_row_of_a_lean_file_is_left_out_and_said(tmp_path: Path, row: str, line: str) -> None:
    rows = lean_quotes()
    out = ran(lean(tmp_path, [*rows[:2], row, *rows[2:]]))
    (found,) = (out / "faults.log").read_text().splitlines()
    assert found.startswith(f"messages.csv {line}")
    check_good(out)


# -- a market that is silent or stopped --------------------------------------------------------------------------------


def sent(out: Path) -> list[str]:
    return sorted(c["sent"][11:19] for c in table(out, "child_orders"))


def test_strategy_waits_while_quotes_stop_for_an_hour_and_goes_on_after_it(tmp_path: Path) -> None:
    late = order(cl_ord_id="late", expire_time="2026-01-05T16:31:00Z", slices="12", order_qty="1200")
    quotes = lean_quotes(1500, gap=range(120, 840))
    config = lean(tmp_path, quotes)
    config.write_text(config.read_text().replace("end = 2026-01-05T14:40:00Z", "end = 2026-01-05T16:35:00Z"))
    (tmp_path / "orders.csv").write_text("\n".join([HEADER, late]) + "\n")
    out = ran(config)
    (client,) = table(out, "client_orders")
    assert (client["ord_status"], client["cum_qty"]) == ("FILLED", "1200")
    assert [time for time in sent(out) if time >= "15:40"]
    assert not [time for time in sent(out) if "14:42" <= time < "15:40"]  # a minute is how old a quote may be
    assert any("waits for a market" in d["note"] for d in table(out, "decisions"))
    assert table(out, "alerts") == []


def test_halt_is_waited_out_and_the_orders_are_done_after_it(tmp_path: Path) -> None:
    halted, resumed = "34270.0,7,0,0,-1,-1", "34385.0,7,0,0,1,-1"
    rows = sorted([*messages(), halted, resumed], key=lambda row: float(row.split(",")[0]))
    out = ran(write(tmp_path, market=rows))
    check_good(out)
    assert not [time for time in sent(out) if "14:31:10" <= time < "14:33:05"]
    assert [time for time in sent(out) if time >= "14:33:05"]
    notes = [d["note"] for d in table(out, "decisions")]
    assert any("waits for a market" in note for note in notes)
    assert len(GOOD) == 2
