"""The wall clock: even, and whoever sets it is noticed."""

from attrs import define, field

from smartexec.runtime.live.clock import Clock

SECOND = 1_000_000_000


@define(eq=False)
class Clocks:
    """The system's clocks."""

    wall: int = 1_000 * SECOND
    steady: int = 5 * SECOND
    faults: list[str] = field(factory=list)
    clock: Clock = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.clock = Clock(self.faults.append, lambda: self.wall, lambda: self.steady)

    def go(self, seconds: float, wall: float | None = None) -> int:
        """Let time pass, by the wall differently if said so."""
        self.steady += int(seconds * SECOND)
        self.wall += int((seconds if wall is None else wall) * SECOND)
        return self.clock.now()


def test_time_goes_on_without_a_word() -> None:
    clocks = Clocks()
    assert clocks.go(10) == 1_010 * SECOND
    assert clocks.faults == []


def test_clock_that_is_set_is_followed_and_told_once() -> None:
    for step, told in ((5.0, "+5.000"), (-3.0, "-3.000"), (3_600.0, "+3600.000")):
        clocks = Clocks()
        assert clocks.go(1, 1 + step) == int((1_001 + step) * SECOND)
        clocks.go(1)
        assert clocks.faults == [f"clock: found it set by {told} s, expected it to go on evenly"]


def test_clock_that_is_slowed_down_a_little_is_followed() -> None:
    clocks = Clocks()
    for _ in range(100):
        clocks.go(1.1, 1.0)
    assert clocks.faults == []
