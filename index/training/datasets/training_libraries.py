"""Small libraries in memory, made of data sets and with questions of known answer, to fit weights on."""

import random
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.building.reuse import passage_texts, sentence_texts
from index.records import Article, Candidate, Passage, Sentence, Span
from index.retrieval.retriever import Retriever, make_candidate
from index.segmentation.passages import make_passages
from index.segmentation.sentences import split_sentences
from index.storage.bm25 import Bm25
from index.storage.catalog import Catalog
from index.storage.catalog_writer import CatalogWriter
from index.storage.vectors import Vectors
from index.training.datasets.squad import join_paragraphs, read_squad, sentences_at

Vector = NDArray[np.float32]

CHAT = (
    "hello",
    "hey everyone",
    "hi bot",
    "good evening",
    "thanks",
    "thank you so much",
    "ok cool",
    "lol",
    "haha nice one",
    "bye",
    "see you tomorrow",
    "how are you doing?",
    "who made you?",
    "what can you do?",
    "are you a robot?",
    "sing me a song",
    "tell me something funny",
    "what time is it?",
    "i am bored",
    "please help",
    "that is wrong",
    "you are great",
    "test",
    "what?",
    "why?",
    "yes",
    "no way",
)
"""What people say to a bot that no article answers."""


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question about an article of its library; `gold` numbers the sentences that answer it, if any.

    `spans` are the answers that people marked in the article's text. `decoy` is what a careless reader would
    take for the answer of a question that has none, and `paragraph` the part of the text that the question
    was asked about.
    """

    text: str
    article: int
    gold: frozenset[int]
    spans: tuple[Span, ...] = ()
    decoy: Span | None = None
    paragraph: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class SegmentedArticle:
    """An article with its sentences, its passages and the questions about it."""

    article: Article
    sentences: Sequence[Sentence]
    passages: Sequence[Passage]
    questions: Sequence[LabelledQuestion]

    @property
    def sentence_texts(self) -> list[str]:
        """What is embedded of each sentence."""
        return sentence_texts(self.article, self.sentences)

    @property
    def passage_texts(self) -> list[str]:
        """What is embedded of each passage."""
        return passage_texts(self.article, self.sentences, self.passages)

    def texts_to_embed(self) -> list[str]:
        """Return the texts of sentences, passages and questions, the latter as typed in a hurry, too."""
        questions = [
            text for question in self.questions for text in (question.text, typed_in_a_hurry(question.text))
        ]
        return [*self.sentence_texts, *self.passage_texts, *questions]


MarkedQuestion = tuple[str, Sequence[int]]
"""A question, and where in its paragraph the answers begin that people marked."""


@dataclass(frozen=True, slots=True)
class Segmenter:
    """Makes articles of paragraphs; `count_tokens` and `window` are the encoder's."""

    count_tokens: Callable[[str], int]
    window: int

    def segment(
        self, name: str, title: str, paragraphs: Sequence[tuple[str, Sequence[MarkedQuestion]]]
    ) -> SegmentedArticle:
        """Put paragraphs, with the questions about each, together as one article."""
        text, offsets = join_paragraphs(paragraph for paragraph, _ in paragraphs)
        article = Article(name, title.replace("_", " "), text, f"{name}.txt")
        sentences, passages = self.cut(article)
        questions = [
            LabelledQuestion(
                question, 0, frozenset(sentences_at(sentences, [offset + start for start in starts]))
            )
            for offset, (_, marked) in zip(offsets, paragraphs, strict=True)
            for question, starts in marked
        ]
        return SegmentedArticle(article, sentences, passages, questions)

    def cut(self, article: Article) -> tuple[list[Sentence], list[Passage]]:
        """Return the sentences and the passages of an article."""
        sentences = split_sentences(article.text, article.blocks or None)
        passages = make_passages(article.text, sentences, self.count_tokens, self.window, article.blocks)
        return sentences, passages

    def read(
        self, path: Path, max_questions: int = 10_000, max_paragraphs: int | None = None
    ) -> list[SegmentedArticle]:
        """Read the articles of a file of SQuAD's form, with at most `max_questions` each, drawn at random.

        Questions without an answer count only if they are declared unanswerable. With `max_paragraphs`, only
        the first paragraphs of each article are read.
        """
        articles = []
        for number, entry in enumerate(read_squad(path)):
            paragraphs = [
                (
                    paragraph.context,
                    [
                        (question.question, [answer.answer_start for answer in question.answers])
                        for question in paragraph.qas
                        if question.answers or question.is_impossible
                    ],
                )
                for paragraph in entry.paragraphs[:max_paragraphs]
            ]
            articles.append(_sampled(self.segment(f"{number:04}", entry.title, paragraphs), max_questions))
        return articles


