"""A session in a process of its own, which can be killed at any moment; what it had said until then has been said.

Parent and child exchange frames over a pair of sockets: the parent (time, events), the child each command on its own,
then when it wants to be woken. The parent is the rest of the world: clients, links and venues live on.
"""

import os
import pickle
import signal
import socket
import struct
import time
from pathlib import Path
from random import Random
from typing import Any, Final

from attrs import define, field

from smartexec.embed import Command, Event, Session, Setup
from smartexec_files.sqlite_journal import SqliteJournal, Sync

SIZE: Final = struct.Struct("!I")
CLIENT: Final = frozenset({"NewOrder", "CancelRequest", "ReplaceRequest"})
LONGEST: Final = 0.004
"""s, until the kill; a turn takes about one."""


class Killed(Exception):
    """The process was killed in a turn. `commands`: what had left it."""

    def __init__(self, commands: list[Command]) -> None:
        super().__init__(f"after {len(commands)} commands")
        self.commands = commands


@define
class Process:
    """The child, begun again whenever it is needed."""

    setup: Setup
    run: Path
    rng: Random
    timer: int | None = None
    """When it wants to be woken."""
    begun: int = 0
    """How often it was begun."""
    _pid: int = field(init=False, default=0)
    _link: Any = field(init=False, default=None)

    def begin(self) -> None:
        """Begin, or go on."""
        mine, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            mine.close()
            code = 1
            try:
                _serve(self.setup, self.run, theirs)
                code = 0
            finally:
                os._exit(code)
        theirs.close()
        self._pid, self._link = pid, mine
        self.begun += 1
        self.timer = _read(mine)

    def turn(self, now: int, events: tuple[Event, ...], *, kill: bool = False) -> list[Command]:
        """Have a turn; `kill`: it is killed meanwhile, and this raises `Killed`, even if it was too late to matter."""
        _write(self._link, (now, events))
        if kill:
            time.sleep(self.rng.random() * LONGEST)
            os.kill(self._pid, signal.SIGKILL)
        commands: list[Command] = []
        while type(frame := _read(self._link)) is not tuple and frame is not None:
            commands.append(frame)
        if kill:
            self.end()
            raise Killed(commands)
        assert frame is not None, "the session's process has died by itself"
        self.timer = frame[0]
        return commands

    def end(self) -> int:
        """Hang up; give the process's exit status."""
        self._link.close()
        _, status = os.waitpid(self._pid, 0)
        return status


def _serve(setup: Setup, run: Path, link: socket.socket) -> None:
    """The child: turn after turn until the parent hangs up."""
    with Session.open(setup, SqliteJournal(Sync.NORMAL), run) as session:
        _write(link, session.next_timer())
        while (asked := _read(link)) is not None:
            now, events = asked
            for command in session.turn(now, *(one for one in events if not _taken(session, one))):
                _write(link, command)
            _write(link, (session.next_timer(),))


def _taken(session: Session, event: Any) -> bool:
    """Whether a client sends again what was taken."""
    return type(event).__name__ in CLIENT and session.knows(event.source, event.cl_ord_id)


def _write(link: socket.socket, value: object) -> None:
    data = pickle.dumps(value)
    link.sendall(SIZE.pack(len(data)) + data)


def _read(link: socket.socket) -> Any:
    """The next frame; None if the other side is gone, also in the middle of one."""
    head = _exactly(link, SIZE.size)
    data = _exactly(link, SIZE.unpack(head)[0]) if head else b""
    return pickle.loads(data) if data else None


def _exactly(link: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        try:
            more = link.recv(size - len(data))
        except ConnectionResetError:
            return b""
        if not more:
            return b""
        data += more
    return data
