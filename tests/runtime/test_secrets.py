"""Secrets: references to them are followed where they are needed, and left alone where a run is only folded again."""

import pytest

from smartexec.runtime.reading.secrets import left_alone, secret


def test_secret_of_the_environment_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_PASSWORD", "open sesame")
    assert secret("env:DESK_PASSWORD") == "open sesame"


def test_secret_that_is_not_there_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESK_PASSWORD", raising=False)
    with pytest.raises(ValueError, match="found no variable DESK_PASSWORD"):
        secret("env:DESK_PASSWORD")


def test_reference_is_not_followed_where_secrets_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESK_PASSWORD", raising=False)
    with left_alone():
        assert secret("env:DESK_PASSWORD") == "env:DESK_PASSWORD"
        with pytest.raises(ValueError, match="expected a reference"):
            secret("open sesame")
    with pytest.raises(ValueError, match="found no variable"):
        secret("env:DESK_PASSWORD")
