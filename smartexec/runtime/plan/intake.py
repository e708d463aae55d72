"""What clients sent, made canonical before the kernel sees it: defaults merged, strategy parameters checked.

What is no order of a known strategy becomes a `RejectedOrder` that says what was found and what was expected. Nothing
here knows time or the journal.
"""

from collections.abc import Mapping

from attrs import evolve

from smartexec.errors import ConfigError
from smartexec.interfaces.strategy import Strategy
from smartexec.model.orders import ClientEvent, NewOrder, Params, RejectedOrder, at_origin
from smartexec.runtime.reading.config import Account, Table
from smartexec.runtime.reading.schema import build, params_of

MAX_CACHED = 10_000
"""Parameter sets kept; beyond that the oldest are structured again."""

_NO_ACCOUNT = Account()
_Key = tuple[str, Params, tuple[type, ...]]


class Strategies:
    """Strategy instances by name and parameters."""

    def __init__(self, classes: Mapping[str, type[Strategy]], defaults: Mapping[str, Table] | None = None) -> None:
        self.classes = classes
        self._defaults = defaults or {}
        self._instances: dict[tuple[str, Params], Strategy] = {}
        self._canonical: dict[_Key, Params | str] = {}

    def canonical(self, name: str, raw: Params) -> Params | str:
        """Give all parameters in field order, typed; or the text of the refusal."""
        key = (name, raw, tuple([type(value) for _, value in raw]))  # True == 1 == 1.0: their types tell them apart
        known = self._canonical.get(key)
        if known is None:
            known = self._canonical[key] = self._structure(name, raw)
            if len(self._canonical) > MAX_CACHED:
                self._canonical.pop(next(iter(self._canonical)))
        return known

    def instance(self, name: str, params: Params) -> Strategy:
        """Give the instance of canonical parameters; ConfigError if they are none."""
        found = self._instances.get((name, params))
        if found is None:
            found = build(self.classes[name], dict(params), name, text=True)
            self._keep(name, params, found)
        return found

    def _structure(self, name: str, raw: Params) -> Params | str:
        cls = self.classes.get(name)
        if cls is None:
            expected = f"one of {', '.join(self.classes)}" if self.classes else "a strategy, of which none is loaded"
            return f"TargetStrategy(847): found {name!r}, expected {expected}"
        names = [key for key, _ in raw]
        if len(set(names)) < len(names):
            twice = next(n for n in names if names.count(n) > 1)
            return f"{name}.{twice}: found it twice, expected once"
        try:
            own = build(cls, {**self._defaults.get(name, {}), **dict(raw)}, name, text=True)
        except ConfigError as error:
            return "; ".join(error.faults)
        params = params_of(own)
        self._keep(name, params, own)
        return params

    def _keep(self, name: str, params: Params, instance: Strategy) -> None:
        if len(self._instances) >= MAX_CACHED:
            self._instances.pop(next(iter(self._instances)))
        self._instances[name, params] = instance


class Intake:
    """Makes the events of order sources ready for the kernel."""

    def __init__(self, strategies: Strategies, accounts: Mapping[str, Account]) -> None:
        self._strategies = strategies
        self._accounts = accounts

    def take(self, event: ClientEvent) -> ClientEvent:
        """Give the event as the kernel shall see it. Cancels, replaces and rejections pass unchanged."""
        if type(event) is not NewOrder:
            return event
        account = self._accounts.get(event.account, _NO_ACCOUNT)
        owner = event.owner or account.owner or event.account
        params = self._strategies.canonical(event.strategy, event.params)
        if isinstance(params, str):
            return _refused(event, owner, params)
        return evolve(
            event,
            params=params,
            owner=owner,
            house=event.house or account.house,
            no_cross=event.no_cross or account.no_cross,
        )


def _refused(order: NewOrder, owner: str, text: str) -> RejectedOrder:
    return RejectedOrder(
        source=order.source,
        cl_ord_id=order.cl_ord_id,
        text=at_origin(order.origin, text),
        symbol=order.symbol,
        side=order.side.name,
        account=order.account,
        owner=owner,
        order_qty=order.order_qty,
        price=order.price,
        strategy=order.strategy,
    )
