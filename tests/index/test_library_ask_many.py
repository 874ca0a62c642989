"""Questions asked together are answered as each would be alone, and an error stays its own question's."""

import dataclasses
import json
import shutil
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from index.arrays import Floats
from index.config import Config
from index.errors import (
    EmptyQuestionError,
    FootnoteError,
    IndexDamagedError,
    ModelDamagedError,
    UnknownArticleError,
)
from index.library import Library, published_fingerprint
from index.models.encoder import Encoder
from index.models.span_model import SpanModel, cores
from index.reading import reader_choice
from index.reading.reader import RankedQuestion, Reading
from index.reading.reader_choice import own_reader_folder
from index.reading.span_reader import SpanReader
from index.records import Answer, Candidate, Question
from index.retrieval.retriever import Retriever
from index.storage.catalog import ArticleRow, Catalog
from tests.support.shared_models import compute_anew

pytestmark = pytest.mark.slow

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
    with compute_anew():
        library = Library.open(config)
        expected = [bytes_of(alone(library, question)) for question in ASKED]
        assert list(map(bytes_of, library.ask_many(ASKED))) == expected
        assert list(map(bytes_of, library.ask_many(ASKED[::-1]))) == expected[::-1]
        assert bytes_of(library.ask_many(ASKED[:1])[0]) == expected[0]


