"""Building and updating an index, with the real model and the real readers."""

import os

import pytest

from index.articles.corpus import CorpusFile, read_article
from index.building import update as build_module
from index.building.staleness import compare, poor_texts, skipped_files
from index.config import Config
from index.models.encoder import Encoder
from index.records import Article
from tests.support.small_library import (
    IDS,
    OLD,
    build,
    check_vectors,
    current,
    earlier,
    texts,
    write,
)

pytestmark = pytest.mark.slow


def test_the_index_holds_every_sentence_with_its_vector(config: Config) -> None:
    assert "The general predicts a long fight." in texts(config)["raqqa"]
    check_vectors(config)
    index = earlier(config)
    question = Encoder.load(index.generation.encoder).encode_queries(["How many people live in Raqqa?"])
    (row,) = index.sentences.search(question, 1)[1][0]
    assert index.catalog.sentences([row])[0].text == "About 90,000 people live there."


def test_nothing_changed_writes_nothing(config: Config) -> None:
    before = current(config)
    assert compare(config).stale_because is None
    report = build(config)
    assert (report.unchanged, report.embedded, report.added, report.updated) == (IDS, 0, (), ())
    assert current(config) == before
    assert sorted(path.name for path in config.index_directory.iterdir()) == [
        "current",
        "encoders",
        "generations",
        "lock",
        "written-by-footnote",
    ]


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
    assert compare(config).stale_because == (None if times == 1 else "the corpus changed")
    build(config)
    assert texts(config)["new"] == ["The first content."]
    assert compare(config).stale_because is None


def test_a_change_of_the_same_size_and_time_of_writing_is_seen(config: Config) -> None:
    path = config.corpus_directory / "cats.txt"
    path.write_text("Cats\n\nA cat eats.\n", encoding="utf-8")
    build(config)
    status = path.stat()
    path.write_text("Cats\n\nA cat runs.\n", encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # within one tick of the clock
    assert compare(config).stale_because == "the corpus changed"
    assert build(config).updated == ("cats",)


def test_an_article_has_its_own_date_or_the_time_of_its_file(config: Config) -> None:
    write(config, "dated.md", "---\ndate: 2024-05-03\n---\nMice\n\nA mouse eats cheese.\n")
    build(config)
    times = {row.id: row.updated for row in earlier(config).catalog.articles()}
    assert times == {"cats": OLD + 2, "dated": 1_714_694_400, "news/weather": OLD + 1, "raqqa": OLD}


def test_a_file_that_is_only_touched_keeps_its_time(config: Config) -> None:
    path = config.corpus_directory / "cats.txt"
    os.utime(path, (2 * OLD, 2 * OLD))
    write(config, "mice.txt", "Mice\n\nA mouse eats cheese.\n")
    build(config)
    assert earlier(config).catalog.article_row(0).updated == OLD + 2
    path.write_text("Cats\n\nA cat runs.\n", encoding="utf-8")
    os.utime(path, (2 * OLD, 2 * OLD))
    build(config)
    assert earlier(config).catalog.article_row(0).updated == 2 * OLD


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


def test_an_unreadable_file_is_named_and_skipped(config: Config) -> None:
    write(config, "image.txt", bytes(range(256)) * 50)
    report = build(config)
    assert report.skipped == (("image.txt", "is not text (binary data)", ""),)
    assert (report.unchanged, list(texts(config))) == (IDS, list(IDS))
    assert compare(config).stale_because is None, "it is not read again at each question"
    before = current(config)
    assert build(config).skipped == report.skipped, "but named again by each update"
    assert current(config) == before
    write(config, "image.txt", "Now it is text.")
    assert build(config).added == ("image",)


def test_an_article_whose_words_are_cut_is_named(config: Config) -> None:
    write(config, "boat.txt", "T h e b o a t l e a v e s a t n o o n.")
    report = build(config)
    assert report.poor == (("boat.txt", "its words are cut by spaces"),)
    assert (report.added, report.skipped) == (("boat",), ()), "but it is an article"
    assert build(config).poor == poor_texts(config) == report.poor, "and named by each update"
    write(config, "boat.txt", "The boat leaves at noon.")
    assert not build(config).poor


def test_ids_that_clash_later(config: Config) -> None:
    write(config, "cats.md", "# Other cats\n\nA lion is a cat.\n")
    build(config)
    assert list(texts(config)) == ["cats.md", "cats.txt", "news/weather", "raqqa"]
    check_vectors(config)


@pytest.mark.parametrize("content", ["", " \n", bytes(range(256)) * 50])
def test_a_neighbour_that_is_no_article_changes_no_id(config: Config, content: str | bytes) -> None:
    write(config, "cats.md", content)
    report = build(config)
    assert (report.unchanged, report.embedded, len(report.skipped)) == (IDS, 0, 1)
    assert list(texts(config)) == list(IDS)
    write(config, "cats.md", "# Other cats\n\nA lion is a cat.\n")
    assert compare(config).stale_because == "the corpus changed"
    report = build(config)
    assert (report.added, report.renamed) == (("cats.md",), (("cats", "cats.txt"),))
    assert texts(config)["cats.txt"][0] == "Cats"
    check_vectors(config)
    write(config, "cats.md", content)
    assert build(config).renamed == (("cats.txt", "cats"),)
    assert list(texts(config)) == list(IDS)
    check_vectors(config)
    assert compare(config).stale_because is None


def test_why_files_were_skipped_and_what_to_do_is_kept_with_the_index(config: Config) -> None:
    (config.corpus_directory / "away.txt").symlink_to("/etc/hostname")
    build(config)
    expected = (("away.txt", "is a link that leaves the corpus folder", "Copy the file into the folder."),)
    assert skipped_files(config) == expected
    assert build(config).skipped == expected


def test_an_edit_that_keeps_size_and_times_is_seen(config: Config) -> None:
    path = config.corpus_directory / "cats.txt"
    status = path.stat()
    path.write_text(path.read_text("utf-8").replace("milk", "rain"), encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert compare(config).stale_because == "the corpus changed"
    assert build(config).updated == ("cats",)
    replacement = config.base / "replacement.txt"
    replacement.write_text(path.read_text("utf-8").replace("rain", "milk"), encoding="utf-8")
    os.utime(replacement, ns=(status.st_atime_ns, status.st_mtime_ns))
    replacement.rename(path)
    assert build(config).updated == ("cats",)


def test_odd_names_and_links(config: Config) -> None:
    write(config, "ünï 😀 #%20?.txt", "Odd names are fine.")
    (config.corpus_directory / "loop").symlink_to(config.corpus_directory)
    build(config)
    assert "ünï 😀 #%20?" in texts(config)
    moved = config.base / "elsewhere"
    config.corpus_directory.rename(moved)
    config.corpus_directory.symlink_to(moved)
    assert compare(config).stale_because is None
    assert build(config).embedded == 0
