"""The order source against the conformance kit: `smartexec certify .` makes a certificate of it."""

from pathlib import Path

from smartexec.testing import OrderSourceKit

from smartexec_your_name.source import YourName

GOOD = """\
time,client,id,symbol,side,qty,limit
2026-01-05T14:31:00+00:00,ACME,A1,TEST,BUY,100,
2026-01-05T14:30:00+00:00,BIRCH,B1,TEST,sell,200,100.25
"""
BAD = """\
soon,ACME,A2,TEST,BUY,100,
2026-01-05T14:32:00,ACME,A3,TEST,BUY,100,
2026-01-05T14:32:00+00:00,ACME,A4,GONE,BUY,100,
2026-01-05T14:32:00+00:00,ACME,A5,TEST,LONG,100,
2026-01-05T14:32:00+00:00,ACME,A6,TEST,BUY,many,
2026-01-05T14:32:00+00:00,ACME,A6,TEST,BUY,inf,
2026-01-05T14:32:00+00:00,ACME,A7,TEST,BUY,1.5,
2026-01-05T14:32:00+00:00,ACME,A8,TEST,BUY,100,100.251
2026-01-05T14:32:00+00:00,ACME,,TEST,BUY,100,
2026-01-05T14:32:00+00:00
"""


class TestYourName(OrderSourceKit):
    source = YourName

    def make(self, folder: Path) -> YourName:
        (folder / "orders.csv").write_text(GOOD, encoding="utf-8")
        return YourName("orders.csv")

    def broken(self, folder: Path) -> tuple[YourName, int]:
        (folder / "orders.csv").write_text(GOOD + BAD, encoding="utf-8")
        return YourName("orders.csv"), len(BAD.splitlines())

    def absent(self, folder: Path) -> YourName:
        return YourName("orders.csv")
