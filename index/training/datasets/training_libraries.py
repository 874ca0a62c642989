"""Questions to learn the fusion from: data sets as small libraries, and what is no question at all."""

import json
import random
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.records import Article, Candidate, Passage, Sentence
from index.retrieval.retriever import Retriever
from index.segmentation.passages import make_passages
from index.segmentation.sentences import split_sentences
from index.storage.bm25 import Bm25
from index.storage.catalog import Catalog
from index.storage.catalog_writer import CatalogWriter
from index.storage.vectors import Vectors

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
"""What people say to a bot that is no question to an article."""


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question to an article of its library; `gold` numbers the sentences that answer it, if any."""

    text: str
    article: int
    gold: frozenset[int]


@dataclass(frozen=True, slots=True)
class Cut:
    """An article cut into sentences and passages, with the questions asked of it."""

    article: Article
    sentences: Sequence[Sentence]
    passages: Sequence[Passage]
    asked: Sequence[LabelledQuestion]

    def texts(self, parts: Sequence[Sentence] | Sequence[Passage]) -> list[str]:
        """Return the texts of some of its sentences or passages."""
        return [self.article.text[part.start : part.end] for part in parts]


@dataclass(frozen=True, slots=True)
class TrainingLibrary:
    """A library in memory, with a catalog in a temporary folder, and the questions asked of it."""

    retriever: Retriever
    asked: Sequence[LabelledQuestion]
    vectors: Mapping[str, Vector]

    @classmethod
    def build(cls, cuts: Sequence[Cut], vectors: Mapping[str, Vector]) -> Self:
        """Put articles together; `vectors` holds those of all texts and questions."""
        sentences = [text for cut in cuts for text in cut.texts(cut.sentences)]
        passages = [text for cut in cuts for text in cut.texts(cut.passages)]
        with TemporaryDirectory() as folder:  # an open SQLite file outlives its folder
            with CatalogWriter(Path(folder)) as writer:
                for cut in cuts:
                    writer.add(cut.article, cut.sentences, cut.passages)
            catalog = Catalog(Path(folder))
        retriever = Retriever(
            catalog,
            Vectors.build(np.stack([vectors[text] for text in sentences])),
            Vectors.build(np.stack([vectors[text] for text in passages])),
            Bm25.build(catalog.terms()),
        )
        asked = [replace(one, article=row) for row, cut in enumerate(cuts) for one in cut.asked]
        return cls(retriever, asked, vectors)

    def candidates(self, question: str, article: int | None) -> list[Candidate]:
        """Retrieve as the product does."""
        return self.retriever.retrieve(question, self.vectors[question], article)


def read_squad(
    path: Path, count_tokens: Callable[[str], int], window: int, most: int, paragraphs: int | None = None
) -> list[Cut]:
    """Read a file of SQuAD's form (1.1 or 2.0), each title one article, with at most `most` questions each.

    `paragraphs` takes only so many of each article, the first.
    """
    data: Any = json.loads(path.read_text(encoding="utf-8"))["data"]
    return [
        _cut(f"{number:04}", entry["title"], entry["paragraphs"][:paragraphs], count_tokens, window, most)
        for number, entry in enumerate(data)
    ]


def read_questions(path: Path, count: int) -> list[str]:
    """Draw so many questions of a file of SQuAD's form; the same ones every time.

    Raises ValueError where it has fewer.
    """
    data: Any = json.loads(path.read_text(encoding="utf-8"))["data"]
    questions = [
        qa["question"].strip() for entry in data for part in entry["paragraphs"] for qa in part["qas"]
    ]
    every = sorted(set(questions))
    if len(every) < count:
        raise ValueError(f"{path}: {count} different questions are needed, and it has {len(every)}")
    return random.Random(path.name).sample(every, count)  # noqa: S311


def _cut(
    name: str, title: str, paragraphs: Any, count_tokens: Callable[[str], int], window: int, most: int
) -> Cut:
    text = "\n\n".join(paragraph["context"] for paragraph in paragraphs)
    sentences = split_sentences(text)
    asked: list[LabelledQuestion] = []
    offset = 0
    for paragraph in paragraphs:
        for question in paragraph["qas"]:
            starts = {offset + answer["answer_start"] for answer in question["answers"]}
            gold = frozenset(
                number
                for number, sentence in enumerate(sentences)
                if any(sentence.start <= start < sentence.end for start in starts)
            )
            if gold or question.get("is_impossible"):
                asked.append(LabelledQuestion(question["question"].strip(), 0, gold))
        offset += len(paragraph["context"]) + 2
    if len(asked) > most:
        asked = random.Random(name).sample(asked, most)  # noqa: S311
    article = Article(name, title.replace("_", " "), text, f"{name}.txt")
    return Cut(article, sentences, make_passages(text, sentences, count_tokens, window), asked)


def sloppy(question: str) -> str:
    """Return a question as people type it in a hurry: small letters, no question mark."""
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
