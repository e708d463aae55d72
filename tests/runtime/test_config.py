"""The configuration file: what it says, and one line for each thing that is wrong with it."""

from pathlib import Path

import pytest

from smartexec.errors import ConfigError
from smartexec.kernel.settings import Limits, NettingScope, Timing
from smartexec.runtime.plan.plan import plan_file
from smartexec.runtime.reading.config import Config, load, read
from tests.runtime.world import CONFIG, START, All, First, config, plugins

WHOLE = (
    CONFIG.replace('unlimited = "a test"', "")
    .replace("[risk]", 'max_quote_age = "2s"\nscope = "due"\n[risk]')
    .replace("enabled = false", "")
)
LIMITS = """
max_order_qty = 1000
max_order_notional = "1e6"
collar_bps = 100
max_participation_pct = 20
max_msgs_per_s = 50
[risk.clients.A0]
max_order_notional = 5000
[aggregation]
window = "250ms"
bucket = "1m"
join_open = false
[allocation]
timing = "on_fill"
[accounts.A0]
owner = "Ann"
house = true
"""


def faults(folder: Path, text: str) -> list[str]:
    path = config(folder, text)
    with pytest.raises(ConfigError) as caught:
        plan_file(path, plugins())
    lines = list(caught.value.faults)
    assert all(line.startswith(f"{path}: ") for line in lines)
    return [line.removeprefix(f"{path}: ") for line in lines]


def test_whole_file_becomes_values(tmp_path: Path) -> None:
    found: Config = load(config(tmp_path, WHOLE.replace("[risk]\n", "[risk]\n" + LIMITS)))
    assert (found.run.name, found.run.seed, found.run.start, found.run.end) == ("tiny", 7, START, START + 60 * 10**9)
    abc = found.instruments["ABC"]
    assert (abc.tick, abc.open, abc.close) == (10_000_000, found.run.start, found.run.end)
    settings = found.settings
    assert (settings.aggregation.window, settings.aggregation.bucket) == (250_000_000, 60 * 10**9)
    assert settings.aggregation.join_open is False
    assert (settings.netting.scope, settings.netting.max_quote_age) == (NettingScope.DUE, 2 * 10**9)
    assert settings.allocation.timing is Timing.ON_FILL
    assert settings.risk.firm.max_order_notional == 10**6 * 10**9
    assert settings.risk.clients == {"A0": Limits(max_order_notional=5000 * 10**9)}
    assert (found.accounts["A0"].owner, found.accounts["A0"].house) == ("Ann", True)
    assert settings.seed == 7


def test_plan_builds_plugins_and_checks_their_fields(tmp_path: Path) -> None:
    plan = plan_file(config(tmp_path), plugins())
    assert list(plan.venues) == ["GIVE"]
    assert plan.strategies == {"ALL": All}
    assert plan.routers == {"first": First()}


def test_several_feeds_and_sources(tmp_path: Path) -> None:
    text = CONFIG.replace("[market_data]", "[[market_data]]").replace("[orders]", "[[orders]]")
    text += '\n[[market_data]]\nplugin = "still"\ncount = 3\n[[orders]]\nplugin = "few"\n'
    plan = plan_file(config(tmp_path, text), plugins())
    assert (len(plan.feeds), len(plan.sources)) == (2, 2)


