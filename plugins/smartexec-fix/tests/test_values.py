"""Numbers and versions: exact both ways, and what cannot be read is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec.api import ExecType, OrdStatus
from smartexec_fix.session.application import Application
from smartexec_fix.session.settings import VERSIONS
from smartexec_fix.wire.message import Message
from smartexec_fix.wire.values import read_decimal, write_decimal


@given(st.integers(-(10**18), 10**18), st.integers(0, 9))
def test_decimals_are_read_as_they_were_written(value: int, digits: int) -> None:
    text = write_decimal(value, digits)
    assert read_decimal(text, digits) == value
    assert b"." not in text or not text.endswith((b"0", b"."))


@pytest.mark.parametrize(
    ("text", "digits", "expected"),
    [(b"100", 0, 100), (b"002000.00", 0, 2000), (b".5", 9, 500_000_000), (b"1.", 2, 100), (b"-0.25", 2, -25)],
)
def test_decimals_as_others_write_them(text: bytes, digits: int, expected: int) -> None:
    assert read_decimal(text, digits) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"", "found '', expected a decimal"),
        (b"1e5", "found '1e5'"),
        (b"+1", "found"),
        (b"--1", "found"),
        (b"1.2.3", "found"),
        (b"0.001", "expected at most 2 decimals"),
        (b"nan", "found"),
        (b"9" * 31, "expected a decimal"),
        ("１".encode(), "found"),
    ],
)
def test_what_is_no_decimal_is_said(text: bytes, found: str) -> None:
    with pytest.raises(ValueError, match=found.replace(".", r"\.")):
        read_decimal(text, 2)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("exec_type", list(ExecType))
def test_reasons_are_read_as_they_were_written(version: str, exec_type: ExecType) -> None:
    """Whatever the version has fields for: 4.0 says little more than the status."""
    application = Application(version)
    status = {
        ExecType.TRADE: OrdStatus.PARTIALLY_FILLED, ExecType.TRADE_CANCEL: OrdStatus.NEW,
        ExecType.TRADE_CORRECT: OrdStatus.FILLED, ExecType.ORDER_STATUS: OrdStatus.PARTIALLY_FILLED,
        ExecType.REPLACED: OrdStatus.NEW, ExecType.RESTATED: OrdStatus.NEW,
    }.get(exec_type) or OrdStatus(exec_type.value)  # fmt: skip
    report = Message(b"FIX", b"8", [*application.written(exec_type, status), (39, status.value.encode())])
    if version == "FIX.4.0" and exec_type in (ExecType.REPLACED, ExecType.RESTATED):
        assert application.read(report) is ExecType.NEW
    else:
        assert application.read(report) is exec_type


def test_old_versions_say_fills_by_their_status() -> None:
    written = Application("FIX.4.2").written(ExecType.TRADE, OrdStatus.FILLED)
    assert written == [(20, b"0"), (150, b"2")]
    assert Application("FIX.4.4").written(ExecType.TRADE, OrdStatus.FILLED) == [(150, b"F")]


@pytest.mark.parametrize(("version", "kind"), [("FIX.4.4", b"?"), ("FIX.4.2", b""), ("FIX.4.4", b"\xff")])
def test_reason_that_fix_does_not_have_is_said(version: str, kind: bytes) -> None:
    with pytest.raises(ValueError, match=r"ExecType\(150\): found"):
        Application(version).read(Message(b"FIX", b"8", [(150, kind)]))
