"""The conformance kit of journals: scenarios J-01 and on."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, ClassVar, Final

import pytest

from smartexec.errors import JournalError
from smartexec.interfaces.journal import Journal
from smartexec.model.events import Resolve
from smartexec.runtime.journal.records import Record, Writer, read_records
from smartexec.runtime.reading.schema import build
from smartexec.testing.elsewhere import elsewhere
from smartexec.testing.journal_tasks import (
    DEATHS,
    GROUP,
    HEADER,
    die,
    digest,
    expected,
    fill,
    payload,
    read,
    tell,
    try_resume,
    write,
)
from smartexec.testing.kit import Kit, needs, scenario
from smartexec.testing.parameters import check_class, check_documented, check_refusals

MANY: Final = 20_000
SIZES: Final = (0, 1, 127, 128, 255, 256, 65_535, 65_536, 1_000_000)
"""Bytes of payloads: where lengths commonly need another byte."""
FLIPS: Final = 60
"""Places where bytes are changed, in each of a journal's files."""


Make = Callable[[], Journal]
"""Makes an instance of one variant."""


class JournalKit(Kit):
    """Subclass it in a plugin's tests, set `journal`, and pytest runs the scenarios."""

    kind = "journal"
    subject = "journal"

    journal: ClassVar[type[Journal]]
    """The class under test."""
    params: ClassVar[Mapping[str, Any]] = {}
    """Its parameters, where it needs any, as a configuration has them."""
    variants: ClassVar[Sequence[Mapping[str, Any]]] = ()
    """Other parameters that are tried as well."""
    keeps: ClassVar[str] = ""
    """Why it keeps nothing: "" = it keeps what it is given."""

    def make(self, params: Mapping[str, Any] | None = None) -> Journal:
        """Make the journal as a configuration file would."""
        return build(self.journal, self.params if params is None else params, self.journal.name)

    def made(self) -> list[Journal]:
        """Make it with its parameters, and with those of each variant."""
        return [self.make({**self.params, **one}) for one in ({}, *self.variants)]

    # -- what it is ----------------------------------------------------------------------------------------------------

    @scenario("J-01")
    def test_j01_declares_itself(self) -> None:
        """It is an attrs class with a docstring and a name like sqlite."""
        check_class(self.journal, Journal)

    @scenario("J-02")
    def test_j02_documents_its_parameters(self) -> None:
        """Every parameter has a type that can be read, and a docstring below it.

        Skipped where there is no source to read docstrings from.
        """
        check_documented(self.journal)

    @scenario("J-03")
    def test_j03_refuses_bad_parameters_by_name(self) -> None:
        """A parameter that is no value of its type, and one that it does not have, are refused with their names."""
        check_refusals(self.journal, self.params)

    @scenario("J-04")
    def test_j04_says_what_a_commit_covers(self) -> None:
        """`turns_per_commit` is at least 1; where it is more than 1 a docstring of its own says so, as commands then
        leave unrecorded (law 7).
        """
        base = Journal.turns_per_commit.__doc__
        for one in self.made():
            turns, doc = one.turns_per_commit, type(one).turns_per_commit.__doc__
            assert type(turns) is int, f"turns_per_commit: found {turns!r}, expected an integer"
            assert turns >= 1, f"turns_per_commit: found {turns}, expected at least 1"
            assert turns == 1 or (doc and doc != base), f"turns_per_commit: found {turns}, expected a docstring on it"

    # -- what it keeps -------------------------------------------------------------------------------------------------

    @scenario("J-05")
    def test_j05_reads_back_what_was_written(self, tmp_path: Path) -> None:
        """Header and records come back byte for byte, in order of appending, as often as they are asked for."""
        for make, run in self._runs(tmp_path):
            journal = make()
            records = [(1, b"a"), (7, b"\x00\xff"), (7, b"the same number, later"), (1 << 52, b"")]
            journal.create(run, HEADER)
            for seq, data in records:
                journal.append(seq, data)
                journal.commit()
            journal.close()
            again = make()
            assert again.open(run) == HEADER
            for _ in range(2):
                found = list(again.records())
                assert found == records, f"found {found}, expected {records}"
            again.close()

    @scenario("J-06")
    def test_j06_takes_payloads_of_any_size(self, tmp_path: Path) -> None:
        """Payloads of nothing to a million bytes come back as they were, whatever bytes they are."""
        for make, run in self._runs(tmp_path):
            journal = make()
            random = Random(6)
            records = [(seq, random.randbytes(size)) for seq, size in enumerate(SIZES, 1)]
            journal.create(run, b"")
            for seq, data in records:
                journal.append(seq, data)
            journal.commit()
            journal.close()
            header, found = read(make(), run)
            assert header == b"", f"found {header!r}, expected an empty header"
            assert [(seq, len(data)) for seq, data in found] == [(seq, len(data)) for seq, data in records]
            assert found == records, "found other bytes, expected those that were written"

    @scenario("J-07")
    def test_j07_keeps_many_records(self, tmp_path: Path) -> None:
        """20,000 records, a hundred a commit, come back in order."""
        for make, run in self._runs(tmp_path):
            journal = make()
            journal.create(run, HEADER)
            for seq, data in expected(MANY):
                journal.append(seq, data)
                if seq % 100 == 0:
                    journal.commit()
            journal.close()
            _, found = read(make(), run)
            assert len(found) == MANY, f"found {len(found)} records, expected {MANY}"
            assert found == expected(MANY), "found other records, expected those that were written"

    @scenario("J-08")
    def test_j08_shows_what_is_committed(self, tmp_path: Path) -> None:
        """Another process sees what is committed at once, while the journal is being written, and nothing else."""
        for variant, (make, run) in enumerate(self._runs(tmp_path)):
            journal = make()
            journal.create(run, HEADER)
            for seq, data in expected(GROUP):
                journal.append(seq, data)
            journal.commit()
            journal.append(GROUP + 1, payload(GROUP + 1))
            told = elsewhere(self, tell, run, variant).split()
            journal.close()
            assert told == [str(GROUP), digest(HEADER, expected(GROUP))], f"found {told[0]} records, expected {GROUP}"

    @scenario("J-09")
    def test_j09_commits_when_it_is_closed(self, tmp_path: Path) -> None:
        """Closing commits what was appended; closing again, or what was never open, does nothing."""
        for make, run in self._runs(tmp_path):
            journal = make()
            journal.close()
            write(journal, run, GROUP + 1)
            journal.close()
            found = read(make(), run)[1]
            assert found == expected(GROUP + 1), f"found {len(found)} records, expected {GROUP + 1}"

    @scenario("J-10")
    def test_j10_writes_over_nothing(self, tmp_path: Path) -> None:
        """A journal that is there already is a JournalError that names its folder, and stays as it was."""
        for make, run in self._runs(tmp_path):
            write(make(), run, GROUP)
            self._refuses(make, run, "create", b"other")
            assert read(make(), run) == (HEADER, expected(GROUP)), "found another journal, expected the old"

    @scenario("J-11")
    def test_j11_says_what_is_no_journal(self, tmp_path: Path) -> None:
        """To open a folder that is not there, an empty one, or files that are no journal is a JournalError that names
        the folder; `begun` says False of them, and True of a journal, also while it is written.
        """
        for make, run in self._runs(tmp_path):
            for nothing in (tmp_path / "gone", run):
                self._refuses(make, nothing, "open")
                assert not make().begun(nothing)
            journal = make()
            journal.create(run, HEADER)
            assert make().begun(run), "found it not begun, expected it begun: its header is durable"
            journal.close()
            for path in _files(run):
                path.write_bytes(b"something else " * 500)
            self._refuses(make, run, "open")
            assert not make().begun(run)

    # -- what it survives ----------------------------------------------------------------------------------------------

    @scenario("J-12")
    def test_j12_survives_kill_9(self, tmp_path: Path) -> None:
        """Of processes that are killed while they write, what they knew to be committed is there, and what comes back
        is a beginning of what they wrote. Who was killed first of all can begin again.

        Twelve processes for each variant, killed at moments nobody knows. Skipped where processes cannot be forked.
        """
        needs(hasattr(os, "fork"), "processes cannot be forked here")
        for variant, (make, folder) in enumerate(self._runs(tmp_path)):
            elsewhere(self, die, folder, variant)
            for number in range(DEATHS):
                run = folder / f"run-{number}"
                known = run.with_suffix(".said").stat().st_size
                if known or make().begun(run):
                    self._beginning(make, run, known)
                else:
                    write(make(), run, GROUP)

    @scenario("J-13")
    def test_j13_notices_damage(self, tmp_path: Path) -> None:
        """Where bytes were changed or files cut off, it is a JournalError, or what comes back is a beginning of what
        was written: other bytes only where the chain of the records notices it. The header has no chain: it is guarded.

        Of a journal that was closed, and of one that its process left open.
        """
        make, run = next(self._runs(tmp_path))
        events = [Resolve(f"C{seq}", seq, reason="x" * (seq % 50)) for seq in range(1, 101)]
        journal, left = make(), tmp_path / "left"
        journal.create(run, HEADER)
        writer = Writer(journal)
        for seq, event in enumerate(events, 1):
            writer.event(seq, seq, event)
            writer.commit()
        shutil.copytree(run, left)
        journal.close()
        for whole in (run, left):
            for what, damaged in _damages(whole, tmp_path / "damaged"):
                found = [one.body for one in self._records(make, damaged, what)]
                assert found == events[: len(found)], f"{what}: found other records, expected those that were written"

    @scenario("J-14")
    def test_j14_says_that_the_disk_is_full(self, tmp_path: Path) -> None:
        """Where nothing more can be written, or the folder is none, it is a JournalError, and what was committed before
        is there.

        Another process may write files of 256 kB only. That is skipped where there are no such limits.
        """
        for variant, (make, run) in enumerate(self._runs(tmp_path)):
            (run / "file").touch()
            self._refuses(make, run / "file", "create", HEADER)
            (run / "file").unlink()
            needs(os.name == "posix", "there are no limits for processes here")
            known, _, said = elsewhere(self, fill, run, variant).partition(" ")
            assert said.startswith("JournalError: "), f"found {said.strip()} on a full disk, expected a JournalError"
            self._beginning(make, run, int(known))

    # -- how it goes on ------------------------------------------------------------------------------------------------

    @scenario("J-15")
    def test_j15_can_be_gone_on_with(self, tmp_path: Path) -> None:
        """Resumed, it gives its header, and what is appended comes after what was there.

        Skipped where it is of a kind that cannot be gone on with.
        """
        self._resumable()
        for make, run in self._runs(tmp_path):
            write(make(), run, GROUP)
            for seq in (GROUP + 1, GROUP + 2):
                again = make()
                assert again.resume(run) == HEADER
                assert list(again.records()) == expected(seq - 1)
                again.append(seq, payload(seq))
                again.commit()
                again.close()
            assert read(make(), run)[1] == expected(GROUP + 2)

    @scenario("J-16")
    def test_j16_cuts_off_a_torn_tail(self, tmp_path: Path) -> None:
        """Resumed, it takes the records from a number on off, and goes on before them.

        Skipped where it is of a kind that cannot be gone on with.
        """
        self._resumable()
        for make, run in self._runs(tmp_path):
            write(make(), run, 9)
            again = make()
            again.resume(run)
            again.cut(7)
            again.append(7, payload(7))
            again.commit()
            again.close()
            found = read(make(), run)[1]
            assert found == expected(7), f"found records {[seq for seq, _ in found]}, expected 1 to 7"

    @scenario("J-17")
    def test_j17_is_written_by_one_at_a_time(self, tmp_path: Path) -> None:
        """While it is written, to go on with it is a JournalError, here and in another process; afterwards it is not.

        Skipped where it is of a kind that cannot be gone on with.
        """
        self._resumable()
        make, run = next(self._runs(tmp_path))
        journal = make()
        journal.create(run, HEADER)
        self._refuses(make, run, "resume")
        there = elsewhere(self, try_resume, run, 0)
        assert there.startswith("refused: "), "found two processes that write, expected the second refused"
        journal.append(1, payload(1))
        journal.close()
        self._beginning(make, run, 1)
        assert read(make(), run)[1] == expected(1), "found no record, expected the writer's"

    # -- helpers -------------------------------------------------------------------------------------------------------

    def _runs(self, folder: Path) -> Iterator[tuple[Make, Path]]:
        """Yield what makes instances of each variant, with a folder of its own. Skips where nothing is kept."""
        needs(not self.keeps, self.keeps)
        for number in range(len(self.variants) + 1):
            run = folder / f"variant-{number}"
            run.mkdir()
            yield partial(self._variant, number), run

    def _variant(self, number: int) -> Journal:
        return self.made()[number]

    def _resumable(self) -> None:
        needs(not self.keeps, self.keeps)
        needs(self.journal.resume is not Journal.resume, "it is of a kind that cannot be gone on with")

    def _refuses(self, make: Make, run: Path, call: str, *arguments: bytes) -> None:
        """Check that a call on another instance is a JournalError that names the folder."""
        journal = make()
        with pytest.raises(JournalError) as caught:
            getattr(journal, call)(run, *arguments)
        assert str(run) in str(caught.value), f"found {caught.value}, expected {run} in it"
        journal.close()

    def _beginning(self, make: Make, run: Path, known: int) -> None:
        """Check that a journal begins as it was written and holds `known` commits, the first of which is its header;
        and that it can be gone on with, if it is of that kind."""
        header, found = read(make(), run)
        assert header == HEADER, f"{run.name}: found header {header!r}, expected {HEADER!r}"
        least = GROUP * (known - 1)
        assert found == expected(len(found)), f"{run.name}: found other records, expected those that were written"
        assert len(found) >= least, f"{run.name}: found {len(found)} records, expected at least {least}, committed"
        if self.journal.resume is not Journal.resume:
            again = make()
            again.resume(run)
            again.close()

    def _records(self, make: Make, run: Path, where: str) -> list[Record]:
        """Give the records as far as their chain holds; none where it is a JournalError."""
        journal = make()
        try:
            header = journal.open(run)
            assert header == HEADER, f"{where}: found header {header!r}, expected {HEADER!r} or a JournalError"
            return list(read_records(journal.records(), []))
        except JournalError:
            return []
        finally:
            with suppress(JournalError):  # it has been said
                journal.close()


