"""What a conformance kit is: numbered scenarios that a plugin's tests inherit, and the guard that they are inherited.

A kit is a class whose methods are scenarios. A plugin's author subclasses it, sets two attributes, and pytest runs the
scenarios. A scenario that does not apply is skipped and says why; one that is overridden must be marked as an expected
failure with a reason; none can be taken away. The documentation and the certificate list the same scenarios.
"""

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from types import FunctionType
from typing import Any, ClassVar, Final, NoReturn, TypeVar

import pytest
from attrs import frozen

F = TypeVar("F", bound=Callable[..., Any])
MARK: Final = "scenario"
"""Of the pytest marker, and what a scenario's function carries."""
VERSION: Final = "1.0"
"""Of the kits: new scenarios that all must pass come in minor versions only."""


@frozen
class Scenario:
    """A numbered scenario of a kit."""

    number: str
    """"S-01": the letter names the kind of plugin."""
    method: str
    """Name of the test."""
    title: str
    """What must hold, one sentence."""
    text: str
    """How it is tried, and when it is skipped; "" = the title says all."""
    since: str
    """Version of the kits that has it first."""


def scenario(number: str, *, since: str = VERSION) -> Callable[[F], F]:
    """Mark a kit's method as a scenario. The first paragraph of its docstring is its title, the rest its text."""

    def mark(test: F) -> F:
        doc = inspect.cleandoc(test.__doc__ or "")
        title, _, text = doc.partition("\n\n")
        found = Scenario(number, test.__name__, " ".join(title.split()), " ".join(text.split()), since)
        setattr(test, MARK, found)
        marked: F = pytest.mark.scenario(number)(test)
        return marked

    return mark


class DoesNotApply(pytest.skip.Exception):  # type: ignore[misc, name-defined]
    """A scenario is skipped because the kit says that it does not apply: the only way to skip one that counts."""

    __module__ = "builtins"  # so that pytest tells it without


class Kit:
    """Base of the conformance kits."""

    kind: ClassVar[str]
    """Of plugin, as `smartexec plugins` names it."""
    subject: ClassVar[str]
    """Attribute that names the plugin class."""
    requires: ClassVar[tuple[str, ...]] = ()
    """Modules of an extra that the plugin cannot do without: where one is missing its scenarios are skipped."""

    def __init_subclass__(cls) -> None:
        """Refuse a class that takes a scenario away or changes one without saying why it must fail."""
        super().__init_subclass__()
        if Kit in cls.__bases__:
            return  # a kit itself
        kits = [base.__name__ for base in cls.__mro__ if Kit in base.__bases__]
        if len(kits) > 1:
            raise TypeError(f"{cls.__name__}: found two kits, {' and '.join(kits)}, expected one class for each")
        for one in cls.scenarios():
            own = inspect.getattr_static(cls, one.method)
            if not (getattr(own, MARK, None) == one or _excused(own)):
                raise TypeError(
                    f"{cls.__name__}.{one.method}: found an override of scenario {one.number}, expected none: "
                    'it may be marked @pytest.mark.xfail(reason="...") and must then call super()'
                )

    @pytest.fixture(autouse=True)
    def _has_what_it_requires(self) -> None:
        for name in self.requires:
            try:
                import_module(name)
            except ImportError as error:
                skip(f"{name} cannot be imported: {error}")

    @classmethod
    def scenarios(cls) -> list[Scenario]:
        """Give the scenarios of the kit, in order of number."""
        found = {one.number: one for base in reversed(cls.__mro__) for one in _own(base)}
        return [found[number] for number in sorted(found)]

    @classmethod
    def plugin(cls) -> type[Any]:
        """Give the plugin class that is tried."""
        found = getattr(cls, cls.subject, None)
        if not isinstance(found, type):
            raise TypeError(f"{cls.__name__}.{cls.subject}: found {found!r}, expected a {cls.kind} class")
        return found


def needs(holds: object, why: str) -> None:
    """Skip the scenario, saying why, unless something holds."""
    if not holds:
        skip(why)


def skip(why: str) -> NoReturn:
    """Skip the scenario, saying why."""
    raise DoesNotApply(why)


def _own(cls: type) -> Iterator[Scenario]:
    for value in vars(cls).values():
        found = getattr(value, MARK, None)
        if isinstance(found, Scenario):
            yield found


def _excused(test: object) -> bool:
    """Whether a test is marked to fail, with a reason."""
    marks = getattr(test, "pytestmark", [])
    return isinstance(test, FunctionType) and any(m.name == "xfail" and m.kwargs.get("reason") for m in marks)
