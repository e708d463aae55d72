"""The desk's back office: takes drop copies and allocations over FIX, and says that it has them."""

from collections.abc import Callable
from time import time_ns
from typing import Final

from attrs import define, field

from smartexec_fix.client import FixClient
from smartexec_fix.wire.message import Message
from smartexec_fix.wire.stamps import stamp
from smartexec_fix.wire.values import read_decimal

ALLOCATION, REPORT, CANCEL_REJECT = b"J", b"8", b"9"
CANCEL: Final = b"2"
"""AllocTransType(71)."""
ACCEPTED, BLOCK_REJECTED, OTHER = 0, 1, 7
"""AllocStatus(87), AllocRejCode(88)."""


@define(eq=False)
class BackOffice:
    """What it was told."""

    client: FixClient
    say: Callable[[str], None]
    shares: dict[str, dict[str, int]] = field(init=False, factory=dict)
    """By AllocID(70) of allocations that stand, shares by account."""
    copies: int = field(init=False, default=0)
    """Drop copies of reports."""
    doubled: list[str] = field(init=False, factory=list)
    """AllocIDs(70), and ExecIDs(17) of copies, that came twice."""
    refused: list[str] = field(init=False, factory=list)
    """Allocations whose shares do not add up."""
    _seen: set[str] = field(init=False, factory=set)

    async def listen(self) -> None:
        """Take what comes, until the session is left."""
        async for message in self.client:
            if message.msg_type == ALLOCATION:
                self._allocation(message)
            elif message.msg_type in (REPORT, CANCEL_REJECT):
                self.copies += 1
                self._once(f"8 {message.text(17)}" if message.msg_type == REPORT else f"9 {message.text(11)}")

    def _once(self, name: str) -> bool:
        if name in self._seen:
            self.doubled.append(name)
            return False
        self._seen.add(name)
        return True

    def _allocation(self, message: Message) -> None:
        """Take AllocationInstruction(J): what its shares add up to must be its Quantity(53)."""
        alloc_id, total = message.text(70), read_decimal(message.get(53) or b"", 0)
        shares: dict[str, int] = {}
        for entry in message.group(78, 79):
            account = entry[79].decode("latin-1")
            shares[account] = shares.get(account, 0) + read_decimal(entry.get(80, b""), 0)
        if message.get(72) is not None:
            self.shares.pop(message.text(72), None)
        if not self._once(f"J {alloc_id}"):
            return
        status = ACCEPTED
        if message.get(71) != CANCEL:
            self.shares[alloc_id] = shares
            split = ", ".join(f"{account} {qty}" for account, qty in sorted(shares.items()))
            side = "bought" if message.get(54) == b"1" else "sold"
            self.say(f"allocation {alloc_id}: {side} {total} {message.text(55)} at {message.text(6)}: {split}")
            if sum(shares.values()) != total:
                status = BLOCK_REJECTED
                self.refused.append(alloc_id)
        self._acknowledge(message, status)

    def _acknowledge(self, message: Message, status: int) -> None:
        """Send AllocationInstructionAck(P)."""
        body: list[tuple[int, object]] = [(70, message.text(70)), (60, stamp(time_ns())), (87, status)]
        body += [(75, message.text(75))] if message.get(75) is not None else []
        self.client.send("P", [*body, (88, OTHER)] if status else body)
