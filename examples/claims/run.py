"""Put four common claims to the test on recorded days: `python run.py DATA_FOLDER [--out FOLDER] [--only NAME]`.

DATA_FOLDER holds the folders of the LEAN ticks of IBM (2013-10-07 to 11), the LOBSTER hour of AAPL (2012-06-21) and the
15-minute volumes of 2019. On each day and side one order starts after the other; `smartexec compare` works them under
each combination that a claim names, on the same market, and `claims.py` judges its `parents.csv`.
"""

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the examples are no package: what they share is beside them

from claims import CLAIMS, MARKETS, Claim, Row, judge, show  # noqa: E402
from markets import smartexec  # noqa: E402


def compare(claim: Claim, configs: Sequence[Path], out: Path, jobs: int) -> list[Row]:
    """Run a claim's combinations over all days and sides; give its parents, a row each."""
    smartexec(
        "compare", *configs, *(f"--strategies={one}" for one in claim.strategies),
        *(f"--routers={one}" for one in claim.routers), "--jobs", jobs, "--out", out,
    )  # fmt: skip
    with (out / "parents.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Test four claims about strategies and routers on recorded days.")
    parser.add_argument("data", type=Path, help="folder with the folders of recorded data")
    parser.add_argument("--out", type=Path, default=Path("runs/claims"), help="folder for all that is written")
    parser.add_argument("--jobs", type=int, default=2, help="runs at a time")
    parser.add_argument("--only", choices=[claim.name for claim in CLAIMS], nargs="+", help="these claims only")
    args = parser.parse_args(arguments)
    chosen = [claim for claim in CLAIMS if not args.only or claim.name in args.only]
    data, out = args.data.resolve(), args.out.resolve()
    (out / "days").mkdir(parents=True, exist_ok=True)
    symbols = {claim.market.symbol for claim in chosen}
    volumes = {m.symbol: m.statistics(m, data, out / "days") for m in MARKETS if m.symbol in symbols}
    found = []
    for claim in chosen:
        market = claim.market
        configs = market.write(out / claim.name, data, volumes[market.symbol], claim.venues, claim.order)
        found.append(judge(claim, compare(claim, configs, out / claim.name / "compared", args.jobs)))
    text = show(found)
    (out / "claims.txt").write_text(text, "utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
