"""A FIX engine of other people's making, QuickFIX, in a process of its own; who holds its other end is the application.

`python peer.py FOLDER` with `peer.cfg` in FOLDER. Lines of JSON: in {"id", "msg", "fields", "groups"} or {"logout"};
out {"up"}, {"down"}, {"got": message}, {"sent": id} once a message is in its store, {"error"}. It keeps sequence
numbers and messages in files in FOLDER, so that it can be killed.
"""

import json
import sys
import threading
from pathlib import Path
from typing import Any

import quickfix as fix

_LOCK = threading.Lock()
LOGIN: list[tuple[int, str]] = []
"""Username(553) and Password(554)."""


def say(**what: Any) -> None:
    """Write a line."""
    with _LOCK:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()


class Application(fix.Application):  # type: ignore[misc]
    """Hands everything on."""

    session: Any = None

    def onCreate(self, session: Any) -> None:  # noqa: N802
        self.session = session

    def onLogon(self, session: Any) -> None:  # noqa: N802
        say(up=True)

    def onLogout(self, session: Any) -> None:  # noqa: N802
        say(down=True)

    def toAdmin(self, message: Any, session: Any) -> None:  # noqa: N802
        """Name and password go into the logon, if `login.json` has them."""
        if LOGIN and "\x0135=A\x01" in message.toString():
            for tag, value in LOGIN:
                message.setField(fix.StringField(tag, value))

    def fromAdmin(self, message: Any, session: Any) -> None:  # noqa: N802
        """Reject(3) is all that the other end must know of."""
        raw = message.toString()
        if "\x0135=3\x01" in raw:
            say(got=raw)

    def toApp(self, message: Any, session: Any) -> None:  # noqa: N802
        """Nothing is added to what the application says."""

    def fromApp(self, message: Any, session: Any) -> None:  # noqa: N802
        say(got=message.toString())


def built(said: dict[str, Any]) -> Any:
    """Make a message."""
    message = fix.Message()
    message.getHeader().setField(fix.StringField(35, said["msg"]))
    for tag, value in said["fields"]:
        where = message.getHeader() if tag == 97 else message
        where.setField(fix.StringField(tag, value))
    for count, first, entries in said.get("groups", ()):
        for entry in entries:
            group = fix.Group(count, first)
            for tag, value in entry:
                group.setField(fix.StringField(tag, value))
            message.addGroup(group)
    return message


def main(folder: Path) -> None:
    """Run until the other end hangs up."""
    login = folder / "login.json"
    if login.is_file():
        LOGIN.extend(tuple(one) for one in json.loads(login.read_text()))
    settings = fix.SessionSettings(str(folder / "peer.cfg"))
    application = Application()
    kind = fix.SocketInitiator if "=initiator" in (folder / "peer.cfg").read_text() else fix.SocketAcceptor
    engine = kind(application, fix.FileStoreFactory(settings), settings, fix.FileLogFactory(settings))
    engine.start()
    for line in sys.stdin:
        said = json.loads(line)
        try:
            if "logout" in said:
                fix.Session.lookupSession(application.session).logout()
            else:
                fix.Session.sendToTarget(built(said), application.session)
                say(sent=said["id"])
        except Exception as error:
            say(error=f"{said}: {error}")
    engine.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