def _files(run: Path) -> list[Path]:
    return sorted(path for path in run.rglob("*") if path.is_file())


def _damages(whole: Path, damaged: Path) -> Iterator[tuple[str, Path]]:
    """Yield (what was done, copy of a folder with one file damaged)."""
    random = Random(13)
    for path in _files(whole):
        data, name = path.read_bytes(), path.relative_to(whole)
        places = [random.randrange(len(data)) for _ in range(FLIPS if data else 0)]
        header = data.find(HEADER)
        if header >= 0:
            places += range(header, header + len(HEADER))
        for at in places:
            size = random.choice((1, 1, 16))
            changed = data[:at] + bytes(255 - byte for byte in data[at : at + size]) + data[at + size :]
            yield f"{name} changed at byte {at}", _copy(whole, damaged, name, changed)
        for part in (0.0, 0.3, 0.7, 1.0):
            length = min(int(len(data) * part), max(0, len(data) - 1))
            yield f"{name} cut to {length} bytes", _copy(whole, damaged, name, data[:length])


def _copy(whole: Path, damaged: Path, name: Path, data: bytes) -> Path:
    """Copy a folder with other bytes in one file."""
    shutil.rmtree(damaged, ignore_errors=True)
    shutil.copytree(whole, damaged)
    (damaged / name).write_bytes(data)
    return damaged
