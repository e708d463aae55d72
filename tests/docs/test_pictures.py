"""The pictures of the concept pages: what they name is there, every arrow has two ends, each is on a page."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest

from tests.docs.test_drawn_tables import extension

ROOT = Path(__file__).parents[2]
PICTURES = ("flow", "rooms", "live")


@pytest.fixture(scope="module")
def pictures() -> ModuleType:
    """The documentation's extension."""
    return extension("picture")


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_sound_and_has_every_box_and_arrow(pictures: ModuleType, name: str) -> None:
    _, boxes, arrows, _ = pictures.PICTURES[name]
    drawn = ET.fromstring(pictures.picture(name))
    tags = [one.tag.rpartition("}")[2] for one in drawn.iter()]
    assert tags.count("rect") == len(boxes)
    assert tags.count("path") == len(arrows) + 1  # and the head of an arrow
    assert {end for arrow in arrows for end in (arrow.source, arrow.target)} == set(boxes)


def test_every_picture_is_on_a_page(pictures: ModuleType) -> None:
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "concepts").glob("*.rst")]
    shown = [name for page in pages for name in re.findall(r"^\.\. picture:: (\w+)", page, re.MULTILINE)]
    assert sorted(shown) == sorted(pictures.PICTURES) == sorted(PICTURES)


def test_rooms_of_the_picture_and_of_the_page_are_files_of_the_kernel(pictures: ModuleType) -> None:
    kernel = {path.stem for path in (ROOT / "smartexec" / "kernel").glob("*.py")}
    own = [box.text.replace("\n", ", ").split(", ") for box in pictures.ROOMS.values() if not box.outside]
    assert {room for rooms in own for room in rooms} <= kernel
    page = (ROOT / "docs" / "concepts" / "flow.rst").read_text(encoding="utf-8")
    told = set(re.findall(r"^``(\w+)``  ", page, re.MULTILINE)) | {"executions"}
    assert told <= kernel
    assert {rooms[0] for rooms in own} <= told


def test_lines_and_letters_take_the_colour_of_the_text_around_them(pictures: ModuleType) -> None:
    for name in PICTURES:
        colours = re.findall(r'(?:fill|stroke)="([^"]+)"', pictures.picture(name))
        assert set(colours) <= {"currentColor", "none"}
