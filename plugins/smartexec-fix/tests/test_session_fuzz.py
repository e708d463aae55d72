"""Whatever a peer sends in sound frames, a session answers or hangs up; it never breaks, its numbers never run back."""

import fix_messages as fix
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartexec_fix.session.outputs import App, HangUp
from smartexec_fix.session.session import Session
from smartexec_fix.wire import built_in
from smartexec_fix.wire.checking import Rules, check
from smartexec_fix.wire.framing import checksum
from smartexec_fix.wire.message import Field, encode, parse

KINDS = st.sampled_from([*"0123455AD8jF", "zz", "\xff"])
HUGE = b"99999999999999999999"
NASTY = st.sampled_from(
    [b"", b"0", b"-1", b"Y", b"N", b"1", b"2", HUGE, b"20260231-00:00:00", b"20260105-14:30:00", b"x"]
)
TAGS = st.sampled_from(
    [7, 16, 36, 43, 45, 58, 97, 98, 108, 112, 122, 123, 141, 789, 11, 38, 54, 55, 60, 957, 958, 5, 0, -1]
)
BODY = st.lists(st.tuples(TAGS, st.one_of(NASTY, st.binary(max_size=6).filter(lambda v: b"\x01" not in v))), max_size=6)
SEQ = st.one_of(st.integers(-2, 3), st.just(50_000))


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(["FIX.4.0", "FIX.4.2", "FIX.4.4", "FIX.5.0SP2"]),
    st.lists(st.tuples(KINDS, SEQ, BODY, st.sampled_from([0, 0, 0, 200, -200])), min_size=1, max_size=12),
    st.booleans(),
)
def test_session_takes_anything(version: str, sent: list[tuple[str, int, list[Field], int]], initiator: bool) -> None:
    session = fix.session(initiator=initiator, version=version)
    begin = session.settings.begin_string
    session.opened(fix.at(0))
    more = [(1137, "9")] if version.startswith("FIX.5") else []
    session.received(fix.logon(1, *more, begin=begin.decode()), fix.at(0))
    assert session.logged_on
    for number, (kind, seq, body, off) in enumerate(sent):
        now, before = fix.at(number), session.store.next_in
        fields: list[Field] = [(34, b"%d" % max(0, before + seq)), (49, b"THEM"), (56, b"US")]
        fields.append((52, fix.stamp(fix.at(number + off))))
        outputs = session.received(encode(begin, kind.encode("latin-1"), [*fields, *body]), now)
        assert session.store.next_in >= before or b"Y" in dict(body).values()  # but for a reset that was asked for
        assert session.store.next_in < 1 << 62
        assert sum(isinstance(one, App) for one in outputs) <= number + 1
        if any(isinstance(one, HangUp) for one in outputs):
            session.lost(now, "hung up")
            return


def frame_of(fields: dict[int, bytes | None]) -> bytes:
    """A frame whose length and checksum are true, whatever else is not."""
    body = b"".join(b"%d=%b\x01" % one for one in fields.items() if one[0] != 8 and one[1] is not None)
    frame = b"8=%b\x019=%d\x01%b" % (fields[8] or b"", len(body), body)
    return frame + b"10=%03d\x01" % checksum(frame)


LONG = [b"9" * 5_000, b"-" + b"9" * 5_000, b"1.5", b"abc", b"\xff\xfe"]
HEADER = [8, 34, 35, 49, 52, 56, 108]


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(HEADER), st.one_of(NASTY, st.sampled_from(LONG), st.none())), max_size=3),
    st.sampled_from(["A", "0", "2", "4", "5", "8", "D"]),
    st.booleans(),
    st.booleans(),
)
def test_header_of_any_kind_is_answered_or_hung_up(
    changed: list[tuple[int, bytes | None]], kind: str, up: bool, initiator: bool
) -> None:
    session = fix.session(initiator=initiator)
    session.opened(fix.at(0))
    if up:
        session.received(fix.logon(), fix.at(0))
    before = session.store.next_in
    sound = {34: b"%d" % before, 49: b"THEM", 52: fix.stamp(fix.at(0)), 56: b"US", 98: b"0", 108: b"30", 7: b"1"}
    whole: dict[int, bytes | None] = {8: b"FIX.4.4", 35: kind.encode(), **sound, 16: b"0", 36: b"%d" % (before + 1)}
    outputs = session.received(frame_of({**whole, **dict(changed)}), fix.at(0))
    assert not any("found ValueError" in one.reason for one in outputs if isinstance(one, HangUp))
    assert before <= session.store.next_in <= before + 1


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_sound_frames_of_changed_bytes_break_nothing(data: st.DataObject) -> None:
    frame = bytearray(fix.order(2))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    session = fix.session()
    session.opened(fix.at(0))
    session.received(fix.logon(), fix.at(0))
    for one in session.received(bytes(frame), fix.at(0)):
        assert not isinstance(one, HangUp) or not one.reason.startswith(("found ValueError", "found IndexError"))


@given(st.lists(st.tuples(TAGS, NASTY), max_size=8), KINDS)
@settings(max_examples=300, deadline=None)
def test_what_is_found_sound_quickly_has_no_fault_when_looked_at_closely(body: list[Field], kind: str) -> None:
    dictionary = built_in.of("FIX.4.4")
    header: list[Field] = [(34, b"1"), (49, b"A"), (52, b"20260105-14:30:00"), (56, b"B")]
    message = parse(encode(b"FIX.4.4", kind.encode("latin-1"), [*header, *body]))
    quickly = check(message, dictionary)
    quick = dictionary.quick.pop(message.msg_type, None)
    if quick is not None:
        dictionary.quick[message.msg_type] = Never()
        try:
            closely = check(message, dictionary, Rules())
        finally:
            dictionary.quick[message.msg_type] = quick
        assert quickly == closely


class Never:
    """Is never sure."""

    def sound(self, _: object) -> bool:
        return False


@pytest.mark.parametrize("initiator", [False, True])
def test_what_comes_after_the_end_of_a_connection_is_not_taken(initiator: bool) -> None:
    session = fix.session(initiator=initiator)
    session.opened(fix.at(0))
    session.received(fix.logon(), fix.at(0))
    session.lost(fix.at(1), "cut")
    assert isinstance(session, Session)
    assert not session.logged_on
    assert session.next_tick() is None