def test_what_several_ask_alike_is_answered_once(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []
    retrieve = Retriever.retrieve

    def counting(self: Retriever, question: str, *arguments: Any) -> list[Candidate]:
        looked_up.append(question)
        return retrieve(self, question, *arguments)

    monkeypatch.setattr(Retriever, "retrieve", counting)
    first, other, again, narrower = library.ask_many(
        [ASKED[1], ASKED[0], ASKED[1], dataclasses.replace(ASKED[1], top_k=1)]
    )
    assert len(looked_up) == 3
    assert bytes_of(first) == bytes_of(again) == bytes_of(alone(library, ASKED[1]))
    assert bytes_of(other) == bytes_of(alone(library, ASKED[0]))
    assert isinstance(narrower, Answer)
    assert len(narrower.citations) == 1


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


def test_each_is_told_as_soon_as_it_is_there_with_the_time_that_its_asker_waited(library: Library) -> None:
    told: dict[int, tuple[Answer | FootnoteError, float]] = {}
    asked = [*ASKED, Question("")]
    started = time.perf_counter()

    def answered(place: int, answer: Answer | FootnoteError) -> None:
        told[place] = answer, (time.perf_counter() - started) * 1000

    answers = library.ask_many(asked, answered)
    assert len(told) == len(asked)
    for place, answer in enumerate(answers):
        assert told[place][0] is answer
        if isinstance(answer, Answer):
            assert 0 < answer.elapsed_ms <= told[place][1]


def test_nobody_waits_for_a_question_that_takes_long(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    others_answered = threading.Event()
    read = SpanReader.read

    def slowly(self: SpanReader, questions: Sequence[RankedQuestion]) -> list[list[Reading]]:
        if questions[0].question == ASKED[0].question:
            assert others_answered.wait(60)
        return read(self, questions)

    monkeypatch.setattr(SpanReader, "read", slowly)
    told: list[int] = []

    def answered(place: int, _: Answer | FootnoteError) -> None:
        told.append(place)
        if len(told) == len(ASKED) - 1:
            others_answered.set()

    library.ask_many(ASKED, answered)
    assert told[-1] == 0


@pytest.fixture
def damaged_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let Footnote's own reader be a copy without its model; return the copy's folder."""
    shutil.copytree(own_reader_folder(), tmp_path / "reader_model")
    (tmp_path / "reader_model" / "reader.onnx").unlink()
    monkeypatch.setattr(reader_choice, "files", lambda _: tmp_path)
    return tmp_path / "reader_model"


def test_a_damaged_reader_fails_each_question_with_an_error_of_its_own(
    library_config: Path, damaged_reader: Path
) -> None:
    library = Library.open(Config.read(library_config))
    assert library.article("bridges/one").title == "The red bridge"
    first, empty, second = library.ask_many([ASKED[0], Question(""), ASKED[1]])
    assert isinstance(empty, EmptyQuestionError)
    assert isinstance(first, ModelDamagedError)
    assert isinstance(second, ModelDamagedError)
    assert "reader.onnx" in first.message
    assert first is not second
    with pytest.raises(ModelDamagedError) as caught:
        library.ask(ASKED[0].question)
    assert caught.value not in (first, second)  # one that is raised again and again gathers a long traceback


def test_a_reader_that_was_repaired_answers(
    library: Library, library_config: Path, damaged_reader: Path
) -> None:
    damaged = Library.open(Config.read(library_config))
    shutil.copy(Path(str(files("index.reading"))) / "reader_model" / "reader.onnx", damaged_reader)
    assert bytes_of(alone(damaged, ASKED[0])) == bytes_of(alone(library, ASKED[0]))


def test_a_damaged_reader_is_not_shared(
    library: Library, library_config: Path, damaged_reader: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Config.read(library_config)
    damaged = Library.open(config)
    monkeypatch.undo()
    later = Library.open(config, earlier=damaged)
    assert bytes_of(alone(later, ASKED[0])) == bytes_of(alone(library, ASKED[0]))


def test_damage_found_while_reading_is_that_question_s(
    library_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library.open(Config.read(library_config))
    expected = bytes_of(alone(library, ASKED[0]))
    read = SpanReader.read

    def failing(self: SpanReader, questions: Sequence[RankedQuestion]) -> list[list[Reading]]:
        if any(question.question == ASKED[1].question for question in questions):
            raise IndexDamagedError("catalog.sqlite: damaged")
        return read(self, questions)

    monkeypatch.setattr(SpanReader, "read", failing)
    good, damaged = library.ask_many(ASKED[:2])
    assert bytes_of(good) == expected
    assert isinstance(damaged, IndexDamagedError)


def test_damage_found_while_an_answer_is_put_together_is_that_question_s(
    library_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library.open(Config.read(library_config))
    article_rows = Catalog.article_rows

    def failing(self: Catalog, rows: Iterable[int]) -> list[ArticleRow]:
        articles = article_rows(self, rows)
        if any(article.id == "bridges/one" for article in articles):
            raise IndexDamagedError("catalog.sqlite: damaged")
        return articles

    monkeypatch.setattr(Catalog, "article_rows", failing)
    damaged, good = library.ask_many([Question("When was the red bridge opened?"), ASKED[0]])
    assert isinstance(damaged, IndexDamagedError)
    assert isinstance(good, Answer)


def test_no_more_is_read_at_once_than_there_are_cores(
    library_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = most = 0
    lock = threading.Lock()
    run = SpanModel.__dict__["_run"]

    def counting(self: SpanModel, *arguments: Any) -> Floats:
        nonlocal reading, most
        with lock:
            reading += 1
            most = max(most, reading)
        try:
            scores: Floats = run(self, *arguments)
            return scores
        finally:
            with lock:
                reading -= 1

    monkeypatch.setattr(SpanModel, "_run", counting)
    library = Library.open(Config.read(library_config))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: library.ask_many(ASKED), range(4)))
    assert 1 <= most <= cores()


def test_what_was_read_is_not_read_again_to_explain_it_or_for_more_citations(
    library_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library.open(Config.read(library_config))
    answer = library.ask(ASKED[0].question)
    monkeypatch.setattr(SpanModel, "_run", lambda *_: pytest.fail("it is read again"))
    assert library.explain(ASKED[0].question).compared[0].score == pytest.approx(answer.confidence, abs=1e-4)
    more = library.ask(ASKED[0].question, top_k=20)
    assert more.citations[: len(answer.citations)] == answer.citations
    later = Library.open(Config.read(library_config), earlier=library)
    assert bytes_of(later.ask(ASKED[0].question)) == bytes_of(answer)


def test_the_fingerprint_is_of_what_the_index_holds(library: Library, library_config: Path) -> None:
    config = Config.read(library_config)
    assert len(library.fingerprint) == 16
    assert int(library.fingerprint, 16) >= 0
    assert Library.open(config).fingerprint == library.fingerprint == published_fingerprint(config)


def test_articles_are_found_by_title(library: Library) -> None:
    assert [article.id for article in library.titles.search("red bridge")] == [
        "bridges/one", "bridges/three", "bridges/two",
    ]  # fmt: skip


def test_an_earlier_library_s_models_are_shared_and_answer_alike(
    library: Library, library_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for model in (Encoder, SpanModel):
        monkeypatch.setattr(model, "load", lambda _: pytest.fail("it is loaded again"))
    later = Library.open(Config.read(library_config), earlier=library)
    assert bytes_of(alone(later, ASKED[0])) == bytes_of(alone(library, ASKED[0]))
