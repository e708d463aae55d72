"""Laws 1 to 6 and 8 to 10 in any world that hypothesis can think of: requests, faults, busts, crosses and silence.

`SMARTEXEC_WORLDS` says how many worlds are tried (500 in continuous integration). A failing world is shrunk to few
moves and printed; `rest` is a move that does nothing. Seeded worlds, which happen more evenly, are in test_tables.py.
"""

import os

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.laws.invariants import same_again
from tests.laws.machine import CHOICES, MOVES, NUMBERS, Config, Machine, Step, engine

WORLDS = int(os.environ.get("SMARTEXEC_WORLDS", "200"))
PHASES = [Phase.explicit, Phase.generate]
if os.environ.get("SMARTEXEC_SHRINK", "1") == "1":
    PHASES.append(Phase.shrink)

configs = st.builds(
    Config, seed=st.integers(0, 2**32), **{name: st.sampled_from(values) for name, values in CHOICES.items()}
)
steps = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, NUMBERS - 1)), min_size=80, max_size=160)


@settings(
    max_examples=WORLDS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=PHASES,
    report_multiple_bugs=False,
    print_blob=True,
)
@given(config=configs, moves=steps)
@example(config=Config(), moves=[])
def test_the_laws_hold_in_any_world(config: Config, moves: list[Step]) -> None:
    machine = Machine(config)
    machine.run(moves)
    same_again(machine.world, machine.advisor.said, lambda advisor: engine(config, advisor))
