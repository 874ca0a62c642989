"""Building and updating an index, with the real model and the real readers."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.articles.corpus import CorpusFile, read_article
from index.building import file_changes
from index.building import update as build_module
from index.building.staleness import is_stale
from index.config import Config
from index.models.encoder import Encoder
from index.records import Article
from index.storage import generations
from tests.support.small_library import (
    ARTICLES,
    IDS,
    build,
    check_vectors,
    current,
    earlier,
    make_config,
    provide_encoder,
    texts,
    write,
    write_corpus,
)


def test_the_index_holds_every_sentence_with_its_vector(config: Config) -> None:
    assert "The general predicts a long fight." in texts(config)["raqqa"]
    check_vectors(config)
    index = earlier(config)
    question = Encoder.load(index.generation.encoder).encode_queries(["How many people live in Raqqa?"])
    (row,) = index.sentences.search(question, 1)[1][0]
    assert index.catalog.sentences([row])[0].text == "About 90,000 people live there."


def test_nothing_changed_writes_nothing(config: Config) -> None:
    before = current(config)
    assert is_stale(config) is None
    report = build(config)
    assert (report.unchanged, report.embedded, report.added, report.updated) == (IDS, 0, (), ())
    assert current(config) == before
    assert sorted(path.name for path in config.index_directory.iterdir()) == [
        "current",
        "encoders",
        "generations",
        "lock",
    ]


def test_nothing_changed_imports_no_framework(config: Config) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.support.small_library import make_config, build\n"
        "from index.building.staleness import is_stale\n"
        "config = make_config(Path(sys.argv[1]))\n"
        "assert is_stale(config) is None\n"
        "assert len(build(config).unchanged) == 3\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'llama_index', 'bm25s', 'scipy'}\n"
        "assert not loaded & heavy"
    )
    subprocess.run([sys.executable, "-c", code, config.base], check=True)


def digests(monkeypatch: pytest.MonkeyPatch, call: Callable[[], object]) -> int:
    """Count the files whose contents `call` compares."""
    real, seen = hashlib.file_digest, []
    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", lambda file, kind: seen.append(file) or real(file, kind))
        call()
    return sum("corpus" in Path(file.name).parts for file in seen)


@pytest.mark.parametrize("look", [is_stale, build])
def test_touched_files_are_compared_once(
    config: Config, monkeypatch: pytest.MonkeyPatch, look: Callable[[Config], object]
) -> None:
    for path in config.corpus_directory.rglob("*.*"):
        os.utime(path, (10**9 - 5, 10**9 - 5))
    kept = texts(config)
    assert digests(monkeypatch, lambda: look(config)) == 3
    after = current(config)
    assert digests(monkeypatch, lambda: look(config)) == 0
    assert is_stale(config) is None
    report = build(config)
    assert (report.unchanged, report.embedded) == (IDS, 0)
    assert (current(config), texts(config)) == (after, kept)


def test_fresh_files_settle_once(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    write_corpus(config.corpus_directory, ARTICLES)
    (config.corpus_directory / "cats.txt").touch()
    build(config)
    before = current(config)
    assert is_stale(config) is None
    assert current(config) == before, "a fresh file does not settle, so that there is nothing to remember"
    monkeypatch.setattr(file_changes, "_SETTLED", 0)
    assert digests(monkeypatch, lambda: is_stale(config)) == 1
    settled = current(config)
    assert settled != before
    assert digests(monkeypatch, lambda: is_stale(config)) == 0
    assert current(config) == settled


def test_an_index_that_cannot_be_written_is_no_reason(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    (config.corpus_directory / "cats.txt").touch()
    before = current(config)
    monkeypatch.setattr(file_changes, "_SETTLED", 0)
    with generations.writing(config.index_directory, 0):
        assert is_stale(config) is None  # another process writes
    with monkeypatch.context() as patch:
        patch.setattr(os, "mkdir", lambda *_: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
        assert is_stale(config) is None
    assert current(config) == before
    assert is_stale(config) is None
    assert current(config) != before


@pytest.mark.parametrize("times", [1, 100])
def test_text_and_digest_are_of_one_content(
    config: Config, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Write another content while a file is read, and the first one with its old time after it."""
    path = config.corpus_directory / "new.txt"
    write(config, "new.txt", "The first content.")
    left = times

    def read(file: CorpusFile) -> Article:
        nonlocal left
        if file.path != path or not left:
            return read_article(file)
        left -= 1
        write(config, "new.txt", "Another content.")
        article = read_article(file)
        write(config, "new.txt", "The first content.")
        return article

    with monkeypatch.context() as patch:
        patch.setattr(build_module, "read_article", read)
        build(config)
    assert is_stale(config) == (None if times == 1 else "the corpus changed")
    build(config)
    assert texts(config)["new"] == ["The first content."]
    assert is_stale(config) is None