def _sampled(article: SegmentedArticle, count: int) -> SegmentedArticle:
    if len(article.questions) <= count:
        return article
    source = random.Random(article.article.id)  # noqa: S311
    return replace(article, questions=source.sample(article.questions, count))


@dataclass(frozen=True, slots=True)
class TrainingLibrary:
    """A library in memory, with a catalog in a temporary folder, and the questions about it."""

    retriever: Retriever
    questions: Sequence[LabelledQuestion]
    vectors: Mapping[str, Vector]

    @classmethod
    def build(cls, articles: Sequence[SegmentedArticle], vectors: Mapping[str, Vector]) -> Self:
        """Put articles together; `vectors` holds those of all texts and questions."""
        sentences = [text for article in articles for text in article.sentence_texts]
        passages = [text for article in articles for text in article.passage_texts]
        with TemporaryDirectory() as folder:  # an open SQLite file outlives its folder
            with CatalogWriter(Path(folder)) as writer:
                for article in articles:
                    writer.add(article.article, article.sentences, article.passages)
            catalog = Catalog(Path(folder))
        retriever = Retriever(
            catalog,
            Vectors.build(np.stack([vectors[text] for text in sentences])),
            Vectors.build(np.stack([vectors[text] for text in passages])),
            Bm25.build(catalog.terms()),
        )
        questions = [
            replace(question, article=row)
            for row, article in enumerate(articles)
            for question in article.questions
        ]
        return cls(retriever, questions, vectors)

    def candidates(self, question: str, article: int | None) -> list[Candidate]:
        """Retrieve candidates as the product does."""
        return self.retriever.retrieve(question, self.vectors[question], article)

    def gold_rows(self, question: LabelledQuestion) -> frozenset[int]:
        """Return the catalog rows of the sentences that answer a question."""
        first = self.retriever.catalog.article_row(question.article).sentence_rows.start
        return frozenset(first + number for number in question.gold)

    def candidate_at(self, article: int, place: int) -> Candidate:
        """Return the sentence that holds or follows a place of an article's text, as if it were retrieved."""
        catalog = self.retriever.catalog
        first = catalog.article_row(article).sentence_rows.start
        (number,) = sentences_at(catalog.spans(article), [place])
        (sentence,) = catalog.sentences([first + number])
        return make_candidate(sentence)


def sample_questions(path: Path, count: int) -> list[str]:
    """Draw `count` different questions of a file of SQuAD's form; the same ones every time.

    Raises ValueError if it has fewer.
    """
    questions = {
        question.question
        for article in read_squad(path)
        for paragraph in article.paragraphs
        for question in paragraph.qas
    }
    if len(questions) < count:
        raise ValueError(f"{path}: {count} different questions are needed, and it has {len(questions)}")
    return random.Random(path.name).sample(sorted(questions), count)  # noqa: S311


def typed_in_a_hurry(question: str) -> str:
    """Return a question as people type it in a hurry: in lower case, without a question mark."""
    return question.lower().rstrip("? ")


def nonsense(count: int) -> list[str]:
    """Return strings of random letters, one to four words each; the same ones every time."""
    source = random.Random("nonsense")  # noqa: S311
    return [
        " ".join(
            "".join(source.choices(string.ascii_lowercase, k=source.randint(2, 9)))
            for _ in range(source.randint(1, 4))
        )
        for _ in range(count)
    ]
