"""What a client's session with the order gateway is told once. Values only, durations in ns."""

from ipaddress import IPv4Network, IPv6Network, ip_network

from attrs import field, frozen
from attrs.validators import matches_re

from smartexec.api import ConfigError
from smartexec_fix.session.settings import SessionSettings


@frozen(kw_only=True)
class ClientSession(SessionSettings):
    """A session that a client opens: its order management system sends orders, and gets reports."""

    name: str = field(validator=matches_re(r"[A-Za-z0-9._-]+"))
    """Source of its orders; in lines and files it is called so too. Letters, digits, dots, hyphens."""
    networks: tuple[str, ...] = ()
    """Where it may be opened from, "10.1.0.0/16"; none = from wherever the gateway may be connected to."""
    account: str = ""
    """Account(1) of orders that name none."""
    strategy: str = ""
    """Strategy of orders without TargetStrategy(847)."""
    strategy_parameters: bool = True
    """Take TargetStrategy(847) with a name in it, NoStrategyParameters(957) and the gateway's parameter tags, whether
    the dictionary has them or not: FIX 4.4's has no 957."""

    def admitted(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Give its networks; ConfigError if one is none."""
        try:
            return tuple(ip_network(text) for text in self.networks)
        except ValueError as error:
            raise ConfigError(
                f"session {self.name}: networks: found {error}, expected networks such as 10.1.0.0/16"
            ) from error
