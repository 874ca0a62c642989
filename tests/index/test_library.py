"""The way of a question, over a real index: what is cited, what is declined, and that both repeat exactly."""

import dataclasses
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.config import Config
from index.errors import IndexMissingError, IndexStaleError, UnknownArticleError
from index.library import Library
from index.records import Answer
from index.segmentation import search_terms
from tests.support.small_library import build, make_config, provide_encoder, write_corpus

LEAFLETS = "How many leaflets did the U.S. drop?"
BRIDGE = "How long is the red bridge?"


@pytest.fixture(scope="module")
def library(library_config: Path) -> Library:
    return Library.open(Config.read(library_config))


def without_time(answer: Answer) -> Answer:
    return dataclasses.replace(answer, elapsed_ms=0.0)


def test_an_answer_is_verbatim_text_of_its_article(library: Library) -> None:
    answer = library.ask(LEAFLETS)
    assert answer.answerable
    assert answer.citations[0].sentence.startswith("The U.S. dropped 90,000")
    assert answer.answer is not None
    assert "90,000" in answer.answer
    assert [citation.number for citation in answer.citations] == [1, 2, 3]
    for citation in answer.citations:
        text = library.article(citation.article.id).text
        assert text[citation.start : citation.end] == citation.sentence
        if citation.highlight:
            start, end = citation.highlight
            assert citation.start <= start < end <= citation.end
    first = citation = answer.citations[0]
    span = first.highlight or (first.start, first.end)
    assert library.article(citation.article.id).text[slice(*span)] == answer.answer


def test_misspelt_words_are_corrected_before_the_question_is_looked_up_and_read(library: Library) -> None:
    typed, right = "How many leafelts were droped?", "How many leaflets were dropped?"
    answer = library.ask(typed)
    expected = dataclasses.replace(without_time(library.ask(right)), question=typed, read_as=right)
    assert without_time(answer) == expected
    assert answer.answerable
    assert library.ask(right).read_as is None
    assert library.explain(typed) == library.explain(right)


def test_a_citation_links_to_its_sentence(library: Library) -> None:
    (citation,) = library.ask(BRIDGE, article="bridges/three", top_k=1).citations
    assert citation.sentence == "The red bridge is 900 metres long."
    assert citation.link == f"{citation.article.url}#:~:text=The%20red%20bridge%20is,900%20metres%20long."
    assert {other.link for other in library.ask(LEAFLETS).citations} == {None}, "no address, no link"


def test_scores_fall_and_the_first_is_the_confidence(library: Library) -> None:
    answer = library.ask(LEAFLETS, top_k=10)
    scores = [citation.score for citation in answer.citations]
    assert scores == sorted(scores, reverse=True)
    assert answer.confidence == scores[0]
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize(
    "nothing", ["hello", "thanks bot!", "asdf qwer zxcv", "?", "What is the price of bitcoin?"]
)
def test_what_the_articles_do_not_say_is_declined(library: Library, nothing: str) -> None:
    answer = library.ask(nothing)
    assert not answer.answerable
    assert answer.answer is None


def test_no_citations_are_no_answer_to_ask_for(library: Library) -> None:
    with pytest.raises(ValueError, match="top_k: expected 1 or more, found -1"):
        library.ask(LEAFLETS, top_k=-1)


@pytest.mark.slow
def test_the_threshold_decides(library: Library) -> None:
    assert library.ask(LEAFLETS, threshold=0.0).answerable
    assert not library.ask(LEAFLETS, threshold=1.0).answerable


@pytest.mark.slow
@pytest.mark.usefixtures("computed_anew")
def test_the_same_question_gives_the_same_answer(library: Library, library_config: Path) -> None:
    """In one process, in threads, and from an index that is opened again."""
    expected = without_time(library.ask(LEAFLETS))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(library.ask, [LEAFLETS] * 4))
    assert {without_time(answer) for answer in answers} == {expected}
    assert without_time(Library.open(Config.read(library_config)).ask(LEAFLETS)) == expected


def test_the_same_sentence_of_several_articles_is_cited_once_and_names_the_others(library: Library) -> None:
    cited = [
        citation for citation in library.ask(BRIDGE, top_k=6).citations if "900 metres" in citation.sentence
    ]
    assert len(cited) == 1
    assert len({cited[0].article.id, *(source.id for source in cited[0].also)}) == 3


