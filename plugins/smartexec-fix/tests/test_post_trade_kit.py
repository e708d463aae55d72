"""The post-trade sink against the conformance kit: over a session that it opens and one that is opened to it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from post_trade_peer import Peer, accepted

from smartexec.testing import SinkKit, SinkPeer
from smartexec_fix.post_trade.sink import FixPostTrade

EVERYTHING = ("drop-copy", "allocations", "allocation-reports", "trade-captures")
OURS = {"sender_comp_id": "DESK", "max_latency": "0s"}


class TestPostTrade(SinkKit):
    sink = FixPostTrade
    params: ClassVar[Mapping[str, Any]] = {
        "listen": "127.0.0.1:0",
        "sessions": [
            {**OURS, "name": "bank", "target_comp_id": "BANK", "sends": EVERYTHING},
            {
                **OURS, "name": "clearer", "target_comp_id": "CLEARER", "sends": ["trade-captures"],
                "captures": "executions", "hosts": ["127.0.0.1:1"], "version": "FIX.5.0SP2",
            },
        ],
    }  # fmt: skip
    no_tables = "all it says goes over its sessions"

    def read(self, folder: Path, table: str) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
        raise AssertionError("found a table read, expected none")

    def peers(self) -> Sequence[SinkPeer]:
        return (
            Peer("post-trade", answer=accepted),
            Peer("clearer", us="CLEARER", calls=False, version="FIX.5.0SP2", answer=accepted),
        )
