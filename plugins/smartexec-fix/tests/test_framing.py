"""Frames: cut anywhere, they come out whole; whatever else comes in is skipped, and little of it is kept."""

import fix_messages as fix
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartexec_fix.wire.framing import MAX_BODY, MAX_STRAY, Framer, checksum, verified
from smartexec_fix.wire.message import encode

FRAMES = [fix.logon(), fix.order(2), fix.message("0", 3), fix.message("8", 4, (58, "x" * 300))]


def framed(*pieces: bytes) -> list[bytes]:
    framer = Framer()
    return [frame for piece in pieces for frame in framer.feed(piece)]


def test_stream_cut_at_every_byte_gives_the_same_frames() -> None:
    stream = b"".join(FRAMES)
    for at in range(len(stream) + 1):
        assert framed(stream[:at], stream[at:]) == FRAMES
    assert framed(*(stream[n : n + 1] for n in range(len(stream)))) == FRAMES


@given(st.data())
def test_stream_cut_anywhere_gives_the_same_frames(data: st.DataObject) -> None:
    stream = b"".join(FRAMES)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    assert framed(*(stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True))) == FRAMES


JUNK = [
    b"hello world",
    b"\x00\xff\xfe" * 7,
    b"8=FIX.4.4\x019=5\x0135=0\x0110=000\x01",  # the checksum is wrong
    b"8=FIX.4.4\x019=500\x0135=0\x01",  # names more than there is
    b"8=FIX.4.4\x0135=0\x0149=X\x0110=123\x01",  # no length
    b"35=0\x018=FIX.4.4\x019=5\x0110=1\x01",
    b"8=FIX.4.4\x019=-5\x0135=0\x0110=000\x01",
    b"8=FIX.4.4\x019=99999999999\x0135=0\x01",
    b"8=8=8=8=\x018=\x018=",
    b"\x01" * 50,
]


@pytest.mark.parametrize("junk", JUNK)
def test_frames_after_junk_come_out(junk: bytes) -> None:
    frames = framed(b"\x01" + junk + b"\x01", *FRAMES, *FRAMES)
    assert frames[-len(FRAMES) :] == FRAMES  # what junk names as its own may be lost, the rest is not


@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from(FRAMES + JUNK)), max_size=12))
def test_whatever_comes_in_only_sound_frames_come_out(pieces: list[bytes]) -> None:
    framer = Framer()
    for piece in pieces:
        for frame in framer.feed(piece):
            assert verified(frame)


def test_length_that_is_too_long_is_not_waited_for() -> None:
    framer = Framer()
    assert list(framer.feed(b"8=FIX.4.4\x019=%d\x0135=0\x01" % (MAX_BODY + 1))) == []
    assert framer.garbled == 1
    assert list(framer.feed(FRAMES[0])) == [FRAMES[0]]


@settings(deadline=None)
@given(st.one_of(st.binary(min_size=1, max_size=4), st.sampled_from([b"8=", b"\x018=", b"8=\x01", b"8=\x019="])))
def test_flood_of_anything_is_not_kept(part: bytes) -> None:
    framer = Framer()
    for _ in range(40):
        list(framer.feed(part * (100_000 // len(part))))
        assert len(framer._buffer) <= MAX_BODY + 100_000 + 100


def test_flood_within_a_field_is_not_kept() -> None:
    framer = Framer()
    for head in (b"8=", b"8=FIX.4.4\x019=", b"8=FIX.4.4\x019=999999\x0135=0\x0158=", b"8=FIX.4.4\x0158="):
        list(framer.feed(b"\x01" + head))
        for _ in range(40):
            list(framer.feed(b"x" * 100_000))
            assert len(framer._buffer) <= 2 * MAX_BODY + 200_000


def test_checksum_is_the_sum_of_all_bytes_before_it() -> None:
    assert checksum(b"\xff" * 3) == 253
    assert verified(encode(b"FIX.4.4", b"0", [(34, b"1")]))


def test_every_changed_byte_is_noticed() -> None:
    frame = FRAMES[1]
    for n in range(len(frame)):
        for value in (frame[n] ^ 1, (frame[n] + 1) % 256):
            changed = frame[:n] + bytes([value]) + frame[n + 1 :]
            assert not verified(changed)


@pytest.mark.parametrize("head", [b"8=FIX.4.4\x01x\x01", b"8=FIX.4.4\x019=5\x0135=A\x01", b"8=FIX.4.4\x01", b"x"])
def test_what_has_no_end_in_sight_is_not_waited_for(head: bytes) -> None:
    framer = Framer()
    list(framer.feed(head + b"y" * 100_000))
    assert framer.waiting <= MAX_STRAY


def test_beginnings_that_are_none_are_skipped_together() -> None:
    framer = Framer()
    list(framer.feed(b"8=" * 50_000))
    assert framer.garbled <= 2  # each costs a look at what has come
    assert list(framer.feed(b"\x01" + FRAMES[0])) == [FRAMES[0]]
