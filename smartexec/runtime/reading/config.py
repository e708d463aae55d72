"""The configuration file as values: TOML read strictly, every fault collected. Knows no plugin and builds none.

A fault is one line: `config.toml: netting.scope: found 'some', expected one of all, due`. The plugins' own fields stay
raw here (`Section.fields`); `plan` structures them.
"""

import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from attrs import field, fields, frozen
from attrs.validators import gt, min_len

from smartexec.errors import ConfigError
from smartexec.kernel.settings import Aggregation, Allocation, Limits, Netting, Risk, Routing, Scoring, Settings
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.instrument import Instrument
from smartexec.runtime.reading.schema import build, unknown_key
from smartexec.runtime.reading.units import iso

T = TypeVar("T")
Table = Mapping[str, Any]

UNITS: Final = {
    "window": "ns",
    "bucket": "ns",
    "max_quote_age": "ns",
    "in_doubt_wait": "ns",
    "half_life": "ns",
    "max_order_notional": "money",
    "tick": "money",
    "open": "time",
    "close": "time",
    "start": "time",
    "end": "time",
}
"""Of the kernel's own settings, which know only integers."""
SCOPES: Final = ("clients", "strategies", "venues", "instruments")
SECTIONS: Final = (
    *("run", "plugins", "instruments", "market_data", "orders", "venues", "accounts", "strategies"),
    *(
        "routing",
        "aggregation",
        "netting",
        "allocation",
        "risk",
        "scorecard",
        "statistics",
        "journal",
        "sinks",
        "serve",
    ),
)


@frozen
class Section:
    """A plugin by name, with its raw fields."""

    plugin: str
    fields: Table
    where: str


@frozen
class RunPart:
    """`[run]`: times in ns UTC."""

    start: int
    """Beginning of the session: instruments open then where they do not say. It keeps no order back."""
    end: int
    """End of the session: instruments close then where they do not say, what is open expires, later client
    orders are rejected."""
    name: str = field(default="run", validator=min_len(1))
    """What the run is called; the file's name where it is not given."""
    seed: int = 0
    """Of all that is drawn at random: the same seed gives the same run."""


@frozen
class Account:
    """`[accounts.NAME]`: what an order of the account takes where it does not say."""

    owner: str = ""
    """Beneficial owner: accounts of one owner never trade with each other; the account itself where empty."""
    house: bool = False
    """Own account: shares only what clients leave."""
    no_cross: bool = False
    """Does not consent to internal crosses."""


@frozen
class PluginsPart:
    """`[plugins]`: the distributions that may be imported."""

    allow: tuple[str, ...] = ()
    """Their names, as pip spells them."""


@frozen
class StatisticsPart:
    """`[statistics]`: what was fitted from history, read against the file's folder."""

    volume: str = ""
    """File of `smartexec fit volume`: volume curves, volatility, spread, average daily volume."""
    venues: str = ""
    """File of `smartexec fit venues`: what the scorecard begins with."""


@frozen
class ServePart:
    """`[serve]`: of live sessions only."""

    plugin_budget: int = field(default=NANOS_PER_SECOND, validator=gt(0), metadata={"unit": "ns"})
    """A strategy or routing logic that takes longer for an answer is quarantined."""


@frozen(kw_only=True)
class Config:
    """All of the file."""

    path: Path
    base: Path
    """Relative paths in plugin fields are read against this folder."""
    text: str
    run: RunPart
    allow: tuple[str, ...]
    instruments: Mapping[str, Instrument]
    market_data: tuple[Section, ...]
    orders: tuple[Section, ...]
    venues: tuple[Section, ...]
    accounts: Mapping[str, Account]
    strategies: Mapping[str, Table]
    routers: Mapping[str, Section]
    settings: Settings
    journal: Section
    sinks: tuple[Section, ...]
    statistics: StatisticsPart = field(factory=StatisticsPart)
    serve: ServePart = field(factory=ServePart)


