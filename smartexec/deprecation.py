"""Deprecations in one form of words: what goes, since when, in which version, and what to use instead, always.

A function warns when it is called (`on_call`), a field of an attrs class when it is given another value than its
default (`on_value`), an argument of a hook when a plugin implements it: `hookspec(warn_on_impl_args={name: warning})`.
When something may go is the policy's business: docs/stability.rst.
"""

import warnings
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
Validator = Callable[[Any, Any, Any], Any]


def deprecation(what: str, *, since: str, removed_in: str, instead: str) -> DeprecationWarning:
    """Make the warning; ValueError unless it says what to use instead."""
    if not instead.strip():
        raise ValueError(f"deprecation of {what}: found nothing to use instead, expected it to be named")
    text = f"{what} is deprecated since smartexec {since} and goes in {removed_in}: use {instead} instead"
    return DeprecationWarning(text)


def on_call(warning: DeprecationWarning) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a function warn at each call, of its caller's line."""

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def warns(*args: P.args, **kwargs: P.kwargs) -> R:
            warnings.warn(warning, stacklevel=2)
            return function(*args, **kwargs)

        return warns

    return mark


def on_value(warning: DeprecationWarning, *validators: Validator) -> Validator:
    """Make a validator that lets an attrs field warn where it is given another value than its default.

    Give it the field's other validators: in a list with them it would not know whose line to name.
    """

    def validate(instance: object, attribute: Any, value: object) -> None:
        for validator in validators:
            validator(instance, attribute, value)
        if value != attribute.default:
            warnings.warn(warning, stacklevel=3)  # the line that makes the instance: `__init__` is between

    return validate
