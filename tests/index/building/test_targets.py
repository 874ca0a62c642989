"""Updates of a library in a database: incremental as in a folder; machines keep each other's articles."""

import pytest

from index.building.reuse import PreviousIndex
from index.building.staleness import compare, remember_times
from index.config import Config
from index.errors import ConfigurationError, IndexStaleError
from index.library import Library
from index.storage.fingerprint import fingerprint
from index.storage.published import open_published
from tests.support.postgres_fixtures import with_store
from tests.support.small_library import IDS, build, check_vectors_of, provide_encoder, write, write_corpus

pytestmark = pytest.mark.slow


def vectors_fit(config: Config) -> None:
    check_vectors_of(open_published(config, PreviousIndex.load))


def test_nothing_changed_embeds_and_publishes_nothing(stored_config: Config) -> None:
    before = Library.open(stored_config).generation
    assert compare(stored_config).stale_because is None
    report = build(stored_config)
    assert (report.unchanged, report.embedded, report.rebuilt) == (IDS, 0, None)
    assert Library.open(stored_config).generation == before


def test_only_what_changed_is_embedded(stored_config: Config) -> None:
    write(stored_config, "cats.txt", "Cats\n\nA cat sleeps most of the day. A cat eats fish.\n")
    assert compare(stored_config).stale_because == "the corpus changed"
    report = build(stored_config)
    assert (report.updated, report.embedded) == (("cats",), 2)  # a sentence and the passage
    vectors_fit(stored_config)
    corpus = stored_config.corpus_directory
    (corpus / "cats.txt").rename(corpus / "felines.txt")
    report = build(stored_config)
    assert (report.renamed, report.embedded) == ((("cats", "felines"),), 0)
    (corpus / "felines.txt").unlink()
    assert build(stored_config).removed == ("felines",)
    assert [row.id for row in Library.open(stored_config).articles()] == ["news/weather", "raqqa"]
    vectors_fit(stored_config)


def test_an_id_changes_without_embedding(stored_config: Config) -> None:
    write(stored_config, "cats.md", "Other cats\n\nA cat runs.\n")
    report = build(stored_config)
    assert sorted(row.id for row in Library.open(stored_config).articles()) == [
        "cats.md",
        "cats.txt",
        "news/weather",
        "raqqa",
    ]
    assert report.embedded == 3
    vectors_fit(stored_config)


def test_a_rebuild_embeds_everything_again(stored_config: Config) -> None:
    from index.building.update import update

    report = update(stored_config, wait=0, rebuild=True)
    assert report.rebuilt == "a rebuild was asked for"
    assert report.embedded > 6
    vectors_fit(stored_config)


def test_new_times_are_remembered(stored_config: Config) -> None:
    (stored_config.corpus_directory / "cats.txt").touch()
    write(
        stored_config, "cats.txt", (stored_config.corpus_directory / "cats.txt").read_text(encoding="utf-8")
    )
    comparison = compare(stored_config)
    assert comparison.stale_because is None
    assert comparison.inputs is not None
    remember_times(stored_config, comparison)
    assert compare(stored_config).inputs is None


def other_machine(config: Config, encoder_folder: object, files: dict[str, str | bytes]) -> Config:
    """Configure a machine with other articles and the same library."""
    base = config.base / "other"
    other = with_store(config.model_copy(update={"base": base}), config.store.url, source="other")
    write_corpus(other.corpus_directory, files)
    provide_encoder(other, encoder_folder)  # type: ignore[arg-type]
    return other


def test_machines_have_different_articles_in_one_library(
    stored_config: Config, encoder_folder: object
) -> None:
    dogs = {"dogs.txt": "Dogs\n\nA dog barks at night.\n", "cats.txt": "Cats\n\nA cat of another machine.\n"}
    other = other_machine(stored_config, encoder_folder, dogs)
    assert compare(other).stale_because == "these articles are not in the database yet"
    report = build(other)
    assert report.added == ("dogs",)
    assert [skipped[:2] for skipped in report.skipped] == [
        ("cats.txt", "an article of another machine has its id")
    ]
    build(stored_config)
    library = Library.open(stored_config)
    assert [row.id for row in library.articles()] == ["cats", "dogs", "news/weather", "raqqa"]
    assert library.ask("When does a dog bark?").citations[0].article.id == "dogs"


def test_a_machine_without_articles_answers(stored_config: Config, encoder_folder: object) -> None:
    base = stored_config.base / "third"
    answering = with_store(
        stored_config.model_copy(update={"base": base}), stored_config.store.url, update=False
    )
    assert compare(answering).stale_because is None
    with pytest.raises(IndexStaleError, match="has not been exported on this machine yet"):
        Library.open(answering)
    provide_encoder(answering, encoder_folder)  # type: ignore[arg-type]
    assert build(answering).summary == "0 added, 0 updated, 0 removed, 0 unchanged"
    assert Library.open(answering).ask("How many people live in Raqqa?").answer == "About 90,000"
    write(stored_config, "cats.txt", "Cats\n\nA cat sleeps all day.\n")
    build(stored_config)
    assert "A cat sleeps all day." in Library.open(answering).article("cats").text
    assert not (base / "corpus").exists()


def test_another_version_takes_no_articles_of_other_machines(
    stored_config: Config, encoder_folder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(other_machine(stored_config, encoder_folder, {"dogs.txt": "Dogs\n\nA dog barks at night.\n"}))
    from index.building import update as updating
    from index.storage.fingerprint import Fingerprint

    def newer(model: str) -> Fingerprint:
        return Fingerprint(**{**_values(fingerprint(model)), "sentences": "rules 99"})

    monkeypatch.setattr(updating, "fingerprint", newer)
    with pytest.raises(ConfigurationError, match="has articles of other, too"):
        build(stored_config)


def _values(value: object) -> dict[str, str]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}  # type: ignore[attr-defined]
