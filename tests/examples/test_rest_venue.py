"""The example of a venue over REST and WebSocket: run as its README says, and killed in the middle of trading."""

import asyncio
import csv
import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import aiohttp
import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "rest_venue"


@pytest.fixture
def run() -> ModuleType:
    """The example's program, as a module."""
    spec = importlib.util.spec_from_file_location("rest_venue_run", FOLDER / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_example_fills_both_clients() -> None:
    done = subprocess.run([sys.executable, str(FOLDER / "run.py")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 FILLED" in done.stdout
    assert "ACME: BUY 900 at " in done.stdout
    assert "BIRCH: BUY 300 at " in done.stdout


@pytest.fixture
def exchange(run: ModuleType) -> Iterator[int]:
    """The exchange in a process of its own; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(FOLDER / "acme_exchange.py"), str(port)])
    try:
        run.wait_for(port)
        yield int(port)
    finally:
        process.terminate()
        process.wait()


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "run" / "tables" / f"{table}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def asked(port: int, names: list[str]) -> dict[str, dict[str, Any]]:
    """What the exchange itself says of orders."""

    async def ask() -> dict[str, dict[str, Any]]:
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer open sesame"}) as session:
            return {name: await (await session.get(f"http://127.0.0.1:{port}/orders/{name}")).json() for name in names}

    return asyncio.run(ask())


def test_session_that_is_killed_goes_on_and_agrees_with_the_exchange(
    run: ModuleType, exchange: int, tmp_path: Path
) -> None:
    run.write(tmp_path, exchange)
    env = {**os.environ, "ACME_TOKEN": run.TOKEN}
    command = [
        sys.executable,
        "-m",
        "smartexec",
        "serve",
        str(tmp_path / "config.toml"),
        "--out",
        str(tmp_path / "run"),
    ]
    for _ in range(3):
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(3.1)
        process.kill()
        process.communicate()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    children = [row["cl_ord_id"] for row in rows(tmp_path, "child_orders")]
    assert max(Counter(children).values()) == 1
    booked: Counter[str] = Counter()
    for row in rows(tmp_path, "executions"):
        booked[row["cl_ord_id"]] += int(row["last_qty"])
    truth = {name: said.get("filled", 0) for name, said in asked(exchange, children).items()}
    assert {name: booked[name] for name in children} == truth
    assert sum(truth.values()) == 1_200
