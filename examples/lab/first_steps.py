# %% [markdown]
# # First steps in the lab
#
# A market, an order, and a strategy of your own, watched decision by decision. It needs `smartexec[lab]`, and the
# plugins `smartexec-sim`, `smartexec-routers` and `smartexec-schedules`.

# %% [markdown]
# ## A strategy
#
# A frozen attrs class. Its fields are its parameters; `decide` says what should be live *now*: all of it, every time.
# This one rests what is due by the end of each slice at the near touch, and crosses in the last fifth of the slice.

# %%
from attrs import field, frozen
from attrs.validators import ge

from smartexec.api import Decision, ParentView, Slice, Strategy
from smartexec.lab import Lab


@frozen
class Mine(Strategy):
    """Equal parts in equal times: rest first, cross in the last fifth of each."""

    name = "MINE"
    slices: int = field(default=6, validator=ge(1))

    def decide(self, view: ParentView) -> Decision:
        length = (view.end - view.start) // self.slices
        number = min(self.slices, (view.now - view.start) // length + 1)
        end, late = view.start + number * length, view.start + number * length - length // 5
        due = view.order_qty * number // self.slices - (view.order_qty - view.leaves_qty)
        if due <= 0 or not view.market.valid:
            return Decision(wake_at=end, note=f"slice {number}: nothing due, or no market")
        crosses = view.now >= late
        price = view.market.far(view.side) if crosses else view.market.near(view.side)
        note = f"slice {number} of {self.slices}: {'crosses' if crosses else 'rests'}"
        return Decision((Slice(due, price),), end if crosses else late, note=note)


# %% [markdown]
# ## A market, and an order
#
# An invented share for an hour, at a lit venue and a dark one. The seed makes it the same each time.

# %%
lab = Lab(minutes=60, seed=7)
order = lab.buy(10_000, Mine(slices=6), start="5m", end="50m")
step = lab.step()
print(step)

# %% [markdown]
# Nothing beyond this decision has happened. What it saw is `step.view`, what it said `step.decision`, what was sent
# `step.commands`; what comes back will be in `step.events` of the next one.

# %%
print(step.view.market.bid, step.view.market.ask, step.decision.slices, step.commands[0])

# %% [markdown]
# ## Decision by decision

# %%
for step in lab:
    print(step)
    if step.at > 15 * 60 * 1_000_000_000:
        break

# %% [markdown]
# ## Clients change their minds
#
# Ask for more in between: the next decision knows of it.

# %%
lab.amend(order, 12_000)
step = lab.step()
print(step)

# %% [markdown]
# A seller of the same share comes, to an algorithm that is installed. What both still want is crossed inside, at the
# midpoint. Then let it run to the end.

# %%
seller = lab.sell(3_000, "TWAP", slices=4, end="45m")
result = lab.run()
print(result)

# %%
print(lab.tables["crosses"])

# %% [markdown]
# ## The picture
#
# The market with own orders, progress against time and volume, and every decision: point at one to read its note.

# %%
lab.plot(file="first_steps.html")

# %% [markdown]
# ## When it breaks
#
# A strategy that raises is quarantined: what it has live is cancelled, the others go on. The lab shows where.


# %%
@frozen
class Broken(Mine):
    """Divides by what was executed, which is nothing at first."""

    name = "BROKEN"

    def decide(self, view: ParentView) -> Decision:
        average = view.notional // view.cum_qty
        return Decision((Slice(100, average),))


other = Lab(minutes=10)
other.buy(500, Broken)
step = other.step()
print(step)

# %% [markdown]
# ## Once is nothing
#
# Another seed is another market: here are five. That is still few: `smartexec compare` tells what is more than chance.

# %%
for seed in range(5):
    again = Lab(minutes=60, seed=seed)
    again.buy(10_000, Mine(slices=6))
    (line,) = again.run().parents
    print(seed, f"{line.cum_qty:,} lots, {line.slippage_bps:+.2f} bp against the VWAP of the market")