def test_a_changed_article_alone_is_embedded(config: Config) -> None:
    write(config, "cats.txt", "Cats\n\nA cat sleeps most of the day. A dog barks.\n")
    assert is_stale(config) == "the corpus changed"
    report = build(config)
    assert (report.updated, report.unchanged) == (("cats",), ("news/weather", "raqqa"))
    assert report.embedded == 2  # the new sentence, and the passage that holds it
    assert "A cat drinks milk." not in texts(config)["cats"]
    check_vectors(config)
    assert is_stale(config) is None


def test_a_change_of_the_same_size_and_time_of_writing_is_seen(config: Config) -> None:
    path = config.corpus_directory / "cats.txt"
    path.write_text("Cats\n\nA cat eats.\n", encoding="utf-8")
    build(config)
    status = path.stat()
    path.write_text("Cats\n\nA cat runs.\n", encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # within one tick of the clock
    assert is_stale(config) == "the corpus changed"
    assert build(config).updated == ("cats",)


def test_a_rename_embeds_nothing(config: Config) -> None:
    shutil.move(config.corpus_directory / "raqqa.txt", config.corpus_directory / "news" / "siege.txt")
    assert is_stale(config) == "the corpus changed"
    report = build(config)
    assert (report.renamed, report.embedded) == ((("raqqa", "news/siege"),), 0)
    assert (report.added, report.removed) == ((), ())
    assert list(texts(config)) == ["cats", "news/siege", "news/weather"]
    check_vectors(config)


def test_a_removed_article_is_gone(config: Config) -> None:
    (config.corpus_directory / "news" / "weather.md").unlink()
    report = build(config)
    assert (report.removed, report.unchanged, report.embedded) == (("news/weather",), ("cats", "raqqa"), 0)
    assert list(texts(config)) == ["cats", "raqqa"]
    check_vectors(config)


def test_an_added_article(config: Config) -> None:
    write(config, "mice.txt", "Mice\n\nA mouse eats cheese.\n")
    report = build(config)
    assert (report.added, report.unchanged) == (("mice",), IDS)
    assert texts(config)["mice"] == ["Mice", "A mouse eats cheese."]
    check_vectors(config)


def test_identical_articles_and_sentences_are_kept_and_embedded_once(config: Config) -> None:
    text = "Five times\n\n" + "The same sentence comes again. " * 5
    write(config, "one.txt", text)
    write(config, "two.txt", text)
    write(config, "copy.txt", ARTICLES["cats.txt"])
    report = build(config)
    assert report.added == ("copy", "one", "two")
    assert report.embedded == 3  # title, sentence, passage
    found = texts(config)
    assert found["one"] == found["two"] == ["Five times", *["The same sentence comes again."] * 5]
    assert found["copy"] == found["cats"]
    check_vectors(config)


def test_an_unreadable_file_is_named_and_skipped(config: Config) -> None:
    write(config, "image.txt", bytes(range(256)) * 50)
    report = build(config)
    ((file, reason),) = report.skipped
    assert file == "image.txt"
    assert reason == "is not text (binary data)"
    assert (report.unchanged, list(texts(config))) == (IDS, list(IDS))
    assert is_stale(config) is None, "it is not read again at each question"
    before = current(config)
    assert build(config).skipped == report.skipped, "but named again by each update"
    assert current(config) == before
    write(config, "image.txt", "Now it is text.")
    assert build(config).added == ("image",)


def test_ids_that_clash_later(config: Config) -> None:
    write(config, "cats.md", "# Other cats\n\nA lion is a cat.\n")
    build(config)
    assert list(texts(config)) == ["cats.md", "cats.txt", "news/weather", "raqqa"]
    check_vectors(config)


def test_odd_names_and_links(config: Config) -> None:
    write(config, "ünï 😀 #%20?.txt", "Odd names are fine.")
    (config.corpus_directory / "loop").symlink_to(config.corpus_directory)
    build(config)
    assert "ünï 😀 #%20?" in texts(config)
    moved = config.base / "elsewhere"
    config.corpus_directory.rename(moved)
    config.corpus_directory.symlink_to(moved)
    assert is_stale(config) is None
    assert build(config).embedded == 0


def test_one_of_many_articles(tmp_path: Path, encoder_folder: Path) -> None:
    """The issue's promise: a change in one of 1,000 articles embeds that article alone."""
    config = make_config(tmp_path)
    provide_encoder(config, encoder_folder)
    write_corpus(
        config.corpus_directory,
        {f"{n % 7}/article {n}.txt": f"Title {n % 9}\n\nSentence number {n % 11}.\n" for n in range(1000)},
    )
    first = build(config)
    assert len(first.added) == 1000
    assert first.embedded < 130  # titles, sentences, passages: the same ones are embedded once
    write(config, "3/article 500.txt", "Another title\n\nAnother sentence. And one more.\n")
    report = build(config)
    assert report.updated == ("3/article 500",)
    assert len(report.unchanged) == 999
    assert report.embedded == 4
    assert texts(config)["3/article 500"] == ["Another title", "Another sentence.", "And one more."]
