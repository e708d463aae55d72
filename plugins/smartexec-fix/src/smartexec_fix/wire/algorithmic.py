"""A dictionary that also has what orders name algorithms and parameters with: tags 847 to 849, 957, and others."""

from collections.abc import Iterable
from typing import Final

from smartexec_fix.wire.dictionary import Dictionary, FieldDef, Group, MessageDef

TARGET_STRATEGY, PARAMETERS, RATE = 847, 848, 849
ENTRIES, NAME, KIND, VALUE = 957, 958, 959, 960
_FIELDS: Final = (
    FieldDef(TARGET_STRATEGY, "TargetStrategy", "STRING"),
    FieldDef(PARAMETERS, "TargetStrategyParameters", "STRING"),
    FieldDef(RATE, "ParticipationRate", "PERCENTAGE"),
    FieldDef(ENTRIES, "NoStrategyParameters", "NUMINGROUP"),
    FieldDef(NAME, "StrategyParameterName", "STRING"),
    FieldDef(KIND, "StrategyParameterType", "INT"),
    FieldDef(VALUE, "StrategyParameterValue", "STRING"),
)
"""TargetStrategy(847) is an INT in the specification: here it may name a strategy."""
_ENTRY: Final = dict.fromkeys((NAME, KIND, VALUE), False)
_ORDERS: Final = (b"D", b"G")


def algorithmic(base: Dictionary, tags: Iterable[int]) -> Dictionary:
    """Give a dictionary with all this and further tags in NewOrderSingle(D) and OrderCancelReplaceRequest(G)."""
    fields = [*_FIELDS, *(base.fields.get(tag, FieldDef(tag, f"Tag{tag}", "STRING")) for tag in tags)]
    made = Dictionary(base.version, dict(base.fields), dict(base.names), base.header, base.trailer, dict(base.messages))
    made.open = base.open
    for one in fields:
        made.fields[one.tag] = one
        made.names[one.name] = one.tag
    members = {one.tag: False for one in fields if one.tag not in _ENTRY}
    for msg_type in _ORDERS:
        if (old := base.messages.get(msg_type)) is not None:
            groups = {**old.groups, ENTRIES: Group(dict(_ENTRY))}
            made.messages[msg_type] = MessageDef({**members, **old.members}, groups, old.name, old.admin)
    return made
