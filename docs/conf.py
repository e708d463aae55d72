"""Configuration of the documentation's build. No network, no extension beyond Sphinx's own and `_ext`."""

import sys
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))
sys.path.insert(0, str(HERE.parent))
sys.path[:0] = [str(path) for path in sorted((HERE.parent / "plugins").glob("*/src"))]

project = "smartexec"
author = "the smartexec authors"
extensions = [
    "sphinx.ext.autodoc",
    "lifecycle_table",
    "fields_table",
    "columns_table",
    "enum_table",
    "command_reference",
    "api_names",
    "text_file",
]
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_static_path = ["_static"]
highlight_language = "none"
html_theme_options = {"description": "Many client orders in, fairly allocated fills out", "page_width": "1100px"}
html_show_sphinx = False
html_show_copyright = False
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"


def without_signature(*about: object) -> tuple[str, str] | None:
    """Leave out the signatures of classes: the tables of their fields say types and defaults."""
    return ("", "") if about[1] == "class" else None


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-signature", without_signature)
