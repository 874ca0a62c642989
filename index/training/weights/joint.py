"""Learns `reading.json`: how reading and retrieval weigh together, and the confidence. Build side only.

    python -m index.training.weights.joint --squadshifts DIR [--squad2 FILE] --reader DIR
        --out index/reading/reading.json --report FILE

Both are learnt on the paragraphs of SQuADShifts that the reader was not trained on, and on a file of SQuAD
2.0's form, for which the report is cross-validated over articles: the order on questions about Wikipedia, the
confidence on unanswerable ones, too, and on questions about other things, chat and nonsense.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.checksums import file_sha256
from index.config import DEFAULT_ENCODER
from index.models.span_model import SETTINGS_FILE, SpanModel
from index.reading.confidence import Calibration
from index.reading.span_reader import (
    CONFIDENCE_FEATURES,
    RANK_FEATURES,
    ReadingWeights,
    SentenceScores,
    SpanReader,
    confidence_features,
    rank_features,
    rerank,
)
from index.records import Progress, Ranked
from index.retrieval.ranking import Ranker
from index.segmentation.search_terms import terms
from index.training.datasets.lessons import SQUADSHIFTS, WIKIPEDIA, Lesson, read_squadshifts
from index.training.datasets.question_articles import is_held_out, segment_titles
from index.training.datasets.squad import read_squad
from index.training.datasets.training_libraries import (
    CHAT,
    SegmentedArticle,
    Segmenter,
    TrainingLibrary,
    sample_questions,
)
from index.training.encoders import load_encoders
from index.training.progress import no_progress, progress_bars, tracked
from index.training.weights.fitting import fit_confidence, fit_ranking, weights_json
from index.training.weights.questions import (
    SIGNS,
    STRANGERS,
    PosedQuestion,
    Shares,
    posed_questions,
    unrelated_texts,
)
from index.training.weights.report import ConfidenceExample, report

HELD_OUT_WIKIPEDIA = "held out wiki"
HELD_OUT_OTHERS = "held out other"
SQUAD2 = "squad 2.0"
NATURAL = "natural"
ORDERED = (HELD_OUT_WIKIPEDIA, SQUAD2, NATURAL)
"""The groups of questions that the joint order is learnt from: each has one article that answers it."""
PARAGRAPHS = 40
"""Paragraphs of reviews or comments that make an article."""
NONSENSE = 40
"""Strings of random letters that are asked of each library; there are three libraries."""
SHARES: Shares = {"answerable": 0.47, "unanswerable": 0.38, "elsewhere": 0.1, "chat": 0.05}
"""Half of the time people ask what the articles do not say."""

learn_confidence = partial(
    fit_confidence,
    names=CONFIDENCE_FEATURES,
    signs=SIGNS | {"retrieval": 1.0, "span_log_odds": 1.0, "negated": -1.0},
    shares=SHARES,
)


@dataclass(frozen=True, slots=True)
class ReadingExample:
    """A question, what was retrieved for it, and what the reader found there.

    `idf` holds the inverse document frequencies of the question's terms.
    """

    question: PosedQuestion
    ranked: Sequence[Ranked]
    spans: Mapping[int, SentenceScores]
    idf: Mapping[str, float]


def held_out_articles(lessons: Sequence[Lesson], segmenter: Segmenter) -> list[SegmentedArticle]:
    """Put paragraphs together as articles, with the questions about the held-out paragraphs alone."""
    articles: dict[str, dict[str, list[Lesson]]] = {}
    places: dict[str, dict[str, int]] = {}
    for lesson in lessons:
        domain, text = lesson.text.domain, lesson.text.text
        domain_places = places.setdefault(domain, {})
        place = domain_places.setdefault(text, len(domain_places))
        title = lesson.text.topic if domain == WIKIPEDIA else f"{domain} {place // PARAGRAPHS}"
        articles.setdefault(title, {}).setdefault(text, []).append(lesson)
    return [
        segmenter.segment(f"{number:04}", title, [_paragraph(*paragraph) for paragraph in texts.items()])
        for number, (title, texts) in enumerate(articles.items())
    ]


def _paragraph(text: str, lessons: Sequence[Lesson]) -> tuple[str, list[tuple[str, list[int]]]]:
    held_out = [lesson for lesson in lessons if lesson.text.held_out]
    return text, [(lesson.question, [start for start, _ in lesson.spans]) for lesson in held_out]


def read_questions_of(
    library: TrainingLibrary, reader: SpanReader, ranker: Ranker, group: str, strangers: Sequence[str]
) -> Iterator[ReadingExample]:
    """Yield the questions of `posed_questions` with what the reader finds for each."""
    idf = library.retriever.idf
    for question in posed_questions(library, group, strangers, NONSENSE, alternate=True):
        ranked = ranker.rank(question.text, library.candidates(question.text, question.article), idf)
        frequencies = {term: idf(term) for term in terms(question.text)}
        yield ReadingExample(question, ranked, reader.score(question.text, ranked), frequencies)


def learn_joint(examples: Sequence[ReadingExample]) -> dict[str, float]:
    """Fit the order of the sentences that were read, on questions of `ORDERED` with an answer among them."""
    rows: list[NDArray[np.float64]] = []
    gold: list[NDArray[np.bool_]] = []
    for example in examples:
        if not example.question.group.startswith(ORDERED):
            continue
        read = [pair for pair in example.ranked if pair[0].row in example.spans]
        hits = np.array([candidate.row in example.question.gold for candidate, _ in read], dtype=bool)
        if hits.any():
            rows.append(rank_features(read, example.spans))
            gold.append(hits)
    return fit_ranking(rows, gold, RANK_FEATURES)


def confidence_examples(
    examples: Sequence[ReadingExample], joint: Mapping[str, float]
) -> Iterator[ConfidenceExample]:
    """Yield what the confidence is learnt from, with the order that the weights `joint` make."""
    weights = np.array([joint[name] for name in RANK_FEATURES])
    calibration = Calibration.load()
    for example in examples:
        ordered = rerank(example.ranked, example.spans, weights)
        if ordered:
            question, idf = example.question, example.idf.__getitem__
            retrieval = calibration.log_odds(question.text, example.ranked, idf)
            evidence = confidence_features(question.text, ordered, example.spans, idf, retrieval)
            right = ordered[0][0].row in question.gold
            yield ConfidenceExample(question.kind, question.group, evidence, right)


def learn(examples: Sequence[ReadingExample], reader: str) -> tuple[str, str]:
    """Return the weights as JSON, and the report, for each fold of which both are learnt again.

    `reader` is the sha256 of the reader's settings.
    """

    @cache
    def examples_without(group: str | None) -> list[ConfidenceExample]:
        others = [example for example in examples if example.question.group != group]
        return list(confidence_examples(examples, learn_joint(others)))

    confidence = learn_confidence(examples_without(None))
    weights = weights_json({"ranking": learn_joint(examples), "confidence": confidence}, reader=reader)
    return weights, report(examples_without, learn_confidence, CONFIDENCE_FEATURES)


def read_data(
    squadshifts: Path,
    squad2: Path | None,
    reader: Path,
    encoder_name: str,
    progress: Progress = no_progress,
    *,
    questions: Path | None = None,
    strangers: int = STRANGERS,
) -> Iterator[ReadingExample]:
    """Yield all that is learnt from, as the reader in the folder `reader` sees it.

    Of `questions`, a file that `question_articles` reads, the titles that are held out count. `strangers` is
    how many questions about other things each data set that has them gives.
    """
    framework, encoder = load_encoders(encoder_name)
    segmenter = Segmenter(encoder.count_tokens, encoder.window)
    lessons = read_squadshifts(squadshifts)
    wikipedia = [lesson for lesson in lessons if lesson.text.domain == WIKIPEDIA]
    others = [lesson for lesson in lessons if lesson.text.domain != WIKIPEDIA]
    about_other_things = [
        text
        for part in SQUADSHIFTS
        if part != WIKIPEDIA
        for text in sample_questions(squadshifts / f"{part}.json", strangers)
    ]
    entries = read_squad(questions) if questions else ()
    titles = [entry for entry in entries if is_held_out(entry.title)]
    groups = [
        (HELD_OUT_WIKIPEDIA, held_out_articles(wikipedia, segmenter), about_other_things),
        (HELD_OUT_OTHERS, held_out_articles(others, segmenter), []),
        (SQUAD2, segmenter.read(squad2) if squad2 else [], []),
        (NATURAL, segment_titles(titles, segmenter), []),
    ]
    model, ranker = SpanModel.load(reader), Ranker.load()
    unweighted = ReadingWeights(np.zeros(len(RANK_FEATURES)), np.zeros(len(CONFIDENCE_FEATURES)))
    for group, articles, group_strangers in groups:
        if not articles:
            continue
        texts = unrelated_texts(group_strangers, NONSENSE)
        for article in articles:
            texts += article.texts_to_embed()
        unique = list(dict.fromkeys(texts))
        vectors = framework.embed(unique, _named(f"embed {group}", progress))
        library = TrainingLibrary.build(articles, dict(zip(unique, vectors, strict=True)))
        span_reader = SpanReader(model, library.retriever.catalog.texts, unweighted)
        count = len(library.questions) + len(group_strangers) + len(CHAT) + NONSENSE
        examples = read_questions_of(library, span_reader, ranker, group, group_strangers)
        yield from tracked(examples, count, f"read {group}", progress)


def _named(stage: str, progress: Progress) -> Progress:
    return lambda _, done, total: progress(stage, done, total)


def learn_from(
    squadshifts: Path,
    squad2: Path | None,
    reader: Path,
    encoder_name: str,
    progress: Progress = no_progress,
    *,
    questions: Path | None = None,
    strangers: int = STRANGERS,
) -> tuple[str, str]:
    """Read the data with the reader in the folder `reader`, and `learn`; see `read_data`."""
    data = read_data(
        squadshifts, squad2, reader, encoder_name, progress, questions=questions, strangers=strangers
    )
    examples = list(data)
    return learn(examples, file_sha256(reader / SETTINGS_FILE))


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the data with the reader, learn, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m index.training.weights.joint", description=__doc__)
    parser.add_argument("--squadshifts", type=Path, required=True, help="folder of the SQuADShifts files")
    parser.add_argument("--squad2", type=Path, help="file of SQuAD 2.0's form")
    parser.add_argument("--questions", type=Path, help="file of questions in people's own words")
    parser.add_argument("--reader", type=Path, required=True, help="folder of the exported reader")
    parser.add_argument("--encoder", default=DEFAULT_ENCODER, help="encoder of the index (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="file for the weights")
    parser.add_argument("--report", type=Path, required=True, help="file for the figures, as Markdown")
    options = parser.parse_args(arguments)
    with progress_bars() as progress:
        weights, text = learn_from(
            options.squadshifts,
            options.squad2,
            options.reader,
            options.encoder,
            progress,
            questions=options.questions,
        )
    options.out.write_text(weights, encoding="utf-8")
    options.report.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
