"""The questions that weights are fitted on: a library's own, questions about other things, and chat."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.training.datasets.question_articles import is_held_out, segment_titles
from index.training.datasets.question_libraries import read_library
from index.training.datasets.squad import read_squad
from index.training.datasets.training_libraries import (
    CHAT,
    SegmentedArticle,
    Segmenter,
    TrainingLibrary,
    nonsense,
    typed_in_a_hurry,
)

Shares = Mapping[str, float]
"""What questions are assumed to be, by their kind; a confidence is a probability under this mix."""

SIGNS = dict.fromkeys(
    ("margin", "certainty", "dense", "passage", "best_dense", "best_lexical", "covered"), 1.0
) | dict.fromkeys(("missing", "missing_names", "missing_numbers", "misfits", "miscounts"), -1.0)
"""Evidence that may count in one direction only, whatever a data set's habits say; the rest is free."""
STRANGERS = 150
"""Questions about other things that each library is asked; as many are drawn from each data set of them."""
LIBRARY_HELP = "folder of articles with questions that no model was trained on; may be given more than once"


@dataclass(frozen=True, slots=True)
class PosedQuestion:
    """A question to a library, about one article or all of them; `gold` holds the rows that answer.

    `kind` is a key of the assumed shares, `group` names the question's article, or the library.
    """

    kind: str
    group: str
    text: str
    article: int | None
    gold: frozenset[int]


def unrelated_texts(strangers: Sequence[str], nonsense_count: int) -> list[str]:
    """Return questions about other things, chat and strings of random letters."""
    return [*strangers, *CHAT, *nonsense(nonsense_count)]


def posed_questions(
    library: TrainingLibrary,
    group: str,
    strangers: Sequence[str],
    nonsense_count: int,
    *,
    alternate: bool,
) -> Iterator[PosedQuestion]:
    """Yield a library's own questions, every third one typed in a hurry, and ones that it cannot answer.

    With `alternate`, every second question is about the whole library instead of its article.
    """
    for number, question in enumerate(library.questions):
        text = typed_in_a_hurry(question.text) if number % 3 == 0 else question.text
        article = None if alternate and number % 2 else question.article
        kind = "answerable" if question.gold else "unanswerable"
        gold = library.gold_rows(question)
        yield PosedQuestion(kind, f"{group} {question.article}", text, article, gold)
    for text in strangers:
        yield PosedQuestion("elsewhere", group, text, None, frozenset())
    for text in unrelated_texts((), nonsense_count):
        yield PosedQuestion("chat", group, text, None, frozenset())


def thinned(articles: Sequence[SegmentedArticle], most: int) -> list[SegmentedArticle]:
    """Draw `most` of the questions about some articles, all of them alike; keep their order."""
    places = [(a, q) for a, article in enumerate(articles) for q in range(len(article.questions))]
    source = random.Random(most)  # noqa: S311
    drawn = set(source.sample(places, min(most, len(places))))
    return [
        replace(
            article,
            questions=[question for q, question in enumerate(article.questions) if (a, q) in drawn],
        )
        for a, article in enumerate(articles)
    ]


def strangers_to_each(
    libraries: Sequence[Sequence[SegmentedArticle]], others: Sequence[str], most: int
) -> list[list[str]]:
    """Draw, for each library, questions that it cannot answer: half of them `others`, half the others' own.

    Many a library is small, and in a small one everything seems near: so each is asked.
    """
    drawn: list[list[str]] = []
    for number, library in enumerate(libraries):
        source = random.Random(number)  # noqa: S311
        foreign = [
            question.text
            for other in libraries
            if other is not library
            for article in other
            for question in article.questions
        ]
        texts = source.sample(foreign, min(most // 2, len(foreign)))
        drawn.append(texts + source.sample(others, min(most - len(texts), len(others))))
    return drawn


def natural_libraries(
    questions: Path | None, libraries: Sequence[Path], segmenter: Segmenter
) -> Iterator[list[SegmentedArticle]]:
    """Yield what has questions in people's own words: the held-out titles of a file, and each library."""
    if questions:
        yield segment_titles(
            (entry for entry in read_squad(questions) if is_held_out(entry.title)), segmenter
        )
    for folder in libraries:
        yield read_library(folder, segmenter)