def test_routing_logic_may_be_configured_under_several_names(tmp_path: Path) -> None:
    text = CONFIG + '\n[routing.second]\nplugin = "first"\n[routing.first]\n'
    assert sorted(plan_file(config(tmp_path, text), plugins()).routers) == ["first", "second"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("seed = 7", "seed = 7.5", "run.seed: found 7.5, expected an integer"),
        ("30:00Z", "30:00", "run.start: found 2026-01-05T14:30:00, expected a date and time with an offset"),
        (
            "14:31:00Z",
            "14:29:00Z",
            "run.end: found 2026-01-05T14:29:00.000000000Z, expected a time after run.start, 2026-",
        ),
        ("end = 2026", "until = 2026", "run.until: found an unknown key, expected one of start, end, name, seed"),
        ("[netting]", "[neting]", "neting: found an unknown key, expected one of run, plugins, instruments,"),
        ("enabled = false", 'scope = "some"', "netting.scope: found 'some', expected one of all, due"),
        ("enabled = false", "scop = 1", "netting.scop: found an unknown key, expected one of enabled, scope,"),
        (
            'tick = "0.01"',
            "tick = 0.01",
            "instruments.ABC.tick: found 0.01, expected a decimal in quotes",
        ),
        ('tick = "0.01"', 'tick = "0"', "instruments.ABC.tick: found 0, expected > 0"),
        (
            'plugin = "still"',
            'plugin = "stil"',
            "market_data.plugin: found 'stil', expected a market-data feed",
        ),
        ('plugin = "still"', "", "market_data.plugin: found nothing, expected the name of a plugin"),
        ('mic = "GIVE"', "mic = 5", "venues[0].mic: found 5, expected text"),
        ('delay = "1s"', "lots = 0", "strategies.ALL.lots: found 0, expected > 0"),
        ('delay = "1s"', 'lots = "5"', "strategies.ALL.lots: found '5', expected an integer"),
        ("[strategies.ALL]", "[strategies.AL]", "strategies.AL: found no such strategy, expected one of ALL"),
        ('default = "first"', 'default = "last"', "routing.default: found 'last', expected one of first"),
        (
            'default = "first"',
            'default = "first"\nin_doubt_wait = "0s"',
            "routing.in_doubt_wait: found 0, expected > 0",
        ),
        ('unlimited = "a test"', 'unlimited = ""', "risk.unlimited: found '', expected the reason, as text"),
        (
            'unlimited = "a test"',
            'unlimited = "x"\n[risk.venues.GIV]\ncollar_bps = 5',
            "risk.venues.GIV: found an unknown name, expected one of GIVE",
        ),
        ("[run]", "[run", "found a TOML syntax error"),
    ],
)
def test_one_fault_is_one_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in CONFIG
    found = faults(tmp_path, CONFIG.replace(old, new, 1))
    assert found[0].startswith(expected), found


def test_limits_that_are_missing_are_faults_unless_waived(tmp_path: Path) -> None:
    found = faults(tmp_path, CONFIG.replace('unlimited = "a test"', "collar_bps = 5"))
    names = ["max_order_qty", "max_order_notional", "max_participation_pct", "max_msgs_per_s"]
    assert found == [
        f'risk.{name}: found nothing, expected a limit, or unlimited = "reason" in [risk]' for name in names
    ]


def test_faults_of_file_and_plugins_come_together(tmp_path: Path) -> None:
    text = CONFIG.replace("seed = 7", "seed = true").replace('delay = "1s"', "lots = 0").replace('"GIVE"', "1")
    found = faults(tmp_path, text)
    assert [line.split(":")[0] for line in found] == ["run.seed", "strategies.ALL.lots", "venues[0].mic"]


def test_two_venues_with_one_mic_are_a_fault(tmp_path: Path) -> None:
    found = faults(tmp_path, CONFIG + '\n[[venues]]\nplugin = "giver"\nmic = "GIVE"\n')
    assert found == ["venues[1].mic: found 'GIVE' twice, expected one venue each"]


def test_file_that_is_not_there(tmp_path: Path) -> None:
    config_, found = read(tmp_path / "none.toml")
    assert config_ is None
    assert found == [f"{tmp_path / 'none.toml'}: found No such file or directory, expected a readable TOML file"]


def test_without_an_allow_list_nothing_is_imported(tmp_path: Path) -> None:
    text = CONFIG.replace('allow = ["acme-plugins"]', "")
    with pytest.raises(ConfigError, match=r"plugins.allow: found no distribution, expected at least one"):
        plan_file(config(tmp_path, text))
