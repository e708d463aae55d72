"""The kernel agrees with the slow models in hundreds of random worlds: allocation, netting, lifecycle, money.

A failing world prints its seed, what differs, and every event of it.
"""

from random import Random

import pytest
from attrs import define

from smartexec.kernel.settings import NettingScope, Timing
from smartexec.testing.worlds import World
from tests.reference import compare, model
from tests.reference.driver import Character, Driver
from tests.reference.recorder import Recorder, recording

WORLDS, MOVES = 240, 150


@define(eq=False)
class Played:
    """A world that is over, and what was recorded of it."""

    character: Character
    world: World
    recorder: Recorder
    cross_seqs: list[int]
    """For each cross, the last event before it."""
    missed: list[str]
    """Crosses that could have been and were not."""

    def agrees(self, check, *args) -> None:  # type: ignore[no-untyped-def]
        """Check something; say which world it was if it does not hold."""
        try:
            check(*args)
        except AssertionError as e:
            events = "\n".join(f"  {seq} {now} {event}" for seq, now, event in self.world.log)
            raise AssertionError(f"seed {self.character.seed}: {e}\n{self.character}\nevents:\n{events}") from e


def play(seed: int) -> Played:
    """Let a world happen."""
    character = Character.drawn(seed)
    seqs: list[int] = []
    missed: list[str] = []

    def look(world: World) -> None:
        new = len(world.engine.blotter.crosses) - len(seqs)
        seqs.extend([world.seq] * new)
        if character.scope is NettingScope.ALL:
            missed.extend(compare.missed(world, character))

    with recording() as recorder:
        driver = Driver(character)
        driver.world.after = look
        return Played(character, driver.run(MOVES), recorder, seqs, missed)


@pytest.fixture(scope="module")
def worlds() -> list[Played]:
    """All worlds."""
    return [play(seed) for seed in range(WORLDS)]


def test_shares_agree_call_by_call(worlds: list[Played]) -> None:
    for w in worlds:
        character = w.character
        by_hand = character.timing is Timing.ON_FILL or character.rounding > 1 or character.min_qty > 0
        for log in w.recorder.shares.values():
            w.agrees(lambda log=log, by_hand=by_hand: compare.shares(log, by_hand=by_hand))
    calls = [(len(log.weights), *call) for w in worlds for log in w.recorder.shares.values() for call in log.calls]
    assert sum(n > 2 for n, *_ in calls) > 500
    assert sum(name == "take" for _, name, *_ in calls) > 100
    assert any(log.carried and any(log.carried) for w in worlds for log in w.recorder.shares.values())


def test_who_shares_an_execution_agrees(worlds: list[Played]) -> None:
    for w in worlds:
        for log in w.recorder.fills:
            w.agrees(compare.fill, log)
    assert sum(any(t > log.px * log.sign for t, _ in log.caps) for w in worlds for log in w.recorder.fills) > 50


def test_netting_agrees_call_by_call(worlds: list[Played]) -> None:
    for w in worlds:
        w.agrees(compare.netting, w.recorder)
    assert sum(sum(result[0]) > 0 for w in worlds for _, _, result in w.recorder.crosses) > 100
    assert sum(sum(result[0]) > 0 for w in worlds for _, _, result in w.recorder.offsets) > 50


def test_crosses_are_at_midpoints_of_valid_markets(worlds: list[Played]) -> None:
    for w in worlds:
        w.agrees(compare.midpoints, w.world, w.cross_seqs)


def test_nothing_stays_uncrossed_that_could_cross(worlds: list[Played]) -> None:
    for w in worlds:
        w.agrees(compare.same, "could still cross", w.missed, [])


def test_orders_are_what_was_said_of_them(worlds: list[Played]) -> None:
    for w in worlds:
        for log in w.recorder.orders.values():
            w.agrees(compare.order_life, log)


def test_quantities_averages_and_cents_agree(worlds: list[Played]) -> None:
    for w in worlds:
        w.agrees(compare.parents, w.world, w.character)
        w.agrees(compare.epochs, w.world, w.recorder)


def test_clients_know_from_their_reports_what_the_kernel_knows(worlds: list[Played]) -> None:
    for w in worlds:
        w.agrees(compare.clients, w.world)


# -- the models themselves --------------------------------------------------------------------------------------------


def pairs(buys: list[model.Member], sells: list[model.Member]) -> int:
    """How many lots can be paired so that nobody is paired with itself: a matching, lot by lot."""
    left, right = [o for n, o in buys for _ in range(n)], [o for n, o in sells for _ in range(n)]
    taken: dict[int, int] = {}

    def place(i: int, seen: set[int]) -> bool:
        for j, owner in enumerate(right):
            if owner != left[i] and j not in seen:
                seen.add(j)
                if j not in taken or place(taken[j], seen):
                    taken[j] = i
                    return True
        return False

    return sum(place(i, set()) for i in range(len(left)))


def test_model_crosses_as_many_lots_as_can_be_paired_between_owners() -> None:
    rng = Random(1)
    for _ in range(300):
        sides = [[(rng.randrange(1, 7), rng.choice("ABC")) for _ in range(rng.randrange(4))] for _ in "bs"]
        assert model.crossable(*sides) == pairs(*sides), sides


def test_model_shares_stay_within_a_lot_and_are_exact_at_the_end() -> None:
    rng = Random(2)
    for _ in range(200):
        weights = [rng.randrange(1, 40) for _ in range(rng.randrange(1, 7))]
        shares = model.SlowShares(weights, [0] * len(weights))
        while shares.total < sum(weights):
            before = list(shares.given)
            after = shares.give(rng.randrange(1, min(30, sum(weights) - shares.total) + 1))
            assert all(a >= b for a, b in zip(after, before, strict=True))
            assert all(abs(a - shares.exact(i, shares.total)) < 1 for i, a in enumerate(after))
        assert shares.given == weights
