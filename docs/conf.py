"""Configuration of the documentation's build: the theme furo, a button that copies code, the extensions of `_ext`."""

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
    "sphinx_copybutton",
    "lifecycle_table",
    "fields_table",
    "columns_table",
    "enum_table",
    "command_reference",
    "api_names",
    "kit_table",
    "text_file",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "smartexec"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
highlight_language = "none"
smartquotes_action = "qe"  # quotes and ellipses: two hyphens begin an option
html_show_sphinx = False
html_show_copyright = False
html_show_sourcelink = False
copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"


def without_signature(*about: object) -> tuple[str, str] | None:
    """Leave out the signatures of classes: the tables of their fields say types and defaults."""
    return ("", "") if about[1] == "class" else None


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-signature", without_signature)
