"""Copies of files in the corpus."""

from pathlib import Path

import pytest

from index.errors import IngestionError
from index.ingestion.files import add_file
from tests.support.small_corpus import put


def test_a_file_is_copied_into_a_folder(tmp_path: Path) -> None:
    put(tmp_path, "bees.md", "# Bees\n\nBees hum.")
    corpus = tmp_path / "corpus"
    added = add_file(corpus, tmp_path / "bees.md", "insects/of/all", title="On bees")
    assert (added.file, added.title) == ("insects/of/all/bees.md", "On bees")
    assert (corpus / added.file).read_text() == (tmp_path / "bees.md").read_text() == "# Bees\n\nBees hum."


def test_a_file_of_the_corpus_is_not_copied(tmp_path: Path) -> None:
    put(tmp_path / "corpus", "a/bees.md", "Bees hum.")
    with pytest.raises(IngestionError, match="in the corpus already"):
        add_file(tmp_path / "corpus", tmp_path / "corpus/a/bees.md")
