"""How a venue speaks FIX, as data: what it takes, which tags and values it wants, what it leaves out. Values only.

Tags and values are text, as in a configuration: `{"1" = "ACC"}` is Account(1) ACC. Tables replace the defaults whole.
"""

from collections.abc import Mapping
from typing import Any, Final

import attrs
from attrs import Attribute, field, frozen
from attrs.validators import ge, in_

from smartexec.api import (
    NANOS_PER_SECOND,
    Capabilities,
    Liquidity,
    OrdType,
    Peg,
    Phase,
    ReplaceMode,
    TimeInForce,
    VenueKind,
)

Tags = Mapping[str, str]
"""Tag -> value."""
ALL: Final = "*"
"""Stands for every MsgType(35) in `Dialect.tags`."""
PHASES: Final[Mapping[str, str]] = {
    "326=1": "halted", "326=2": "halted", "326=3": "continuous", "326=17": "continuous", "326=18": "closed",
    "326=21": "auction", "326=22": "auction", "340=0": "unknown", "340=1": "halted", "340=2": "continuous",
    "340=3": "closed", "340=4": "auction", "340=5": "auction", "625=2": "auction", "625=3": "continuous",
    "625=4": "auction",
}  # fmt: skip
"""SecurityTradingStatus(326), TradSesStatus(340), TradingSessionSubID(625) -> phase."""
SCOPES: Final = ("day", "symbol", "order")


def _tables(_: object, attribute: "Attribute[Any]", value: Mapping[str, Any]) -> None:
    """Refuse a key, in the tables of tags of an entry, that is no tag."""
    for name, tags in value.items():
        _tags(tags, f"{attribute.name}.{name}")


def _table(_: object, attribute: "Attribute[Any]", value: Mapping[str, str]) -> None:
    _tags(value, attribute.name)


def _translations(_: object, attribute: "Attribute[Any]", value: Mapping[str, Any]) -> None:
    _tags(dict.fromkeys(value, "x"), attribute.name)


def _tags(tags: Mapping[str, str], where: str) -> None:
    for tag, value in tags.items():
        if not tag.isdecimal() or tag.startswith("0"):
            raise ValueError(f"{where}: found {tag!r}, expected a tag such as 528")
        if not value or "\x01" in value:
            raise ValueError(f"{where}.{tag}: found {value!r}, expected a value")


def _named(kind: Any) -> Any:
    """Make a validator: the values of a table are names of members of an enumeration."""
    names = [one.name.lower() for one in kind]

    def check(_: object, attribute: "Attribute[Any]", value: Mapping[str, str]) -> None:
        for key, name in value.items():
            if name.lower() not in names:
                raise ValueError(f"{attribute.name}.{key}: found {name!r}, expected one of {', '.join(names)}")

    return check


def _pegs(one: object, attribute: "Attribute[Any]", value: Mapping[str, Tags]) -> None:
    names = [peg.name.lower() for peg in Peg]
    for name in value:
        if name.lower() not in names:
            raise ValueError(f"{attribute.name}: found {name!r}, expected one of {', '.join(names)}")
    _tables(one, attribute, value)


