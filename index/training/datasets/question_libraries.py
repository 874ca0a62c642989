"""Libraries with questions, to train on: a folder `corpus` of articles, and `questions.jsonl` beside it.

Each line of the questions is what `footnote eval` reads. An unanswerable one also has `decoy_sentence` and
`decoy`: the words that a careless reader would take for the answer, and the sentence that they stand in.
"""

from collections.abc import Sequence
from pathlib import Path

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from index.articles.corpus import corpus_files, read_article
from index.evaluation.gold_questions import GoldQuestion, read_questions_of
from index.evaluation.measures import words_in
from index.records import Article, Sentence, Span
from index.training.datasets.training_libraries import LabelledQuestion, SegmentedArticle, Segmenter


class TrainingQuestion(GoldQuestion):
    """A question of a library to train on."""

    decoy_sentence: str | None = None
    decoy: str | None = None

    @model_validator(mode="after")
    def _has_an_article_and_words(self) -> "TrainingQuestion":
        if not self.article:
            raise PydanticCustomError("article", "a question to train on needs its article")
        if not (self.gold_answer if self.answerable else self.decoy_sentence and self.decoy):
            raise PydanticCustomError("words", "it needs gold_answer, or decoy and decoy_sentence")
        return self

    @property
    def marked(self) -> tuple[str, str]:
        """The sentence, and the words in it, that answer, or seem to."""
        if self.answerable:
            return self.gold_sentences[0], self.gold_answer or ""
        return self.decoy_sentence or "", self.decoy or ""


def read_library(folder: Path, segmenter: Segmenter) -> list[SegmentedArticle]:
    """Read a library and the questions about each of its articles.

    Raises ValueError for a question whose article, sentence or words are not there, QuestionFileError for one
    that lacks a key, and what `read_article` raises.
    """
    questions: dict[str, list[TrainingQuestion]] = {}
    for question in read_questions_of(TrainingQuestion, folder / "questions.jsonl"):
        questions.setdefault(question.article or "", []).append(question)
    articles = []
    for file in corpus_files(folder / "corpus"):
        article = read_article(file)
        sentences, passages = segmenter.cut(article)
        labelled = [_labelled(question, article, sentences) for question in questions.pop(article.id, ())]
        articles.append(SegmentedArticle(article, sentences, passages, labelled))
    if questions:
        raise ValueError(f"{folder}: there is no article {min(questions)!r}")
    return articles


def _labelled(
    question: TrainingQuestion, article: Article, sentences: Sequence[Sentence]
) -> LabelledQuestion:
    sentence_words, words = question.marked
    spans = []
    for number, sentence in enumerate(sentences):
        text = article.text[sentence.start : sentence.end]
        if words_in(sentence_words) in words_in(text) and words in text:
            start = sentence.start + text.index(words)
            spans.append((number, (start, start + len(words))))
    if not spans:
        raise ValueError(f"{article.id}: {question.id}: {words!r} is not in {sentence_words!r}")
    section = _section(spans[0][0], article, sentences)
    marked = tuple(span for _, span in spans)
    if question.answerable:
        gold = frozenset(number for number, _ in spans)
        return LabelledQuestion(question.question, 0, gold, marked, None, section)
    return LabelledQuestion(question.question, 0, frozenset(), (), marked[0], section)


def _section(number: int, article: Article, sentences: Sequence[Sentence]) -> Span:
    """Return the part of the text below the headings of a sentence: its questions are learnt together."""
    headings = {block.start: block.section for block in article.blocks}
    starts = sorted(headings)

    def path(sentence: Sentence) -> object:
        before = [start for start in starts if start <= sentence.start]
        return headings[before[-1]] if before else ()

    own = path(sentences[number])
    first = last = number
    while first > 0 and path(sentences[first - 1]) == own:
        first -= 1
    while last + 1 < len(sentences) and path(sentences[last + 1]) == own:
        last += 1
    return sentences[first].start, sentences[last].end
