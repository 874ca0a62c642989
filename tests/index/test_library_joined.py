"""Tests of two libraries that answer as one: as a single index with the articles of both would."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from index.config import Config
from index.errors import UnknownArticleError
from index.library import Library
from index.records import Answer
from index.retrieval import opening
from index.storage.catalog import article_key
from index.storage.generations import open_current
from tests.support.small_library import build, make_config, provide_encoder, write_corpus

OWN = {
    "raid.md": "# Raids\n\nThe guild raids on Friday evening. Bring forty potions. Anna leads the raid.\n",
    "rules.md": "# Rules\n\nNobody shouts in the tavern. The tavern closes at midnight.\n",
    "zoo.md": "# Zoo\n\nThe zoo has nine zebras.\n",
}
COMMON = {
    "bees.md": "---\nurl: https://bees.example/\n---\n# Bees\n\nA bee visits 5,000 flowers a day. "
    "Bees dance to show where flowers are.\n",
    "rules.md": "# General rules\n\nThe tavern closes at midnight. Dogs are welcome in the garden.\n",
    "weather.md": "# Weather\n\nIt rained in Paris on Friday. The sun came out at noon.\n",
}
QUESTIONS = (
    "When does the guild raid?",
    "How many flowers does a bee visit?",
    "When does the tavern close?",
    "Are dogs welcome?",
    "How many zebras are there?",
    "Where did it rain on Friday?",
    "Who invented the telephone?",
)


@pytest.fixture(scope="module")
def configs(tmp_path_factory: pytest.TempPathFactory, encoder_folder: Path) -> tuple[Config, Config, Config]:
    """Build the server's index, the common one, and one with the articles of both."""
    both = {**COMMON, **OWN, "common/rules.md": COMMON["rules.md"]}
    return (
        _build(tmp_path_factory.mktemp("own"), OWN, encoder_folder),
        _build(tmp_path_factory.mktemp("common"), COMMON, encoder_folder),
        _build(tmp_path_factory.mktemp("both"), both, encoder_folder),
    )


@pytest.fixture(scope="module")
def libraries(
    configs: tuple[Config, Config, Config], shared_models: None
) -> tuple[Library, Library, Library]:
    """Return the server's library, the common one, and one with the articles of both."""
    own, common, both = map(Library.open, configs)
    return own, common, both


@pytest.fixture(scope="module")
def joined(libraries: tuple[Library, Library, Library]) -> Library:
    """Return the two libraries as one."""
    own, common, _ = libraries
    return own.joined_with(common)


def _build(base: Path, articles: dict[str, str], encoder_folder: Path) -> Config:
    config = make_config(base)
    write_corpus(base / "corpus", articles)  # type: ignore[arg-type]
    provide_encoder(config, encoder_folder)
    build(config)
    return config


def _cited(answer: Answer) -> Sequence[tuple[str, str, str | None]]:
    return [(citation.article.id, citation.sentence, citation.link) for citation in answer.citations]


@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_as_one_index_with_the_articles_of_both(
    joined: Library, libraries: tuple[Library, Library, Library], question: str
) -> None:
    answer, expected = joined.ask(question), libraries[2].ask(question)
    assert (answer.answerable, answer.answer) == (expected.answerable, expected.answer)
    assert _cited(answer)[:1] == _cited(expected)[:1]
    assert answer.confidence == pytest.approx(expected.confidence, abs=0.05)


def test_scores_are_those_of_one_index_but_for_the_mean_length_of_sentences(
    configs: tuple[Config, Config, Config], libraries: tuple[Library, Library, Library]
) -> None:
    question = "When does the tavern close on Friday?"
    (vector,) = libraries[2].question_vectors([question])
    own, common, one = (open_current(config.index_directory, opening.open_files) for config in configs)
    joined = opening.joined(own, common)
    found, expected = (
        {(candidate.title, candidate.text): candidate for candidate in retriever.retrieve(question, vector)}
        for retriever in (joined, one)
    )
    assert found.keys() == expected.keys()
    for key, candidate in found.items():
        assert candidate.dense == pytest.approx(expected[key].dense, abs=1e-6)
        assert candidate.passage == pytest.approx(expected[key].passage, abs=1e-6)
        assert candidate.lexical == pytest.approx(expected[key].lexical, rel=0.1)
    assert joined.idf("friday") == pytest.approx(one.idf("friday"))


def test_a_sentence_of_both_is_cited_once_with_the_other_article(joined: Library) -> None:
    (citation, *others) = joined.ask("When does the tavern close?").citations
    assert citation.sentence == "The tavern closes at midnight."
    assert {citation.article.id, *(source.id for source in citation.also)} == {"rules", "common/rules"}
    assert citation.also_count == 1
    assert all(other.sentence != citation.sentence for other in others)


def test_lists_and_finds_the_articles_of_both(
    joined: Library, libraries: tuple[Library, Library, Library]
) -> None:
    one = libraries[2]
    assert [row.id for row in joined.articles()] == [row.id for row in one.articles()]
    assert len(joined.titles) == 6
    for first in range(8):
        for count in (1, 2, 6):
            expected = [row.title for row in one.titles.page(first, count)]
            assert [row.title for row in joined.titles.page(first, count)] == expected
    for typed in ("", "r", "rule", "wether", "zoo bees", "raid"):
        expected = sorted(row.title for row in one.titles.search(typed))
        assert sorted(row.title for row in joined.titles.search(typed)) == expected, typed


@pytest.mark.parametrize("name", ["rules", "common/rules", "bees", "zoo.md", "Weather", "raid"])
def test_articles_are_read_by_id_file_title_and_key(
    joined: Library, libraries: tuple[Library, Library, Library], name: str
) -> None:
    article, expected = joined.article(name), libraries[2].article(name)
    assert (article.id, article.title, article.text) == (expected.id, expected.title, expected.text)
    assert joined.sentences(name) == libraries[2].sentences(name)
    found = joined.titles.find(article_key(article.id))
    assert found is not None
    assert found.id == article.id
    answer = joined.ask("Which sentence?", article=name, top_k=5)
    assert {citation.article.id for citation in answer.citations} == {article.id}


def test_only_common_articles_have_an_id_in_the_common_library(
    joined: Library, libraries: tuple[Library, Library, Library]
) -> None:
    ids = ("raid", "rules", "common/rules", "bees")
    assert [joined.common_id(id_) for id_ in ids] == [None, None, "rules", "bees"]
    assert libraries[0].common_id("raid") == "raid"


def test_an_article_of_neither_is_unknown(joined: Library) -> None:
    with pytest.raises(UnknownArticleError):
        joined.article("nothing-like-it")


def test_names_what_it_holds_and_shares_the_models(
    configs: tuple[Config, Config, Config], joined: Library, libraries: tuple[Library, Library, Library]
) -> None:
    own, common, _ = libraries
    assert joined.fingerprint not in (own.fingerprint, common.fingerprint)
    assert joined.fingerprint == own.joined_with(common).fingerprint
    assert joined.models is common.models
    assert Library.open(configs[0], earlier=common).models is common.models