def load(path: Path, base: Path | None = None, *, live: bool = False) -> Config:
    """Read a file; ConfigError with every fault it has. `live`: it is served, or may have been."""
    config, faults = read(path, base, live=live)
    if config is None or faults:
        raise ConfigError(faults)
    return config


def read(path: Path, base: Path | None = None, *, live: bool = False) -> tuple[Config | None, list[str]]:
    """Read a file; give what can be told of it (None if it is no TOML) and the faults.

    `live`: venues may bring market data and orders themselves, so that the sections of both may be missing.
    """
    try:
        text = path.read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "text that is not UTF-8"
        return None, [f"{path}: found {reason}, expected a readable TOML file"]
    except tomllib.TOMLDecodeError as error:
        return None, [f"{path}: found a TOML syntax error: {error}, expected TOML"]
    reader = _Reader(live)
    config = reader.config(path, path.parent if base is None else base, text, raw)
    return config, [f"{path}: {fault}" for fault in reader.faults]


def missing_limits(given: Collection[str]) -> list[str]:
    """Give a fault for each limit of the firm that is not among those given."""
    return [
        f'risk.{one.name}: found nothing, expected a limit, or unlimited = "reason" in [risk]'
        for one in fields(Limits)
        if one.default is None and one.name not in given
    ]


