"""Questions asked together are answered as each would be alone, and an error stays its own question's."""

import dataclasses
import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.config import Config
from index.errors import (
    EmptyQuestionError,
    FootnoteError,
    IndexDamagedError,
    ModelDamagedError,
    UnknownArticleError,
)
from index.library import Library, published_fingerprint
from index.reading.reader import RankedQuestion, Reading, UnusableReader
from index.records import Answer, Question

ASKED = (
    Question("How many leaflets did the U.S. drop?"),
    Question("How long is the red bridge?"),
    Question("When was the red bridge opened?", article="bridges/one"),
    Question("Who predicts the fight for Raqqa will be long and hard?", top_k=7),
    Question("What is the price of bitcoin?"),
    Question("raqqa offensive who started it", top_k=1),
    Question("传单有多少张？"),
    Question("How long is the red bridge?"),
    Question("x" * 5000),
)


@pytest.fixture(scope="module")
def library(library_config: Path) -> Library:
    return Library.open(Config.read(library_config))


def bytes_of(answer: Answer | FootnoteError) -> str:
    assert isinstance(answer, Answer)
    return json.dumps(dataclasses.asdict(answer) | {"elapsed_ms": None})


def alone(library: Library, question: Question) -> Answer:
    return library.ask(question.question, article=question.article, top_k=question.top_k)


@pytest.mark.parametrize("reader", ["footnote", "none"])
def test_together_each_has_the_answer_that_it_has_alone(library_config: Path, reader: str) -> None:
    config = Config.read(library_config)
    config = config.model_copy(update={"answer": config.answer.model_copy(update={"reader": reader})})
    library = Library.open(config)
    expected = [bytes_of(alone(library, question)) for question in ASKED]
    assert list(map(bytes_of, library.ask_many(ASKED))) == expected
    assert list(map(bytes_of, library.ask_many(ASKED[::-1]))) == expected[::-1]
    assert bytes_of(library.ask_many(ASKED[:1])[0]) == expected[0]


def test_an_error_takes_the_place_of_its_own_answer(library: Library) -> None:
    good, empty, unknown, last = library.ask_many(
        [ASKED[0], Question("\u200b"), Question("Who?", article="bridges/oen"), ASKED[1]]
    )
    assert isinstance(empty, EmptyQuestionError)
    assert isinstance(unknown, UnknownArticleError)
    assert "bridges/one" in unknown.message
    assert bytes_of(good) == bytes_of(alone(library, ASKED[0]))
    assert bytes_of(last) == bytes_of(alone(library, ASKED[1]))


def test_no_questions_have_no_answers(library: Library) -> None:
    assert library.ask_many([]) == []


def test_a_question_for_no_citations_is_none() -> None:
    with pytest.raises(ValueError, match="top_k: expected 1 or more, found 0"):
        Question("Who?", top_k=0)


def test_the_time_is_what_its_asker_waited(library: Library) -> None:
    started = time.perf_counter()
    answers = library.ask_many(ASKED)
    most = (time.perf_counter() - started) * 1000
    for answer in answers:
        assert isinstance(answer, Answer)
        assert most / 2 < answer.elapsed_ms <= most


def test_a_reader_that_cannot_be_used_fails_each_question_with_an_error_of_its_own(
    library_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library.open(Config.read(library_config))
    broken = ModelDamagedError("reader.onnx: damaged", "Reinstall.")
    monkeypatch.setattr(library, "_reader", UnusableReader(broken))
    first, empty, second = library.ask_many([ASKED[0], Question(""), ASKED[1]])
    assert isinstance(empty, EmptyQuestionError)
    assert isinstance(first, ModelDamagedError)
    assert isinstance(second, ModelDamagedError)
    assert first is not second
    assert (first.message, first.remedy) == (broken.message, broken.remedy)
    assert broken.__traceback__ is None  # else it would grow with every question


def test_damage_found_while_an_answer_is_put_together_is_that_question_s(
    library_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library.open(Config.read(library_config))
    source, bad = library._source, library._catalog.row("bridges/one")

    def failing(row: int) -> object:
        if row == bad:
            raise IndexDamagedError("articles.sqlite: damaged")
        return source(row)

    monkeypatch.setattr(library, "_source", failing)
    damaged, good = library.ask_many([ASKED[2], ASKED[0]])
    assert isinstance(damaged, IndexDamagedError)
    assert isinstance(good, Answer)


def test_all_that_is_read_is_read_in_one_pass(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[int] = []
    read = library._reader.read

    def counting(asked: Sequence[RankedQuestion]) -> list[list[Reading]]:
        passes.append(len(asked))
        return read(asked)

    monkeypatch.setattr(library._reader, "read", counting)
    library.ask_many(ASKED)
    assert passes == [len(ASKED)]


def test_the_fingerprint_is_of_what_the_index_holds(library: Library, library_config: Path) -> None:
    config = Config.read(library_config)
    assert len(library.fingerprint) == 16
    assert int(library.fingerprint, 16) >= 0
    assert Library.open(config).fingerprint == library.fingerprint == published_fingerprint(config)


def test_titles_are_made_once(library: Library) -> None:
    assert library.titles is library.titles
    assert [article.id for article in library.titles.search("red bridge")] == [
        "bridges/one", "bridges/three", "bridges/two",
    ]  # fmt: skip


def test_an_earlier_library_s_models_are_shared_and_answer_alike(
    library: Library, library_config: Path
) -> None:
    later = Library.open(Config.read(library_config), earlier=library)
    assert later._models is library._models
    assert bytes_of(alone(later, ASKED[0])) == bytes_of(alone(library, ASKED[0]))
