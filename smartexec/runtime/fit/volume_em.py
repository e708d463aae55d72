"""Fits the parameters of the Kalman model for intraday volume by expectation-maximisation. Reads no files.

Source: R. H. Shumway, D. S. Stoffer, "An approach to time series smoothing and forecasting using the EM algorithm"
(1982), with the day-change transitions of Chen, Feng & Palomar (2016): eta's transition is estimated from the changes
of day, mu's from every step. The state has two parts, so that all algebra is written out. Bins without volume are
missing observations. Only `math.fsum` adds up, so that a fit is the same under every Python.
"""

from collections.abc import Callable, Sequence
from math import fsum, log, pi
from typing import Final

from attrs import evolve, frozen

from smartexec.kernel.kalman import State, prior, stepped, updated
from smartexec.model.statistics import VolumeModel

Days = Sequence[Sequence[float]]
"""Volume by day and bin."""
Logs = list[float | None]
"""Log volume bin after bin; None where nothing traded."""
MAX_ITERATIONS: Final = 1_000
TOLERANCE: Final = 1e-4
"""Fitted once no parameter of the model, x0 and v0 left out, moves by more than this in an iteration."""
FLOOR: Final = 1e-8
"""Least variance: EM drives that of the first state to 0, where the smoother could not divide any more."""
Progress = Callable[[int, float], None]
"""Is told the iteration, and how far parameters moved in it."""


@frozen(kw_only=True)
class Fit:
    """What a fit came to."""

    model: VolumeModel
    """With the prior of the first bin of the first day."""
    iterations: int
    """Until parameters settled, or until patience ended."""
    converged: bool
    """Whether they settled."""
    log_likelihood: float
    """Of all bins, under the parameters of the last iteration."""
    after: State
    """The state that is foreseen for the first bin of the day after the last."""


@frozen
class _Pass:
    """One run through the data, there and back."""

    smoothed: list[State]
    lag_eta: list[float]
    """Cov(eta_t, eta_(t-1)) given all data, for t = 1 ...; likewise below."""
    lag_mu: list[float]
    log_likelihood: float
    after: State


def fit_model(
    days: Days,
    *,
    max_iterations: int = MAX_ITERATIONS,
    tolerance: float = TOLERANCE,
    progress: Progress | None = None,
) -> Fit:
    """Fit all parameters. Needs two days at least, and some volume in every bin of the day on some day."""
    bins = len(days[0])
    logs: Logs = [log(volume) if volume > 0 else None for day in days for volume in day]
    model = first_guess(logs, bins)
    moved, iteration = tolerance, 0
    while moved >= tolerance and iteration < max_iterations:
        iteration += 1
        found = _maximised(_there_and_back(logs, bins, model), logs, bins, model)
        moved, model = _moved(model, found), found
        if progress is not None:
            progress(iteration, moved)
    last = _there_and_back(logs, bins, model)
    return Fit(
        model=model,
        iterations=iteration,
        converged=moved < tolerance,
        log_likelihood=last.log_likelihood,
        after=last.after,
    )


def for_next_day(fit: Fit) -> VolumeModel:
    """Give the model as a day after the fitted ones needs it: its prior is what they foresee for the first bin."""
    eta, mu, ee, em, mm = fit.after
    return evolve(fit.model, x0=(eta, mu), v0=(ee, em, mm))


