"""What is deprecated says so, of the line that uses it, and always what to use instead."""

import re
import warnings
from types import ModuleType
from typing import Any

import pluggy
import pytest
from attrs import field, frozen
from attrs.validators import ge

from smartexec.deprecation import deprecation, on_call, on_value

OLD = deprecation("old()", since="1.2", removed_in="2.0", instead="new()")
TEXT = "old() is deprecated since smartexec 1.2 and goes in 2.0: use new() instead"


@on_call(OLD)
def old(a: int, *, b: int = 0) -> int:
    """Add."""
    return a + b


@frozen
class Slow:
    """A plugin with a field that goes."""

    lots: int = field(
        default=5,
        validator=on_value(deprecation("Slow.lots", since="1.2", removed_in="2.0", instead="Slow.qty"), ge(1)),
    )
    qty: int = 5


@pytest.mark.parametrize("instead", ["", " "])
def test_deprecation_without_a_way_out_is_none(instead: str) -> None:
    with pytest.raises(ValueError, match=r"^deprecation of x: found nothing to use instead, expected it to be named$"):
        deprecation("x", since="1.0", removed_in="2.0", instead=instead)
    with pytest.raises(TypeError, match="instead"):
        deprecation("x", since="1.0", removed_in="2.0")  # type: ignore[call-arg]


def test_function_warns_of_the_line_that_calls_it() -> None:
    with pytest.warns(DeprecationWarning, match=f"^{re.escape(TEXT)}$") as caught:
        assert old(1, b=2) == 3
    assert [one.filename for one in caught] == [__file__]
    assert (old.__name__, old.__doc__) == ("old", "Add.")


def test_field_warns_where_it_is_given_a_value() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Slow() == Slow(qty=5)
    with pytest.warns(DeprecationWarning, match=r"^Slow\.lots is deprecated .*: use Slow\.qty instead$") as caught:
        Slow(lots=6)
    assert [one.filename for one in caught] == [__file__]
    with pytest.raises(ValueError, match="'lots' must be >= 1"):
        Slow(lots=0)


def test_hook_argument_warns_of_the_plugin_that_takes_it() -> None:
    """As pluggy has it: our warning is all that it needs."""
    gone = deprecation("argument shape of acme_bolts", since="1.2", removed_in="2.0", instead="size")

    class Specs:
        @pluggy.HookspecMarker("acme")(warn_on_impl_args={"shape": gone})
        def acme_bolts(self, size: int, shape: str) -> Any:
            """Give bolts."""

    def plugin(function: Any) -> ModuleType:
        made = ModuleType("plugin")
        made.acme_bolts = pluggy.HookimplMarker("acme")(function)  # type: ignore[attr-defined]
        return made

    manager = pluggy.PluginManager("acme")
    manager.add_hookspecs(Specs)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        manager.register(plugin(lambda size: size), name="new")
    with pytest.warns(DeprecationWarning, match=r"^argument shape of acme_bolts is deprecated .*: use size instead$"):
        manager.register(plugin(lambda size, shape: size), name="old")
    assert manager.hook.acme_bolts(size=3, shape="round") == [3, 3]