def test_the_same_sentence_twice_in_an_article_is_cited_once(library: Library) -> None:
    cited = library.ask(BRIDGE, article="bridges/three", top_k=9).citations
    assert [citation.sentence for citation in cited].count("The red bridge is 900 metres long.") == 1
    assert len(cited) == 3


def test_an_article_narrows_the_question(library: Library) -> None:
    narrowed = library.ask(LEAFLETS, article="bridges/one")
    assert {citation.article.id for citation in narrowed.citations} == {"bridges/one"}
    with pytest.raises(UnknownArticleError, match="nearest: bridges/one"):
        library.ask(LEAFLETS, article="bridges/oen")


@pytest.mark.slow
@pytest.mark.parametrize(
    "odd",
    [
        "?",
        "a",
        "who " * 25_000,
        "x" * 100_000,
        "leaflets\0 dropped",
        "leaflets \ud83d \udc00 dropped",
        "\u202ehow many leaflets\u202c",
        "leaf\u200blets 🧨🧨",
        "传单有多少张？",
        "'; DROP TABLE sentences; --",
    ],
)
def test_odd_questions_are_answered_or_declined(library: Library, odd: str) -> None:
    answer = library.ask(odd)
    assert len(answer.citations) == 3
    answer.question.encode("utf-8")


def test_there_is_no_library_without_an_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError):
        Library.open(Config(base=tmp_path))


def test_an_index_of_other_search_terms_is_not_asked(
    library_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_terms, "SEARCH_TERM_RULES", search_terms.SEARCH_TERM_RULES + 1)
    with pytest.raises(IndexStaleError, match="the search terms changed"):
        Library.open(Config.read(library_config))


@pytest.mark.slow
def test_as_many_citations_as_asked_for_however_often_a_sentence_stands(
    tmp_path: Path, encoder_folder: Path
) -> None:
    """A hundred and fifty articles share the sentence that answers; the rest still has its place."""
    config = make_config(tmp_path)
    shared = "The red bridge is 900 metres long."
    write_corpus(config.corpus_directory, {f"{n}.txt": f"{shared}\n\nStory {n} ends.\n" for n in range(150)})
    provide_encoder(config, encoder_folder)
    build(config)
    library = Library.open(config)
    assert [c.sentence for c in library.ask(BRIDGE, top_k=50).citations].count(shared) == 1
    assert len(library.ask(BRIDGE, top_k=50).citations) == 50


@pytest.mark.slow
def test_a_question_imports_no_framework(library_config: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from index.config import Config
from index.library import Library
assert Library.open(Config.read(Path({str(library_config)!r}))).ask({LEAFLETS!r}).answerable
heavy = {{"torch", "transformers", "sentence_transformers", "llama_index", "scipy", "bm25s", "pandas"}}
print(sorted(heavy & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


@pytest.mark.slow
def test_nothing_is_marked_in_a_sentence_that_does_not_answer(library: Library) -> None:
    elsewhere = "Who painted the Mona Lisa in Paris?"
    assert library.ask(elsewhere, threshold=0.0).citations[0].highlight
    declined = library.ask(elsewhere)
    assert (declined.maybe, declined.citations[0].highlight) == (False, None)


@pytest.mark.slow
def test_a_likely_sentence_below_the_threshold_may_answer_and_is_marked(library: Library) -> None:
    sure = library.ask(LEAFLETS)
    unsure = library.ask(LEAFLETS, threshold=sure.confidence + 0.01)
    assert (unsure.answerable, unsure.maybe, unsure.answer) == (False, True, None)
    assert unsure.citations[0].highlight == sure.citations[0].highlight


@pytest.mark.slow
def test_the_second_threshold_decides_what_may_answer(library_config: Path) -> None:
    config = Config.read(library_config)
    confidence = Library.open(config).ask(LEAFLETS).confidence
    above = min(confidence + 0.01, 1.0)
    for least, maybe in ((confidence, True), (above, False)):
        answer = config.answer.model_copy(update={"threshold": above, "maybe_threshold": least})
        unsure = Library.open(config.model_copy(update={"answer": answer})).ask(LEAFLETS)
        assert (unsure.answerable, unsure.maybe) == (False, maybe)
