"""What the order sources of a plan would have refused: their events through both intakes, and through nothing else.

No market, no engine, no journal: what depends on them (a limit on an order's value, a halted plugin) is not looked at.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from smartexec.errors import SmartexecError
from smartexec.interfaces.order_source import OrderSource
from smartexec.kernel.blotter import Blotter
from smartexec.kernel.booking import Books
from smartexec.kernel.guards import Guards
from smartexec.kernel.intake import Intake as KernelIntake
from smartexec.kernel.market import Market
from smartexec.kernel.orders import ClientOrder
from smartexec.kernel.settings import Risk
from smartexec.model.enums import OrdStatus
from smartexec.model.orders import CancelRequest, ClientEvent, NewOrder, RejectedOrder, ReplaceRequest, at_origin
from smartexec.registry import Registry
from smartexec.runtime.plan.intake import Intake, Strategies
from smartexec.runtime.plan.plan import Plan
from smartexec.runtime.plan.starting import broken
from smartexec.runtime.reading.schema import init_fields

Installed = Mapping[str, str]
"""Strategy that is installed and not allowed -> its distribution."""


def not_allowed(installed: Registry, plan: Plan) -> Installed:
    """Say which installed strategies the plan does not load."""
    return {i.name: i.distribution for i in installed.infos() if i.kind == "strategy" and i.name not in plan.strategies}


def refused(plan: Plan) -> list[str]:
    """Give a line for each order or request of a started plan's sources that would be refused; for whole columns first.

    The sources are read to their end and cannot be read again.
    """
    dry = _DryRun(plan)
    lines = [line for source in plan.sources for line in dry.read(source)]
    return [*dry.columns(), *lines]


def hint(line: str, others: Installed) -> str:
    """Add to the refusal of an unknown strategy where it is, if it is installed."""
    for name, distribution in others.items():
        if f"TargetStrategy(847): found {name!r}," in line:
            return f"{line}; {name} is installed, in {distribution}, which is not in plugins.allow"
    return line


class _DryRun:
    """Takes orders in as a run would, and keeps only what is refused."""

    def __init__(self, plan: Plan) -> None:
        config = plan.config
        limits = {name: evolve(one, max_order_notional=None) for name, one in config.settings.risk.clients.items()}
        self.plan = plan
        self.blotter = blotter = Blotter(wakes=plan.setup.wakes)
        self.outer = Intake(Strategies(plan.strategies, config.strategies), config.accounts)
        self.inner = KernelIntake(
            blotter,
            Books(blotter, config.settings.allocation.remainder_account),
            Guards(blotter, Risk(clients=limits)),
            {symbol: Market(instrument) for symbol, instrument in config.instruments.items()},
            plan.strategies,
            (),
            _ignore,
        )
        self._known: set[tuple[str, str]] = set()
        self._params: Counter[tuple[str, str]] = Counter()
        """(file, name) of each parameter -> orders that give it."""
        self._used: dict[str, set[str]] = {}
        """File -> strategies that its orders name."""

    def read(self, source: OrderSource) -> Iterator[str]:
        """Give the refusals of one source."""
        events: Iterable[tuple[int, ClientEvent]] = source.events()
        try:
            for at, event in events:
                self.blotter.now = at
                if isinstance(event, NewOrder):
                    self._note(event)
                text = self._take(self.outer.take(event))
                if text:
                    yield f"{event.source} {event.cl_ord_id}: {text}"
        except SmartexecError:
            raise
        except Exception as error:
            raise broken(self.plan, "order source", source, error) from error

    def _take(self, event: ClientEvent) -> str:
        """Why an event would be refused; "" if it would not."""
        if isinstance(event, RejectedOrder):
            return event.text
        if isinstance(event, CancelRequest | ReplaceRequest):
            return self._request(event)
        self.inner.new(event)
        self.blotter.outbox.clear()
        order = self.blotter.orders.pop()
        if order.ord_status is OrdStatus.REJECTED:
            return order.text
        self._known.add((event.source, event.cl_ord_id))
        return ""

    def _request(self, event: CancelRequest | ReplaceRequest) -> str:
        if (event.source, event.orig_cl_ord_id) not in self._known:
            return at_origin(event.origin, f"OrigClOrdID(41) {event.orig_cl_ord_id}: unknown order")
        self._known.add((event.source, event.cl_ord_id))
        return ""

    def _note(self, event: NewOrder) -> None:
        file = event.origin.partition(" row ")[0] or event.source
        self._used.setdefault(file, set()).add(event.strategy)
        self._params.update((file, name) for name, _ in event.params)

    def columns(self) -> Iterator[str]:
        """Say once of a file which of its parameters no strategy has that its orders name."""
        for (file, name), count in self._params.items():
            classes = [self.plan.strategies[s] for s in sorted(self._used[file]) if s in self.plan.strategies]
            known = dict.fromkeys(f.alias for cls in classes for f in init_fields(cls))
            if classes and name not in known:
                found = f"found a column no strategy knows in {count:,} orders"
                yield f"{file}: {name}: {found}, expected {', '.join(known) or 'none'}"


def _ignore(order: ClientOrder, event: NewOrder) -> None:
    """An order that is accepted goes nowhere."""
