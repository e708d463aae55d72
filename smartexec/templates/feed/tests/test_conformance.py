"""The feed against the conformance kit: `smartexec certify .` makes a certificate of it."""

from pathlib import Path

from smartexec.testing import FeedKit

from smartexec_your_name.feed import YourName

GOOD = """\
time,symbol,bid,bid_qty,ask,ask_qty
2026-01-05T14:30:00+00:00,TEST,99.99,300,100.01,200
2026-01-05T14:30:01+00:00,TEST,99.99,100,,
2026-01-05T14:30:01+00:00,TEST,99.985,100,100.02,400
"""
BAD = """\
2026-01-05T14:29:00+00:00,TEST,99.99,300,100.01,200
2026-01-05T14:30:02+00:00,GONE,99.99,300,100.01,200
2026-01-05T14:30:02+00:00,TEST,99.99,1.5,100.01,200
2026-01-05T14:30:02+00:00,TEST,-1,300,100.01,200
2026-01-05T14:30:02+00:00,TEST,NaN,300,100.01,200
2026-01-05T14:30:02,TEST,99.99,300,100.01,200
soon,TEST,99.99,300,100.01,200
2026-01-05T14:30:02+00:00,TEST,99.99
2026-01-05T14:30:03+00:00,TEST,99.99,300,100.01,2"""


class TestYourName(FeedKit):
    feed = YourName

    def make(self, folder: Path) -> YourName:
        return self._written(folder, GOOD)

    def other(self, folder: Path) -> YourName:
        return self._written(folder, GOOD.replace("300", "301"))

    def broken(self, folder: Path) -> tuple[YourName, int]:
        return self._written(folder, GOOD + BAD), len(BAD.splitlines())

    def absent(self, folder: Path) -> YourName:
        return YourName("quotes.csv")

    @staticmethod
    def _written(folder: Path, text: str) -> YourName:
        (folder / "quotes.csv").write_text(text, encoding="utf-8")
        return YourName("quotes.csv", mic="XAAA")