class _Reader:
    """Reads section by section; a faulty one is noted and replaced by its default."""

    def __init__(self, live: bool) -> None:
        self.live = live
        self.faults: list[str] = []

    def config(self, path: Path, base: Path, text: str, raw: Table) -> Config:
        known = dict.fromkeys(SECTIONS)
        self.faults += [unknown_key("", key, known) for key in raw if key not in known]
        run = self.build(RunPart, {"name": path.stem, **self.table(raw, "run")}, "run", RunPart(0, 0))
        if run.start > run.end or (run.end and run.start == run.end):
            self.faults.append(f"run.end: found {iso(run.end)}, expected a time after run.start, {iso(run.start)}")
        plugins = self.build(PluginsPart, self.table(raw, "plugins"), "plugins", PluginsPart())
        if not plugins.allow and "plugins" in raw:
            self.faults.append("plugins.allow: found no distribution, expected at least one")
        elif "plugins" not in raw:
            self.faults.append("plugins: found no such section, expected allow = [distributions]")
        routing, routers = self.routing(self.table(raw, "routing"))
        return Config(
            path=path,
            base=base.resolve(),
            text=text,
            run=run,
            allow=plugins.allow,
            instruments=self.instruments(self.table(raw, "instruments"), run),
            market_data=self.sections(raw, "market_data", required=not self.live),
            orders=self.sections(raw, "orders", required=not self.live),
            venues=self.sections(raw, "venues", required=True),
            accounts=self.named(raw, "accounts", lambda t, w: self.build(Account, t, w, Account())),
            strategies=self.named(raw, "strategies", lambda t, _: t),
            routers=routers,
            settings=Settings(
                seed=run.seed,
                aggregation=self.part(raw, "aggregation", Aggregation),
                netting=self.part(raw, "netting", Netting),
                allocation=self.part(raw, "allocation", Allocation),
                routing=routing,
                risk=self.risk(self.table(raw, "risk")),
                scorecard=self.part(raw, "scorecard", Scoring),
            ),
            journal=self.section(self.table(raw, "journal"), "journal", "sqlite"),
            sinks=self.sections(raw, "sinks", required=False) or (Section("csv", {}, "sinks[0]"),),
            statistics=self.part(raw, "statistics", StatisticsPart),
            serve=self.part(raw, "serve", ServePart),
        )

    # -- pieces --------------------------------------------------------------------------------------------------

    def table(self, raw: Table, key: str, where: str = "") -> Table:
        value = raw.get(key, {})
        if isinstance(value, Mapping):
            return value
        self.faults.append(f"{where}{key}: found {value!r}, expected a table")
        return {}

    def build(self, cls: type[T], raw: Table, where: str, default: T) -> T:
        try:
            return build(cls, raw, where, units=UNITS)
        except ConfigError as error:
            self.faults += error.faults
            return default

    def part(self, raw: Table, key: str, cls: Callable[[], T]) -> T:
        return self.build(cls, self.table(raw, key), key, cls())  # type: ignore[arg-type]

    def named(self, raw: Table, key: str, make: Callable[[Table, str], T]) -> dict[str, T]:
        tables = self.table(raw, key)
        return {name: make(self.table(tables, name, f"{key}."), f"{key}.{name}") for name in tables}

    def section(self, raw: Table, where: str, default: str | None = None) -> Section:
        plugin = raw.get("plugin", default)
        if not isinstance(plugin, str) or not plugin:
            found = "nothing" if plugin is None else repr(plugin)
            self.faults.append(f"{where}.plugin: found {found}, expected the name of a plugin")
            plugin = ""
        return Section(plugin, {k: v for k, v in raw.items() if k != "plugin"}, where)

    def sections(self, raw: Table, key: str, *, required: bool) -> tuple[Section, ...]:
        """Read `[key]` or `[[key]]`."""
        value = raw.get(key)
        if isinstance(value, Mapping):
            return (self.section(value, key),)
        if isinstance(value, Sequence) and value and all(isinstance(v, Mapping) for v in value):
            return tuple(self.section(v, f"{key}[{i}]") for i, v in enumerate(value))
        if value is not None:
            self.faults.append(f"{key}: found {value!r}, expected [{key}] or [[{key}]]")
        elif required:
            self.faults.append(f"{key}: found no such section, expected [{key}] or [[{key}]]")
        return ()

    def instruments(self, raw: Table, run: RunPart) -> dict[str, Instrument]:
        if not raw:
            self.faults.append("instruments: found none, expected at least one [instruments.SYMBOL]")
        out: dict[str, Instrument] = {}
        for symbol in raw:
            where = f"instruments.{symbol}"
            table = self.table(raw, symbol, "instruments.")
            if "symbol" in table:
                known = [f.name for f in fields(Instrument) if f.name != "symbol"]
                self.faults.append(unknown_key(where, "symbol", dict.fromkeys(known)))
                continue
            times = {"open": run.start, "close": run.end}
            out[symbol] = self.build(Instrument, {"symbol": symbol, **times, **table}, where, Instrument(symbol))
        return out

    def routing(self, raw: Table) -> tuple[Routing, dict[str, Section]]:
        """Split `[routing]` into the kernel's settings and the configured routing logics `[routing.NAME]`."""
        own = {k: v for k, v in raw.items() if k == "overbook" or not isinstance(v, Mapping)}
        routers = {k: self.section(v, f"routing.{k}", k) for k, v in raw.items() if k not in own}
        return self.build(Routing, own, "routing", Routing()), routers

    def risk(self, raw: Table) -> Risk:
        """Read `[risk]`: a firm-level limit that is missing is a fault unless the section says why it may be."""
        unlimited = raw.get("unlimited")
        firm = {k: v for k, v in raw.items() if k not in (*SCOPES, "unlimited")}
        if unlimited is not None and (not isinstance(unlimited, str) or not unlimited.strip()):
            self.faults.append(f"risk.unlimited: found {unlimited!r}, expected the reason, as text")
        if unlimited is None:
            self.faults += missing_limits(firm)
        scopes = {scope: self.limits(self.table(raw, scope, "risk."), scope) for scope in SCOPES}
        return Risk(firm=self.build(Limits, firm, "risk", Limits()), **scopes)

    def limits(self, raw: Table, scope: str) -> dict[str, Limits]:
        tables = {name: self.table(raw, name, f"risk.{scope}.") for name in raw}
        return {name: self.build(Limits, t, f"risk.{scope}.{name}", Limits()) for name, t in tables.items()}
