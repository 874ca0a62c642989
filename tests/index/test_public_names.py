"""The public door: `from index import ...` gives the classes, and `import index` loads none of them."""

import subprocess
import sys

import pytest

import index
from index.building.update import update
from index.config import Config
from index.errors import FootnoteError
from index.library import Library


def test_the_public_names_are_the_real_things() -> None:
    assert [getattr(index, name) for name in sorted(index.__all__)] == [
        Config,
        FootnoteError,
        Library,
        update,
    ]


def test_the_public_names_are_listed_without_loading_them() -> None:
    assert {*index.__all__} <= {*dir(index)}
    assert _loaded_by("import index; dir(index)") == {"index"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'index' has no attribute 'Librarian'"):
        index.Librarian  # noqa: B018


def test_the_llamaindex_classes_are_at_their_package() -> None:
    import index.llamaindex
    from index.llamaindex.node_parser import FootnoteNodeParser
    from index.llamaindex.query_engine import FootnoteQueryEngine, FootnoteRetriever

    assert index.llamaindex.FootnoteNodeParser is FootnoteNodeParser
    assert index.llamaindex.FootnoteQueryEngine is FootnoteQueryEngine
    assert index.llamaindex.FootnoteRetriever is FootnoteRetriever


def _loaded_by(statement: str) -> set[str]:
    code = f"import sys; before = set(sys.modules); {statement}; print(*sys.modules.keys() - before)"
    child = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return {name.partition(".")[0] for name in child.stdout.split()}


def test_importing_the_package_loads_nothing_else() -> None:
    assert _loaded_by("import index") == {"index"}


def test_taking_the_error_class_loads_no_arrays() -> None:
    assert "numpy" not in _loaded_by("from index import FootnoteError")
