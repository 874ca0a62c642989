"""The likeliest answer in a text that is given to a model."""

from collections.abc import Sequence
from typing import cast

from index.models.span_model import SpanModel, TokenScores
from index.records import Sentence
from index.training.datasets.lessons import Text
from index.training.reader.marking import best_answer
from tests.support.miniature_datasets import text_of
from tests.support.scripted_reader import QUESTION, Model

MILL = text_of("It burnt down. Anna Berg owned the mill. Carl opened the bridge. Nobody wept.")


def answer(marks: dict[str, float]) -> str:
    found = best_answer(QUESTION, MILL, cast(SpanModel, Model(marks)))
    assert found is not None
    return MILL.text[slice(*found.highlight)]


def test_the_likeliest_answer_of_all_sentences_is_found() -> None:
    assert answer({"Carl": 5.0, "Anna Berg": 4.0}) == "Carl"
    assert answer({"Carl": 4.0, "Anna Berg": 5.0}) == "Anna Berg"


def test_the_likeliest_span_counts_not_the_likeliest_sentence() -> None:
    assert answer({"Carl": 5.0, "Anna Berg": 4.9, "Anna": 4.8, "owned": 4.8, "mill": 4.8}) == "Carl"


def test_a_text_without_tokens_has_no_answer() -> None:
    class Blind(Model):
        def read(self, question: str, texts: Sequence[str]) -> list[TokenScores]:
            return super().read(question, [text.replace("\u00ad", " ") for text in texts])

    text = Text("selqa", "Mill", "\u00ad", [Sentence(0, 1)], held_out=False)
    assert best_answer(QUESTION, text, cast(SpanModel, Blind())) is None