@frozen(kw_only=True, repr=False)
class Dialect:
    """A venue's dialect. The defaults are those of FIX."""

    kind: VenueKind = VenueKind.LIT
    """Lit book, dark pool or ATS."""
    ord_types: frozenset[OrdType] = frozenset({OrdType.MARKET, OrdType.LIMIT})
    """OrdTypes(40) it takes; pegged orders are in `pegs`."""
    times_in_force: frozenset[TimeInForce] = frozenset({TimeInForce.DAY, TimeInForce.IOC})
    """TimesInForce(59) it takes."""
    replace: ReplaceMode = ReplaceMode.KEEPS_PRIORITY
    """What it makes of OrderCancelReplaceRequest(35=G); "none" = an order is cancelled and sent anew."""
    pegs: Mapping[str, Tags] = field(factory=dict[str, Tags], validator=_pegs)
    """Pegs it takes, each with the fields that say so: `mid = {"40" = "P", "18" = "M"}`."""
    post_only: Tags = field(factory=dict[str, str], validator=_table)
    """Fields of an order that may only add liquidity, such as `{"18" = "6"}`; none = it has no such orders."""
    min_qty_tag: int = field(default=0, validator=ge(0))
    """Tag of the least quantity of an execution, such as 110; 0 = it has none."""
    display_qty_tag: int = field(default=0, validator=ge(0))
    """Tag of the displayed quantity, such as 111, 210 or 1138; 0 = it has none."""
    symbols: Mapping[str, Tags] = field(factory=dict[str, Tags], validator=_tables)
    """How it names instruments, by our symbol: `ABC = {"55" = "ABC", "48" = "US0001", "22" = "4", "207" = "XNAS"}`. One
    that is not named here is Symbol(55) as it is."""
    tags: Mapping[str, Tags] = field(factory=dict[str, Tags], validator=_tables)
    """Further fields of each message, by MsgType(35), `"*"` = of every one: `D = {"1" = "ACC", "528" = "A"}`."""
    sent_as: Mapping[str, Tags] = field(factory=dict[str, Tags], validator=_translations)
    """Values it has in the place of FIX's, by tag: `"59" = {"7" = "C"}`."""
    read_as: Mapping[str, Tags] = field(factory=dict[str, Tags], validator=_translations)
    """What its values mean in FIX, by tag: `"150" = {"1" = "F", "2" = "F"}`."""
    id_prefix: str = ""
    """What every ClOrdID(11) begins with; `{day}` in it is the UTC date, YYYYMMDD. Ours begin anew with each run."""
    id_length: int = field(default=0, validator=ge(0))
    """Longest ClOrdID(11) it takes; 0 = any. One that is longer is replaced by its hash, always the same."""
    id_alphabet: str = ""
    """Characters it takes in a ClOrdID(11); "" = any. One with others is replaced by its hash."""
    exec_id_scope: str = field(default="day", validator=in_(SCOPES))
    """Within what ExecID(17) is unique: a trade date, or of that date one symbol, or one order."""
    liquidity_tag: int = field(default=851, validator=ge(0))
    """Tag that says whether an execution added liquidity; 0 = none does."""
    liquidity: Tags = field(factory=lambda: {"1": "added", "2": "removed", "4": "auction"}, validator=_named(Liquidity))
    """Its values -> added, removed or auction."""
    fee_tag: int = field(default=0, validator=ge(0))
    """Tag of the fee of an execution, in the currency, total; repeated in a group, it is summed; 0 = none."""
    rebates_positive: bool = False
    """The fee's sign is the other way round: what we pay is negative."""
    phases: Tags = field(factory=lambda: dict(PHASES), validator=_named(Phase))
    """Phases of trading, by `TAG=VALUE` of a SecurityStatus(35=f) or a TradingSessionStatus(35=h)."""
    phase: Phase = Phase.UNKNOWN
    """Phase of all its instruments from each logon on, for a venue that tells none: `"continuous"`. Strategies do not
    trade where no phase is known."""
    status: str = field(default="H", validator=in_(("H", "AF", "none")))
    """How an order is asked about: OrderStatusRequest(35=H), OrderMassStatusRequest(35=AF), or not at all."""
    authoritative_unknown: bool = False
    """Its "unknown order" proves that the order never reached its book and never will."""
    cancel_on_disconnect: bool = False
    """It cancels our orders when the session is lost: their state is asked at every logon, before anything is sent."""
    dont_know: bool = True
    """Answer executions on unknown orders with DontKnowTrade(35=Q). They are booked all the same."""
    order_id: bool = True
    """Name OrderID(37), where it is known, in requests."""
    rate: int = field(default=0, validator=ge(0))
    """Messages it takes in a second; 0 = any number. What is more waits, cancels go first."""
    waiting: int = field(default=100, validator=ge(0))
    """Orders and replaces that may wait at one time: more are rejected at once."""
    patience: int = field(default=NANOS_PER_SECOND, validator=ge(0), metadata={"unit": "ns"})
    """An order or replace that has waited longer is rejected: the market has moved."""
    make_fee: int = field(default=0, metadata={"unit": "px"})
    """Fee per unit of quantity when adding liquidity, in 1e-9 of the currency; negative = rebate."""
    take_fee: int = field(default=0, metadata={"unit": "px"})
    """Fee per unit of quantity when removing liquidity, in 1e-9 of the currency."""

    def __repr__(self) -> str:
        return with_what_differs(self)

    @property
    def capabilities(self) -> Capabilities:
        """What the kernel may ask of the venue."""
        pegs = frozenset(Peg[name.upper()] for name in self.pegs)
        return Capabilities(
            kind=self.kind,
            ord_types=self.ord_types | ({OrdType.PEGGED} if pegs else frozenset()),
            times_in_force=self.times_in_force,
            replace=self.replace,
            min_qty=bool(self.min_qty_tag),
            display_qty=bool(self.display_qty_tag),
            post_only=bool(self.post_only),
            pegs=pegs,
            order_status=self.status != "none",
            authoritative_unknown=self.authoritative_unknown,
            make_fee=self.make_fee,
            take_fee=self.take_fee,
        )


def with_what_differs(one: Any) -> str:
    """Show a value with those of its fields that are not as they are by default."""
    plain = type(one)()
    fields = [(each.name, getattr(one, each.name)) for each in attrs.fields(type(one))]
    own = [f"{name}={value!r}" for name, value in fields if value != getattr(plain, name)]
    return f"{type(one).__name__}({', '.join(own)})"
