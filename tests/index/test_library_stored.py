"""A library in PostgreSQL answers as one in a folder does: the same articles, sentences and answers."""

import dataclasses
from pathlib import Path

import pytest
from typing_extensions import override

from index.config import Config
from index.errors import IndexMissingError
from index.library import Library, published_fingerprint
from index.records import Answer
from index.storage.catalog import article_key
from index.storage.published import delete_stored
from tests.support.postgres_fixtures import with_store
from tests.support.postgres_server import Server
from tests.support.small_library import build, write_corpus

QUESTIONS = (
    "How many leaflets did the U.S. drop?",
    "How long is the red bridge?",
    "Who predicts the fight for Raqqa will be long and hard?",
    "What is the price of bitcoin?",
    "Nobody lives there",
    "asdf qwer zxcv",
    "?",
)


@pytest.fixture(scope="module")
def both(
    library_config: Path, postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Library, Library]:
    """The same library in a folder and in a database."""
    config = Config.read(library_config)
    stored = with_store(config, postgres_server.database())
    build(stored)
    return Library.open(config), Library.open(stored)


def rounded(answer: Answer) -> Answer:
    """Without the time, and with scores as far as they agree: other sums differ in the last bits."""
    citations = tuple(dataclasses.replace(one, score=round(one.score, 4)) for one in answer.citations)
    return dataclasses.replace(
        answer, elapsed_ms=0.0, confidence=round(answer.confidence, 4), citations=citations
    )


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("article", [None, "bridges/three"])
def test_both_answer_alike(both: tuple[Library, Library], question: str, article: str | None) -> None:
    folder, stored = (rounded(library.ask(question, article=article, top_k=9)) for library in both)
    assert stored == folder


def test_both_list_and_show_alike(both: tuple[Library, Library]) -> None:
    folder, stored = both
    assert [row.id for row in stored.articles()] == [row.id for row in folder.articles()]
    assert [row.id for row in stored.articles("BRIDGES/t")] == ["bridges/three", "bridges/two"]
    for row in folder.articles():
        assert stored.article(row.id) == folder.article(row.id)
        assert stored.sentences(row.id) == folder.sentences(row.id)


@pytest.mark.parametrize(
    "typed", ["", "bridge", "the red", "brid", "rigde", "coalition", "zzz", "100%", "\0"]
)
def test_both_find_the_same_titles(both: tuple[Library, Library], typed: str) -> None:
    folder, stored = ([row.id for row in library.titles.search(typed)] for library in both)
    assert stored == folder


def test_the_explanation_is_the_same(both: tuple[Library, Library]) -> None:
    folder, stored = (library.explain(QUESTIONS[0]) for library in both)
    assert stored.words == folder.words
    assert stored.unknown == folder.unknown
    assert [one.article for one in stored.compared] == [one.article for one in folder.compared]


@pytest.mark.usefixtures("computed_anew")
def test_the_same_question_gives_the_same_answer(both: tuple[Library, Library]) -> None:
    answers = {dataclasses.replace(both[1].ask(QUESTIONS[0]), elapsed_ms=0.0) for _ in range(5)}
    assert len(answers) == 1


def test_without_a_library_there_is_none(library_config: Path, database_url: str) -> None:
    with pytest.raises(IndexMissingError, match="there is no library in the database"):
        Library.open(with_store(Config.read(library_config), database_url))


def test_an_open_library_sees_what_is_published(stored_config: Config) -> None:
    library = Library.open(stored_config)
    assert library.ask("What do mice eat?").answer != "cheese"
    before = library.fingerprint
    (stored_config.corpus_directory / "mice.txt").write_text("Mice\n\nMice eat cheese.\n", encoding="utf-8")
    assert build(stored_config).added == ("mice",)
    assert library.ask("What do mice eat?").answer == "cheese"
    assert published_fingerprint(stored_config) != before
    assert Library.open(stored_config).fingerprint == published_fingerprint(stored_config)


def test_a_server_sees_its_own_articles_and_the_common_ones(stored_config: Config) -> None:
    """As joined folders are: a common article with the id of an own one has another here."""
    base = stored_config.base / "server"
    own = _OfServer.model_validate({**stored_config.model_dump(), "base": base})
    write_corpus(own.corpus_directory, {"cats.txt": "Our cats\n\nOur cat is called Tom.\n"})
    assert build(own).added == ("cats",)
    common, alone = Library.open(stored_config), Library.open(own)
    both = alone.joined_with(common)
    assert [row.id for row in both.articles()] == ["cats", "common/cats", "news/weather", "raqqa"]
    assert [row.id for row in both.articles("COMMON")] == ["common/cats"]
    assert both.article("common/cats").text.startswith("Cats\n")
    assert both.article("cats").text.startswith("Our cats\n")
    assert [both.common_id(id_) for id_ in ("cats", "common/cats", "raqqa")] == [None, "cats", "raqqa"]
    assert both.ask("What is our cat called?").answer == "Tom"
    assert both.ask("How many people live in Raqqa?").answerable
    assert {one.article.id for one in both.ask("Which cat?", article="common/cats").citations} == {
        "common/cats"
    }
    assert both.titles.find(article_key("common/cats")) == both.articles("common")[0]
    cited = common.ask("What is our cat called?", top_k=9).citations
    assert not any("Tom" in citation.sentence for citation in cited)
    assert [row.id for row in common.articles()] == ["cats", "news/weather", "raqqa"]
    assert [row.id for row in alone.articles()] == ["cats"]
    delete_stored(own)
    with pytest.raises(IndexMissingError):
        Library.open(own)
    assert len(common.articles()) == 3


class _OfServer(Config):
    """The configuration of a server's own library in the database of the common one."""

    @property
    @override
    def tenant(self) -> int:
        return 1098273645546372819

    @property
    @override
    def models_directory(self) -> Path:
        return self.base.parent / "index"
