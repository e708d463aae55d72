"""Messages read by splitting agree with simplefix, which reads byte by byte; what is written is read back."""

import fix_messages as fix
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simplefix import FixParser

from smartexec_fix.wire.framing import verified
from smartexec_fix.wire.message import LENGTHS, Field, Garbled, Message, encode, parse

VALUE = st.binary(min_size=1, max_size=12).filter(lambda value: b"\x01" not in value)
TAG = st.integers(1, 9999).filter(lambda tag: tag not in (8, 9, 10, 35, *LENGTHS, *LENGTHS.values()))


def oracle(frame: bytes) -> list[Field]:
    """All fields of a frame, as simplefix reads them."""
    parser = FixParser(allow_empty_values=True)
    parser.append_buffer(frame)
    found = parser.get_message()
    return [(int(tag), value or b"") for tag, value in found.pairs]


def all_fields(frame: bytes) -> list[Field]:
    read = parse(frame)
    parts = dict(part.split(b"=", 1) for part in frame.split(b"\x01")[:2])
    last = frame.rstrip(b"\x01").rpartition(b"\x01")[2].partition(b"=")[2]
    return [(8, read.begin_string), (9, parts[b"9"]), (35, read.msg_type), *read.fields, (10, last)]


@given(st.lists(st.tuples(TAG, VALUE), max_size=20))
def test_what_is_written_is_read_back(fields: list[Field]) -> None:
    frame = encode(b"FIX.4.4", b"D", fields)
    assert verified(frame)
    read = parse(frame)
    assert (read.begin_string, read.msg_type, read.fields) == (b"FIX.4.4", b"D", fields)


@given(st.lists(st.tuples(TAG, VALUE), max_size=20))
def test_messages_are_read_as_simplefix_reads_them(fields: list[Field]) -> None:
    frame = encode(b"FIX.4.4", b"8", fields)
    assert all_fields(frame) == oracle(frame)


@given(st.sampled_from(sorted(LENGTHS.items())), st.binary(max_size=40), st.lists(st.tuples(TAG, VALUE), max_size=5))
def test_data_with_any_bytes_is_read_by_its_length(pair: tuple[int, int], data: bytes, more: list[Field]) -> None:
    fields = [(pair[0], b"%d" % len(data)), (pair[1], data), *more]
    assert parse(encode(b"FIX.4.4", b"B", fields)).fields == fields


@pytest.mark.parametrize(
    "body",
    [
        b"4garbled9=TW",
        b"9" * 5_000 + b"=1",
        b"95=3\x0196=a\x01b\x01" + b"9" * 5_000 + b"=1",
        b"nothing",
        b"=1",
        b"1.5=2",
        b" 1=2",
        b"+1=2",
        "１=2".encode(),
        b"",
        b"58=x\x01\x0159=1",
    ],
)
def test_fields_that_are_none_are_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        parse(b"8=FIX.4.4\x019=5\x0135=0\x01" + body + b"\x0110=000\x01")


@pytest.mark.parametrize("length", [b"5", b"999999", b"4000000000", b"9" * 5_000])
def test_data_longer_than_the_message_is_garbled(length: bytes) -> None:
    with pytest.raises(Garbled, match="longer than the message"):
        parse(encode(b"FIX.4.4", b"B", [(95, length), (96, b"abc")]))


@given(st.binary(max_size=80))
def test_whatever_a_frame_holds_is_read_or_garbled(body: bytes) -> None:
    frame = b"8=FIX.4.4\x019=1\x0135=0\x01" + body + b"\x0110=000\x01"
    try:
        read = parse(frame)
    except Garbled:
        return
    assert all(type(tag) is int and b"\x01" not in value for tag, value in read.fields if tag not in LENGTHS.values())


def test_first_value_of_a_tag_is_the_one_given() -> None:
    read = parse(fix.message("D", 2, (11, "a"), (11, "b")))
    assert (read.get(11), read.text(11), read.get(99), read.text(99)) == (b"a", "a", None, "")


def test_fields_are_added_and_put() -> None:
    made = Message(b"FIX.4.4", b"D")
    made.add(11, "a")
    made.add(58, None)
    assert made.get(11) == b"a"
    made.put(11, 7)
    made.add(54, b"1")
    assert made.fields == [(11, b"7"), (54, b"1")]


def test_entries_of_a_group_are_given_by_tag() -> None:
    read = parse(fix.message("D", 2, (957, "2"), (958, "slices"), (959, "1"), (960, "5"), (958, "price"), (960, "1.5")))
    assert list(read.group(957, 958)) == [
        {958: b"slices", 959: b"1", 960: b"5"},
        {958: b"price", 960: b"1.5"},
    ]
    assert list(read.group(453, 448)) == []


def test_messages_that_people_read_hold_no_secret() -> None:
    told = str(parse(fix.message("BE", 2, (553, "user"), (554, "secret"), (925, "newsecret"), (58, "a\nb"))))
    assert "553=user|554=***|925=***|58=a" in told
    assert "secret" not in told
    assert told.isprintable()
