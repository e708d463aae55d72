"""The message log: readable, one line each, and never a secret in it."""

from pathlib import Path

import fix_messages as fix

from smartexec_fix.wire import log
from smartexec_fix.wire.log import MessageLog, readable


def test_messages_are_read_by_people() -> None:
    text = readable(fix.order(2))
    assert text.startswith("8=FIX.4.4|9=")
    assert "|35=D|34=2|49=THEM|" in text


def test_secrets_are_masked() -> None:
    text = readable(fix.logon(1, (553, "user"), (554, "secret|1"), (925, "newsecret"), (95, "9"), (96, "hid\x01den=x")))
    assert "553=user|554=***|925=***|95=9|96=***" in text.replace("|10=", "|")
    assert "secret" not in text
    assert "hid" not in text
    assert "den" not in text


def test_whatever_is_in_a_message_stays_one_line() -> None:
    text = readable(fix.message("0", 2, (58, b"a\nb\r\x00\x1b[31m\xff")))
    assert text.isprintable()
    assert "\n" not in text


def test_long_messages_are_cut() -> None:
    assert len(readable(fix.message("0", 2, (58, "x" * 100_000)))) < 5_000


def test_lines_say_when_and_which_way(tmp_path: Path) -> None:
    written = MessageLog(tmp_path / "deep" / "them.log")
    written.heard(fix.order(2), fix.at(0))
    written.sent(fix.message("0", 3), fix.at(1.5))
    written.note("logged on", fix.at(2))
    written.close()
    lines = (tmp_path / "deep" / "them.log").read_text().splitlines()
    assert [line[:30] for line in lines] == [
        "20260105-14:30:00.000000 <- 8=",
        "20260105-14:30:01.500000 -> 8=",
        "20260105-14:30:02.000000 -- lo",
    ]


def test_files_that_grow_too_long_are_rotated(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(log, "MAX_BYTES", 1_000)
    written = MessageLog(tmp_path / "them.log")
    for n in range(100):
        written.note(f"line {n} " + "x" * 50, fix.at(n))
    written.close()
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["them.log", *(f"them.log.{n}" for n in range(1, 6))]
    assert all(path.stat().st_size <= 1_100 for path in tmp_path.iterdir())
