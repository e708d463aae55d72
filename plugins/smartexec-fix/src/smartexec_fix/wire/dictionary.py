"""A data dictionary: which fields there are, of what type and values, and which messages they may be in.

Read from files in QuickFIX's XML format, the form in which venues hand out theirs, or built in (`built_in`). Components
are resolved when a file is read, so that a message's definition is flat but for its groups.
"""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Final

from attrs import Factory, define, frozen

from smartexec.api import ConfigError

MULTIPLE: Final = frozenset({"MULTIPLEVALUESTRING", "MULTIPLESTRINGVALUE", "MULTIPLECHARVALUE"})


@frozen
class FieldDef:
    """A field."""

    tag: int
    name: str
    type: str
    """FIX data type, in capitals."""
    values: frozenset[bytes] = frozenset()
    """Values it may have; none = any of its type."""


@define(eq=False)
class Group:
    """What a message, a header or an entry of a repeating group is made of."""

    members: dict[int, bool] = Factory(dict)
    """Tag -> whether it is required, in order."""
    groups: dict[int, "Group"] = Factory(dict)
    """Tag of the count -> what an entry is made of; its first member begins each entry."""

    @property
    def first(self) -> int:
        """The tag that begins an entry."""
        return next(iter(self.members), 0)

    @property
    def required(self) -> list[int]:
        """Tags that must be there, ascending."""
        return sorted(tag for tag, must in self.members.items() if must)


@define(eq=False)
class MessageDef(Group):
    """A message."""

    name: str = ""
    admin: bool = False
    """Whether it is of the session's own."""


@define(eq=False)
class Dictionary:
    """Fields and messages of one version of FIX, or of a venue's dialect of it."""

    version: str
    """As BeginString(8) or ApplVerID(1128) names it: "FIX.4.4", "FIX.5.0SP2", "FIXT.1.1"."""
    fields: dict[int, FieldDef] = Factory(dict)
    names: dict[str, int] = Factory(dict)
    header: Group = Factory(Group)
    trailer: Group = Factory(Group)
    messages: dict[bytes, MessageDef] = Factory(dict)
    """By MsgType(35)."""
    quick: dict[bytes, Any] = Factory(dict)
    """Tests that find sound messages quickly, by MsgType(35), made when they are needed."""
    open: bool = False
    """Whether fields that no definition names are let pass: what is built in knows only what is used."""

    def in_header(self, tag: int) -> bool:
        """Whether a field belongs to the header."""
        return tag in self.header.members

    def in_trailer(self, tag: int) -> bool:
        """Whether a field belongs to the trailer."""
        return tag in self.trailer.members


def load(path: Path) -> Dictionary:
    """Read a file; ConfigError that says what is wrong with it."""
    try:
        root = ET.parse(path).getroot()
    except OSError as error:
        raise ConfigError(f"{path}: found {error.strerror}, expected a data dictionary") from error
    except ET.ParseError as error:
        raise ConfigError(f"{path}: found no XML: {error}, expected a data dictionary in QuickFIX's format") from error
    if root.tag != "fix" or root.find("fields") is None:
        raise ConfigError(f"{path}: found <{root.tag}>, expected <fix> with <fields> in it")
    return _Reader(path, root).read()


class _Reader:
    """Reads one file; components are resolved as they are met."""

    def __init__(self, path: Path, root: ET.Element) -> None:
        self.path, self.root = path, root
        self.components = {one.get("name", ""): one for one in root.iterfind("components/component")}
        self.made = Dictionary(_version(root))
        self._open: list[str] = []

    def read(self) -> Dictionary:
        made = self.made
        for one in self.root.iterfind("fields/field"):
            self._field(one)
        made.header = self._group(self.root.find("header"))
        made.trailer = self._group(self.root.find("trailer"))
        for one in self.root.iterfind("messages/message"):
            definition = MessageDef(name=one.get("name", ""), admin=one.get("msgcat") == "admin")
            self._fill(definition, one, required=True)
            made.messages[one.get("msgtype", "").encode()] = definition
        return made

    def _field(self, one: ET.Element) -> None:
        number, name = one.get("number", ""), one.get("name", "")
        if not number.isdigit() or not name:
            raise ConfigError(f"{self.path}: field {name or '?'}: found number {number!r}, expected a tag")
        values = frozenset(value.get("enum", "").encode() for value in one.iterfind("value"))
        self.made.fields[int(number)] = FieldDef(int(number), name, one.get("type", "STRING").upper(), values)
        self.made.names[name] = int(number)

    def _group(self, element: ET.Element | None) -> Group:
        group = Group()
        if element is not None:
            self._fill(group, element, required=True)
        return group

    def _fill(self, group: Group, element: ET.Element, *, required: bool) -> None:
        """Add what an element names to a group; what an optional component requires is optional."""
        for one in element:
            name, must = one.get("name", ""), required and one.get("required") == "Y"
            if one.tag == "component":
                self._component(group, name, required=must)
                continue
            tag = self.made.names.get(name)
            if tag is None:
                where = f"{self.path}: <{element.tag} {element.get('name', '')}>"
                raise ConfigError(f"{where}: found field {name!r}, expected one of <fields>")
            group.members[tag] = must
            if one.tag == "group":
                inner = group.groups[tag] = Group()
                self._fill(inner, one, required=True)

    def _component(self, group: Group, name: str, *, required: bool) -> None:
        if name not in self.components or name in self._open:
            found = "a component within itself" if name in self._open else "no such component"
            raise ConfigError(f"{self.path}: component {name!r}: found {found}, expected one of <components>")
        self._open.append(name)
        self._fill(group, self.components[name], required=required)
        self._open.pop()


def _version(root: ET.Element) -> str:
    kind, pack = root.get("type", "FIX"), root.get("servicepack", "0")
    version = f"{kind}.{root.get('major', '')}.{root.get('minor', '')}"
    return version if pack in ("", "0") else f"{version}SP{pack}"


def merged(session: Dictionary, application: Dictionary) -> Dictionary:
    """Make one dictionary of those of the session (FIXT) and of the application (FIX 5.0 and later)."""
    both = Dictionary(
        application.version, {**application.fields, **session.fields}, {**application.names, **session.names}
    )
    both.header, both.trailer = session.header, session.trailer
    both.messages = {**application.messages, **session.messages}
    both.open = session.open or application.open
    return both
