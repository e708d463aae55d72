"""The same worlds as a hypothesis state machine: hypothesis chooses every move after seeing what came of the last.

test_worlds.py tries more worlds in the same time; this one finds short stories, one rule a move.
"""

import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.laws.invariants import same_again
from tests.laws.machine import CHOICES, NUMBERS, WEIGHTS, Config, Machine, engine

number = st.integers(0, NUMBERS - 1)


class Story(RuleBasedStateMachine):
    """One world; its rules are the moves of `Machine`."""

    machine: Machine | None = None

    @initialize(
        config=st.builds(
            Config, seed=st.integers(0, 2**32), **{name: st.sampled_from(values) for name, values in CHOICES.items()}
        )
    )
    def begin(self, config: Config) -> None:
        self.machine = Machine(config)
        self.machine.begin()

    @invariant()
    @precondition(lambda self: self.machine is not None)
    def laws(self) -> None:
        assert self.machine is not None
        self.machine.holds()

    def teardown(self) -> None:
        """Heal the world: everything must become known, end and be booked; and refold to the same bytes."""
        machine = self.machine
        if machine is not None:
            machine.end()
            same_again(machine.world, machine.advisor.said, lambda advisor: engine(machine.config, advisor))


def _rule(name: str) -> Any:
    def step(self: Story, i: int) -> None:
        assert self.machine is not None
        self.machine.move(name, i)

    step.__name__ = name
    return rule(i=number)(step)


# Hypothesis chooses evenly between rules, so what happens often has several.
for _name, _weight in WEIGHTS.items():
    for _copy in range(max(1, _weight // 3)):
        setattr(Story, f"{_name}_{_copy}", _rule(f"{_name}"))

TestStory = Story.TestCase
TestStory.settings = settings(
    max_examples=max(20, int(os.environ.get("SMARTEXEC_WORLDS", "200")) // 10),
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
