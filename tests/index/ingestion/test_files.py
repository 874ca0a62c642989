"""Copies of files in the corpus."""

import os
from pathlib import Path

import pytest

from index.articles.corpus import LARGEST, corpus_files
from index.errors import FootnoteError, IngestionError
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


def test_what_cannot_be_an_article_is_not_read_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a film of 40 GB, nor for a device that never ends, to hear that it is no article."""
    (tmp_path / "film.mp4").write_text("x")
    (tmp_path / "long.txt").write_text("Bees hum.")
    os.truncate(tmp_path / "long.txt", LARGEST + 1)
    (tmp_path / "endless.txt").symlink_to("/dev/zero")
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} is read"))
    for name, reason in {"film.mp4": "not read", "long.txt": "too large", "endless.txt": "empty"}.items():
        with pytest.raises(FootnoteError, match=reason):
            add_file(tmp_path / "corpus", tmp_path / name)


def test_a_link_outside_of_the_corpus_is_followed(tmp_path: Path) -> None:
    put(tmp_path, "folder/bees-1.md", "# Bees\n\nBees hum.")
    (tmp_path / "bees.md").symlink_to(tmp_path / "folder/bees-1.md")
    assert add_file(tmp_path / "corpus", tmp_path / "bees.md").file == "bees.md"


def test_a_table_is_called_as_its_file(tmp_path: Path) -> None:
    put(tmp_path, "prices.csv", "Name,Price\nBread,3\nMilk,1\n")
    assert add_file(tmp_path / "corpus", tmp_path / "prices.csv").title == "prices"


def test_an_exported_chat_is_copied_and_other_json_is_not(tmp_path: Path) -> None:
    message = '{"type": "Default", "author": {"name": "Ada"}, "content": "Bees hum."}'
    chat = f'{{"guild": {{"name": "Hive"}}, "channel": {{"name": "general"}}, "messages": [{message}]}}'
    (tmp_path / "chat.json").write_text(chat)
    corpus = tmp_path / "corpus"
    assert add_file(corpus, tmp_path / "chat.json").title == "Hive › general"
    assert [file.file for file in corpus_files(corpus)] == ["chat.json"]
    (tmp_path / "other.json").write_text('{"messages": [], "channel": {"name": "a"}, "guild": {"name": "b"}}')
    (tmp_path / "turned.json").write_text(f'{{"messages": [{message}], {chat[1:]}')
    for name in ("other.json", "turned.json"):
        with pytest.raises(FootnoteError):
            add_file(corpus, tmp_path / name)
    assert [path.name for path in corpus.iterdir()] == ["chat.json"]
