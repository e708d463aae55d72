"""The example of the lab: the script runs, the notebook runs, and they are the same."""

import ast
import re
from pathlib import Path

import nbclient
import nbformat
import pytest

from tests.examples.program import ROOT, call, well

FOLDER = ROOT / "examples" / "lab"
SCRIPT = FOLDER / "first_steps.py"
NOTEBOOK = FOLDER / "first_steps.ipynb"


def script_cells() -> list[tuple[str, str]]:
    """The cells of the script: markdown without its comment signs, code as it is."""
    parts = re.split(r"^# %%", SCRIPT.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    cells = []
    for kind, _, body in (part.partition("\n") for part in parts):
        if "markdown" in kind:
            cells.append(("markdown", re.sub(r"^# ?", "", body.strip("\n"), flags=re.MULTILINE)))
        else:
            cells.append(("code", body.strip("\n")))
    return cells


def printed(cell: str) -> str:
    """A notebook's cell as the script has it: what is shown at its end is printed."""
    last = ast.parse(cell).body[-1]
    if isinstance(last, ast.Expr) and not isinstance(last.value, ast.Call):
        lines = cell.splitlines()
        lines[last.lineno - 1] = f"print({lines[last.lineno - 1]})"
        return "\n".join(lines)
    return cell


def test_script_runs_and_draws(tmp_path: Path) -> None:
    said = well(call("python", SCRIPT, cwd=tmp_path))
    assert "step 1  00:05:00  P1 BUY MINE  woken by START" in said
    assert "woken by AMENDED" in said
    assert "laws           all kept" in said
    assert "ZeroDivisionError" in said
    assert (tmp_path / "first_steps.html").stat().st_size > 1_000_000


def test_notebook_has_no_outputs_and_the_cells_of_the_script() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in code] == [([], None)] * len(code)
    cells = [
        (cell.cell_type, printed(cell.source) if cell.cell_type == "code" else cell.source) for cell in notebook.cells
    ]
    wanted = script_cells()
    assert [kind for kind, _ in cells] == [kind for kind, _ in wanted]
    for (_, found), (_, expected) in zip(cells, wanted, strict=True):
        assert found == expected


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """The notebook, executed by a kernel of its own."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    folder = tmp_path_factory.mktemp("notebook")
    nbclient.NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def test_notebook_runs_and_shows_steps_result_tables_and_the_picture(executed: nbformat.NotebookNode) -> None:
    shown = [
        (output.data, cell.source)
        for cell in executed.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type in ("execute_result", "display_data")
    ]
    html = "\n".join(data["text/html"] for data, _ in shown if "text/html" in data)
    for text in ("woken by START", "woken by AMENDED", "all kept", "buy_parent_id", "ZeroDivisionError"):
        assert text in html
    (picture,) = [data for data, source in shown if "lab.plot" in source]
    assert "application/vnd.plotly.v1+json" in picture
    names = {trace["name"] for trace in picture["application/vnd.plotly.v1+json"]["data"]}
    assert {"bid to offer", "resting", "crossed inside", "done", "decisions"} <= names
