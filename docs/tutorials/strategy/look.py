"""PULLBACK in the lab: one order, decision by decision."""

from smartexec.lab import Lab

from pullback import Pullback

lab = Lab(minutes=60, seed=1)
order = lab.buy(10_000, Pullback(slices=6), start="5m", end="50m")
print(lab.step())
print(lab.step())
print(lab.run())
lab.plot(file="look.html")