def first_guess(logs: Logs, bins: int) -> VolumeModel:
    """Start from moments: phi from the means of bins, half of what is left to mu and half to noise."""
    seen = [y for y in logs if y is not None]
    level = mean(seen)
    phi = [mean([y for y in logs[i::bins] if y is not None]) - level for i in range(bins)]
    rest = mean([(y - level - phi[t % bins]) ** 2 for t, y in enumerate(logs) if y is not None])
    part = max(rest / 3, FLOOR)
    return VolumeModel(
        a_eta=1.0,
        a_mu=0.7,
        var_eta=part,
        var_mu=part / 2,
        r=part,
        phi=tuple(phi),
        x0=(level, 0.0),
        v0=(part, 0.0, part),
    )


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean."""
    return fsum(values) / len(values)


def _there_and_back(logs: Logs, bins: int, model: VolumeModel) -> _Pass:
    """Filter forwards, smooth backwards (Rauch, Tung & Striebel)."""
    foreseen: list[State] = []
    filtered: list[State] = []
    likelihood: list[float] = []
    state, phi, r = prior(model), model.phi, model.r
    for t, y in enumerate(logs):
        foreseen.append(state)
        if y is not None:
            innovation = y - state[0] - state[1] - phi[t % bins]
            variance = state[2] + 2 * state[3] + state[4] + r
            likelihood.append(log(2 * pi * variance) + innovation * innovation / variance)
            state = updated(state, innovation, r)
        filtered.append(state)
        state = stepped(state, model, new_day=not (t + 1) % bins)
    smoothed, lag_eta, lag_mu = _smoothed(foreseen, filtered, bins, model)
    return _Pass(smoothed, lag_eta, lag_mu, -fsum(likelihood) / 2, state)


def _smoothed(
    foreseen: list[State], filtered: list[State], bins: int, model: VolumeModel
) -> tuple[list[State], list[float], list[float]]:
    """Smooth backwards; the lag-one covariance is P_t|n J_(t-1)', of which the two variances' parts are needed."""
    now = filtered[-1]
    out, lag_eta, lag_mu = [now], [], []
    a_mu = model.a_mu
    for t in range(len(filtered) - 1, 0, -1):
        eta, mu, ee, em, mm = filtered[t - 1]
        f_eta, f_mu, f_ee, f_em, f_mm = foreseen[t]
        a_eta = 1.0 if t % bins else model.a_eta
        det = f_ee * f_mm - f_em * f_em
        # J = P_(t-1) A' F^-1, F the foreseen covariance
        c11, c12, c21, c22 = ee * a_eta, em * a_mu, em * a_eta, mm * a_mu
        j11, j12 = (c11 * f_mm - c12 * f_em) / det, (c12 * f_ee - c11 * f_em) / det
        j21, j22 = (c21 * f_mm - c22 * f_em) / det, (c22 * f_ee - c21 * f_em) / det
        s_eta, s_mu, s_ee, s_em, s_mm = now
        lag_eta.append(s_ee * j11 + s_em * j12)
        lag_mu.append(s_em * j21 + s_mm * j22)
        d_eta, d_mu = s_eta - f_eta, s_mu - f_mu
        d11, d12, d22 = s_ee - f_ee, s_em - f_em, s_mm - f_mm
        k11, k12 = j11 * d11 + j12 * d12, j11 * d12 + j12 * d22
        k21, k22 = j21 * d11 + j22 * d12, j21 * d12 + j22 * d22
        now = (
            eta + j11 * d_eta + j12 * d_mu,
            mu + j21 * d_eta + j22 * d_mu,
            ee + k11 * j11 + k12 * j12,
            em + k11 * j21 + k12 * j22,
            mm + k21 * j21 + k22 * j22,
        )
        out.append(now)
    out.reverse()
    lag_eta.reverse()
    lag_mu.reverse()
    return out, lag_eta, lag_mu


def _maximised(seen: _Pass, logs: Logs, bins: int, model: VolumeModel) -> VolumeModel:
    """Give the parameters that make what was smoothed likeliest."""
    states = seen.smoothed
    changes = range(bins, len(states), bins)
    a_eta, var_eta = _auto_regression([(s[0], s[2]) for s in states], seen.lag_eta, changes)
    a_mu, var_mu = _auto_regression([(s[1], s[4]) for s in states], seen.lag_mu, range(1, len(states)))
    rests: list[list[tuple[float, float]]] = [[] for _ in range(bins)]
    for t, y in enumerate(logs):
        if y is not None:
            eta, mu, ee, em, mm = states[t]
            rests[t % bins].append((y - eta - mu, ee + 2 * em + mm))
    phi = [mean([rest for rest, _ in of_bin]) for of_bin in rests]
    noise = [(rest - phi[i]) ** 2 + variance for i, of_bin in enumerate(rests) for rest, variance in of_bin]
    eta, mu, ee, em, mm = states[0]
    return evolve(
        model,
        a_eta=a_eta,
        a_mu=a_mu,
        var_eta=var_eta,
        var_mu=var_mu,
        r=max(mean(noise), FLOOR),
        phi=tuple(phi),
        x0=(eta, mu),
        v0=(max(ee, FLOOR), em if min(ee, mm) > FLOOR else 0.0, max(mm, FLOOR)),
    )


def _auto_regression(states: list[tuple[float, float]], lags: list[float], steps: Sequence[int]) -> tuple[float, float]:
    """Regress a component on the one before over the steps given: its coefficient and what varies besides."""
    before = fsum(states[t - 1][0] ** 2 + states[t - 1][1] for t in steps)
    now = fsum(states[t][0] ** 2 + states[t][1] for t in steps)
    both = fsum(states[t][0] * states[t - 1][0] + lags[t - 1] for t in steps)
    a = both / before
    return a, max((now - a * both) / len(steps), FLOOR)


def _moved(old: VolumeModel, new: VolumeModel) -> float:
    pairs = zip((*_scalars(old), *old.phi), (*_scalars(new), *new.phi), strict=True)
    return max(abs(a - b) for a, b in pairs)


def _scalars(model: VolumeModel) -> tuple[float, ...]:
    return model.a_eta, model.a_mu, model.var_eta, model.var_mu, model.r
