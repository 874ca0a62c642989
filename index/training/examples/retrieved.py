"""Training examples as the product makes them: windows around the candidates that retrieval ranks best."""

import random
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from index.reading.span_reader import FIRST_WINDOWS, MOST_WINDOWS
from index.reading.windows import Window, make_windows
from index.records import Span
from index.retrieval.ranking import Ranker
from index.training.datasets.training_libraries import (
    LabelledQuestion,
    TrainingLibrary,
    typed_in_a_hurry,
)
from index.training.examples.example import Example

HURRIED = 0.25
"""Share of the questions that are typed in a hurry."""
MISSPELT = 0.06
"""Share of the questions in which two letters change places."""
WHOLE_LIBRARY = 0.5
"""Share of the questions that are asked of the whole library; the others are asked of their article."""
OTHER_WINDOWS = 0.3
"""Windows without the answer for each one with it."""
UNRELATED = 0.07
"""Share of the questions that are asked of another article, too, which has no answer."""


def retrieved_examples(
    library: TrainingLibrary, ranker: Ranker, seed: int, unrelated: float = UNRELATED
) -> list[list[Example]]:
    """Return the examples of each paragraph, so that a question and its twin stay together.

    An answerable question comes with a window that holds its answer, the best one mostly, and often with one
    of the others that were ranked high. An unanswerable one comes with a window that holds its decoy. The
    share `unrelated` come with a window of another article, too.
    """
    paragraphs: dict[tuple[int, Span], list[Example]] = {}
    source = random.Random(seed)  # noqa: S311
    for question in library.questions:
        examples = paragraphs.setdefault((question.article, question.paragraph), [])
        examples.extend(_examples(library, ranker, question, source))
        if source.random() < unrelated:
            examples.extend(_unrelated_examples(library, ranker, question, source))
    return list(paragraphs.values())


def _examples(
    library: TrainingLibrary, ranker: Ranker, question: LabelledQuestion, source: random.Random
) -> Iterator[Example]:
    hurried = source.random() < HURRIED
    text = typed_in_a_hurry(question.text) if hurried else question.text
    article = None if source.random() < WHOLE_LIBRARY else question.article
    ranked = ranker.rank(text, library.candidates(text, article), library.retriever.idf)
    texts = library.retriever.catalog.texts
    windows = make_windows([candidate for candidate, _ in ranked], texts, FIRST_WINDOWS, text)
    best = list(islice(windows, MOST_WINDOWS))
    shown = misspelt(text, source) if source.random() < MISSPELT else text
    wanted = question.spans or ((question.decoy,) if question.decoy else ())
    holding = [window for window in best if _holds(window, question.article, wanted)]
    if not holding and wanted:
        missed = library.candidate_at(question.article, wanted[0][0])
        holding = list(make_windows([missed], texts, 1, text))
    if not holding:
        return
    window = holding[0] if source.random() < 0.6 else source.choice(holding)
    if not question.spans:
        yield Example(shown, window.text, None)
        return
    places = (_place(window, span) for span in question.spans)
    if answer := next(filter(None, places), None):
        yield Example(shown, window.text, answer)
    others = _without_answer([window for window in best if window not in holding], library, question)
    if others and source.random() < OTHER_WINDOWS:
        yield Example(shown, _drawn(others, source).text, None)


def _unrelated_examples(
    library: TrainingLibrary, ranker: Ranker, question: LabelledQuestion, source: random.Random
) -> Iterator[Example]:
    """Yield the question with a window of another article, if that has one without the answer."""
    others = len(library.retriever.catalog.articles()) - 1
    if others < 1:
        return
    article = (question.article + 1 + source.randrange(others)) % (others + 1)
    ranked = ranker.rank(question.text, library.candidates(question.text, article), library.retriever.idf)
    texts = library.retriever.catalog.texts
    windows = make_windows([candidate for candidate, _ in ranked], texts, FIRST_WINDOWS, question.text)
    if unrelated := _without_answer(list(islice(windows, MOST_WINDOWS)), library, question):
        yield Example(question.text, _drawn(unrelated, source).text, None)


def _without_answer(
    windows: Sequence[Window], library: TrainingLibrary, question: LabelledQuestion
) -> list[Window]:
    """Leave out the windows in which an answer of the question stands, by chance mostly."""
    text = library.retriever.catalog.article(question.article).text.lower()
    answers = [text[slice(*span)] for span in question.spans]
    return [window for window in windows if not any(answer in window.text.lower() for answer in answers)]


def _drawn(windows: Sequence[Window], source: random.Random) -> Window:
    """Draw one of the windows, one that was ranked high mostly."""
    return windows[min(int(source.expovariate(0.6)), len(windows) - 1)]


def _holds(window: Window, article: int, spans: Sequence[Span]) -> bool:
    return window.sentences[0].article == article and any(
        sentence.start <= start < sentence.end for sentence in window.sentences for start, _ in spans
    )


def _place(window: Window, span: Span) -> Span | None:
    """Return where a span of the article stands in what the reader reads of the window."""
    places = np.arange(len(window.text))
    starts, ends = window.sources(places, places + 1)
    inside = np.flatnonzero((starts >= span[0]) & (ends <= span[1]))
    return (int(inside[0]), int(inside[-1]) + 1) if len(inside) else None


def misspelt(question: str, source: random.Random) -> str:
    """Swap two letters of a question, as fast typing does."""
    places = [place for place in range(1, len(question) - 1) if question[place : place + 2].isalpha()]
    if not places:
        return question
    place = source.choice(places)
    return question[:place] + question[place + 1] + question[place] + question[place + 2 :]
