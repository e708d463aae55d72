"""The processes of the desk: the exchange and `smartexec serve`, each begun, watched and ended. No FIX."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from random import sample
from signal import SIGKILL, SIGTERM, SIGUSR1, Signals

from attrs import define, field

from smartexec_fix_desk.desk import PASSWORD, SECRET

PATIENCE = 20.0
"""s: longer than a process may take to begin, or to end."""
PORTS = (15_000, 30_000)
"""Where ports are looked for."""


def free_ports(count: int) -> list[int]:
    """Give ports that nobody listens on.

    None of them is one that the system gives to who connects: who tries again and again to connect to such a port,
    while nobody listens there, is given the very same one now and then, and is connected with himself.
    """
    ports = (port for port in sample(range(*PORTS), PORTS[1] - PORTS[0]) if _free(port))
    return list(islice(ports, count))


def _free(port: int) -> bool:
    with closing(socket.socket()) as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@define(eq=False)
class Program:
    """A program that listens on a port, in a session of its own: an interrupt at the terminal is not for it."""

    words: Sequence[str]
    port: int
    folder: Path
    """Its working folder; what it prints goes to a file there."""
    name: str
    variables: Mapping[str, str] = field(factory=dict[str, str])
    """Of its environment, besides ours."""
    _process: Process | None = field(init=False, default=None)

    @property
    def log(self) -> Path:
        """What it prints."""
        return self.folder / f"{self.name}.log"

    async def spawn(self) -> None:
        """Begin it."""
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self.words, cwd=self.folder, stdout=output, stderr=output, start_new_session=True,
                env={**os.environ, **self.variables},
            )  # fmt: skip

    async def begin(self) -> None:
        """Begin it and wait until it listens; RuntimeError with what it printed if it ends before."""
        await self.spawn()
        for _ in range(int(PATIENCE / 0.05)):
            if not self.running:
                break
            if listens(self.port):
                return
            await asyncio.sleep(0.05)
        await self.end(SIGKILL)
        raise RuntimeError(f"{self.name}: found it not listening, expected it at port {self.port}:\n{self.told()}")

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.returncode is None

    def signal(self, number: Signals) -> None:
        """Send it a signal; nothing if it has ended."""
        if self._process is not None and self.running:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def end(self, number: Signals = SIGTERM) -> int:
        """End it and give its exit code; it is killed if it takes too long."""
        self.signal(number)
        return await self.wait()

    async def wait(self, patience: float = PATIENCE) -> int:
        """Wait for its end and give its exit code; it is killed if it takes longer than so many seconds."""
        if self._process is None:
            return 0
        try:
            return await asyncio.wait_for(self._process.wait(), patience)
        except TimeoutError:
            self.signal(SIGKILL)
            return await self._process.wait()

    def told(self) -> str:
        """Give the end of what it has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-4_000:] if self.log.is_file() else ""


def exchange(folder: Path, port: int, *more: object) -> Program:
    """Give the exchange, whose books go to `books.json`; `more`: seconds of its market, and its seed."""
    words = ["-m", "smartexec_fix_desk.exchange_process", str(port), str(folder / "books.json"), *map(str, more)]
    return Program(words, port, folder, "exchange")


def serving(folder: Path, port: int) -> Program:
    """Give `smartexec serve` of the configuration in the folder; its gateway listens on the port."""
    words = ["-m", "smartexec", "serve", str(folder / "config.toml"), "--out", str(folder / "run"), "--quiet"]
    return Program(words, port, folder, "serve", {SECRET: PASSWORD})


async def books(of: Program) -> Path:
    """Have the exchange write its books, and give the file once it is new."""
    path = of.folder / "books.json"
    path.unlink(missing_ok=True)
    of.signal(SIGUSR1)
    for _ in range(200):
        if path.is_file():
            return path
        await asyncio.sleep(0.05)
    raise RuntimeError(f"exchange: found no books after ten seconds, expected {path}")


def listens(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    with closing(socket.socket()) as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
