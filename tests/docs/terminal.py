"""Terminals in a folder, in which a tutorial's commands are typed. Programs are this interpreter's, without pip."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from attrs import Factory, define

from tests.projects import PROGRAM, install

PYTEST: Final = ("-m", "pytest", "-p", "no:cacheprovider")
PROGRAMS: Final = {"smartexec": PROGRAM, "pytest": PYTEST, "python": ()}
PREPARATION: Final = ("make ", "source ", "pip install -e '.", "mkdir ", "cd ")
"""Commands that begin so make the environment and its folder, which are there."""
WATCHING: Final = "smartexec status"
"""What a reader types again if it does not say yet what it should."""
PORTS: Final = ("7301", "7401", "7402")
"""Where the programs of tutorials, and the toy venue of `smartexec new venue`, listen."""
PATIENCE: Final = 60.0
"""How long a terminal may take to show something, s."""


@define
class Terminals:
    """What was typed and shown, in a folder that was empty."""

    folder: Path
    paths: list[Path] = Factory(list)
    """Of the projects that were installed."""
    running: dict[str, "subprocess.Popen[str]"] = Factory(dict)
    shown: dict[str, int] = Factory(dict)
    """By terminal, how many lines of its output were looked at."""
    last: str = ""
    ports: dict[str, str] = Factory(lambda: {port: str(free_port()) for port in PORTS})

    def type(self, terminal: str, line: str) -> None:
        """Type a command; in a terminal of its own it goes on, else it must end as the comment says, or with 0."""
        self.last = terminal
        command, _, comment = self.local(line).partition("  # ")
        if command.startswith(PREPARATION):
            return
        if command.startswith("pip install -e "):
            project = self.folder / shlex.split(command)[-1].partition("[")[0]
            install(project)
            self.paths.append(project / "src")
            return
        if terminal:
            self.running[terminal] = self._start(terminal, command)
            return
        found = re.search(r"exit code (\d+)", comment)
        expected, late = int(found[1]) if found else 0, time.monotonic() + PATIENCE
        while (code := self._start("", command).wait(timeout=600)) != expected:
            again = command.startswith(WATCHING) and time.monotonic() < late
            assert again, "\n".join([f"{command}: exit code {code}", *self._new("")])
        self._localise()

    def _start(self, terminal: str, command: str) -> "subprocess.Popen[str]":
        with self._output(terminal).open("a", encoding="utf-8") as out:
            return subprocess.Popen(
                ["bash", "-c", command], cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            )  # fmt: skip

    def sees(self, text: str, terminal: str | None = None) -> None:
        """Wait until all lines are in what a terminal shows, in this order. `...` is anything in a line.

        None = the terminal used last.
        """
        self.last = self.last if terminal is None else terminal
        wanted = [_pattern(line) for line in self.local(text).splitlines() if line.strip()]
        late = time.monotonic() + (PATIENCE if self.last else 0)
        while (end := _after(wanted, new := self._new(self.last))) is None:
            assert time.monotonic() < late, "\n".join(["found", *new, "expected", text])
            time.sleep(0.1)
        if self.last:
            self.shown[self.last] = self.shown.get(self.last, 0) + end

    def local(self, text: str) -> str:
        """Put ports that are free here in place of those that pages name."""
        for port, free in self.ports.items():
            text = re.sub(rf"\b{port}\b", free, text)
        return text

    def _localise(self) -> None:
        for path in self.folder.glob("*/example/*"):
            text = path.read_text(encoding="utf-8")
            path.write_text(self.local(text), encoding="utf-8")

    def interrupt(self, terminal: str) -> None:
        """Press Ctrl-C, and wait until the program has ended."""
        self.last = terminal
        os.killpg(self.running[terminal].pid, signal.SIGINT)
        self.running[terminal].wait(timeout=PATIENCE)

    def close(self) -> None:
        """End what still runs."""
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def clear(self) -> None:
        """Forget what the first terminal has shown."""
        self._output("").write_text("", encoding="utf-8")

    def _output(self, terminal: str) -> Path:
        return self.folder.parent / f"{terminal or 'first terminal'}.txt"

    def _new(self, terminal: str) -> list[str]:
        """Lines that a terminal shows and that were not looked at, blanks as they come."""
        lines = self._output(terminal).read_text(encoding="utf-8").splitlines()
        return [" ".join(line.split()) for line in lines[self.shown.get(terminal, 0) :]]

    def _environment(self) -> dict[str, str]:
        bin_folder = self.folder.parent / "bin"
        if not bin_folder.exists():
            bin_folder.mkdir()
            for name, words in PROGRAMS.items():
                program = bin_folder / name
                program.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, *words])} "$@"\n', encoding="utf-8")
                program.chmod(0o755)
        path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
        reader = {name: value for name, value in os.environ.items() if name != "CI"}  # pytest says more where CI is set
        return {**reader, "PATH": path, "PYTHONPATH": os.pathsep.join(map(str, self.paths)), "COLUMNS": "100"}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        number: int = one.getsockname()[1]
        return number


def _pattern(line: str) -> re.Pattern[str]:
    """A line as a pattern, blanks as they come."""
    parts = " ".join(line.split()).split("...")
    return re.compile(".*".join(map(re.escape, parts)))


def _after(wanted: list[re.Pattern[str]], lines: list[str]) -> int | None:
    """Where the last of the wanted lines is over; None if one is missing."""
    number = 0
    for pattern in wanted:
        found = (i for i, line in enumerate(lines[number:], number) if pattern.fullmatch(line))
        if (at := next(found, None)) is None:
            return None
        number = at + 1
    return number
