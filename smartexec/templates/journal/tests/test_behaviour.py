"""What the journal is meant to do, beyond what all journals must."""

from pathlib import Path

from smartexec_your_name.journal import HEAD, YourName


def test_torn_frame_ends_what_is_read(tmp_path: Path) -> None:
    journal = YourName()
    journal.create(tmp_path, b"header")
    journal.append(1, b"one")
    journal.append(2, b"two")
    journal.close()
    path = tmp_path / "journal.frames"
    path.write_bytes(path.read_bytes()[:-1])
    assert journal.open(tmp_path) == b"header"
    assert list(journal.records()) == [(1, b"one")]
    assert path.stat().st_size == 3 * HEAD.size + len(b"headeronetwo") - 1
