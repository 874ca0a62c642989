"""Notebooks: Markdown, code and what it printed, in their order."""

import json
from pathlib import Path

import pytest

from index.articles.notebook_text import read_notebook
from index.errors import UnreadableFileError
from tests.support.blocks import assert_sound, shown

CELLS = [
    {"cell_type": "markdown", "source": ["# Hives\n", "\n", "They are **warm**."]},
    {
        "cell_type": "code",
        "source": "print('```', 4)",
        "outputs": [
            {"output_type": "stream", "text": ["``` 4\n"]},
            {"output_type": "execute_result", "data": {"text/plain": ["7 hives"], "image/png": "x"}},
            {"output_type": "error", "traceback": ["no"]},
        ],
    },
    {"cell_type": "raw", "source": "no"},
    "no cell",
]


def written(tmp_path: Path, content: object) -> Path:
    file = tmp_path / "a.ipynb"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


@pytest.mark.parametrize("notebook", [{"cells": CELLS}, {"worksheets": [{"cells": CELLS}]}])
def test_cells(tmp_path: Path, notebook: object) -> None:
    document = read_notebook(written(tmp_path, notebook))
    assert_sound(document)
    assert shown(document) == [
        ("heading", "Hives"),
        ("paragraph", "They are warm."),
        ("code", "print('```', 4)"),
        ("code", "``` 4"),
        ("code", "7 hives"),
    ]


def test_headings_of_old_notebooks(tmp_path: Path) -> None:
    cells = [{"cell_type": "heading", "level": 2, "source": "Hives"}]
    document = read_notebook(written(tmp_path, {"worksheets": [{"cells": cells}]}))
    assert shown(document) == [("heading", "Hives")]


def test_a_comment_that_nothing_closes_ends_with_its_cell(tmp_path: Path) -> None:
    sources = ["They are warm.\n\n<!-- to do: why?", "They hum. <!-- at night --> Loudly.", "Bye."]
    cells = [{"cell_type": "markdown", "source": source} for source in sources]
    document = read_notebook(written(tmp_path, {"cells": cells}))
    assert [text for _, text in shown(document)] == ["They are warm.", "They hum. Loudly.", "Bye."]


def test_half_an_emoji(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": "# Hives \ud83d"},
        {"cell_type": "code", "source": "x = '\ud83d'"},
    ]
    document = read_notebook(written(tmp_path, {"cells": cells}))
    assert shown(document) == [("heading", "Hives \ufffd"), ("code", "x = '\ufffd'")]


@pytest.mark.parametrize("content", ["[", "[]", "{}", "[" * 100_000, '{"worksheets": 3'])
def test_what_is_no_notebook(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableFileError, match="is not a notebook"):
        read_notebook(written(tmp_path, content))


@pytest.mark.parametrize("content", ['{"cells": 3}', '{"cells": [{"cell_type": "code", "outputs": [3]}]}'])
def test_odd_notebooks(tmp_path: Path, content: str) -> None:
    assert read_notebook(written(tmp_path, content)).text == ""
