"""Reuse of the previous index: unchanged articles and texts keep their vectors."""

import shutil
from pathlib import Path

import pytest

from index.building.staleness import compare
from index.config import Config
from index.segmentation import sentences
from tests.support.small_library import (
    ARTICLES,
    IDS,
    build,
    check_vectors,
    make_config,
    provide_encoder,
    texts,
    write,
    write_corpus,
)


@pytest.mark.slow
def test_a_changed_article_alone_is_embedded(config: Config) -> None:
    write(config, "cats.txt", "Cats\n\nA cat sleeps most of the day. A dog barks.\n")
    assert compare(config).stale_because == "the corpus changed"
    report = build(config)
    assert (report.updated, report.unchanged) == (("cats",), ("news/weather", "raqqa"))
    assert report.embedded == 2  # the new sentence, and the passage that holds it
    assert "A cat drinks milk." not in texts(config)["cats"]
    check_vectors(config)
    assert compare(config).stale_because is None


@pytest.mark.slow
def test_a_rename_embeds_nothing(config: Config) -> None:
    shutil.move(config.corpus_directory / "raqqa.txt", config.corpus_directory / "news" / "siege.txt")
    assert compare(config).stale_because == "the corpus changed"
    report = build(config)
    assert (report.renamed, report.embedded) == ((("raqqa", "news/siege"),), 0)
    assert (report.added, report.removed) == ((), ())
    assert list(texts(config)) == ["cats", "news/siege", "news/weather"]
    check_vectors(config)


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_other_segmentation_rules_keep_the_vectors(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "SENTENCE_RULES", 99)
    reason = compare(config).stale_because
    assert reason == "sentence segmentation changed since the index was built"
    report = build(config)
    assert (report.rebuilt, report.unchanged, report.embedded) == (reason, IDS, 0)
    assert compare(config).stale_because is None
    check_vectors(config)
