"""Directive `text-file`: a text file of the repository as it is; says so where it is not there."""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]


class TextFile(SphinxDirective):
    """Insert the file at the path in the argument, below the repository's root."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        path = ROOT / self.arguments[0]
        self.env.note_dependency(str(path))
        if not path.is_file():
            return [nodes.paragraph(text=f"{self.arguments[0]} is not written yet.")]
        text = path.read_text(encoding="utf-8")
        return [nodes.literal_block(text, text, language="none")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("text-file", TextFile)
    return {"parallel_read_safe": True}
