"""Learns `reading.json`: how reading and retrieval weigh together, and the confidence. Build side only.

    python -m index.training.weights.joint --questions FILE --squad2 FILE --squadshifts DIR --reader DIR
        [--library DIR]... [--ranking FILE] --out index/reading/reading.json --report FILE

Both are learnt on questions in people's own words: those titles of a file of SQuAD 2.0's form that the reader
was not trained on, and libraries with questions; and on articles of SQuAD 2.0. The report is cross-validated
over articles. The confidence is learnt on their unanswerable questions, too, on questions about other things,
half of them those of the other sources and half those of SQuADShifts about reviews and posts, on chat and on
nonsense.
"""

import argparse
import json
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
from index.records import Progress, ScoredCandidate
from index.retrieval.ranking import Ranker
from index.segmentation.search_terms import terms
from index.training.datasets.lessons import SQUADSHIFTS, WIKIPEDIA
from index.training.datasets.training_libraries import (
    CHAT,
    Segmenter,
    TrainingLibrary,
    sample_questions,
)
from index.training.encoders import embed_texts, load_encoder
from index.training.progress import no_progress, progress_bars, tracked
from index.training.weights.fitting import fit_confidence, fit_ranking, weights_json
from index.training.weights.questions import (
    LIBRARY_HELP,
    SIGNS,
    STRANGERS,
    PosedQuestion,
    Shares,
    natural_libraries,
    posed_questions,
    strangers_to_each,
    thinned,
    unrelated_texts,
)
from index.training.weights.report import ConfidenceExample, report

SQUAD2 = "squad 2.0"
NATURAL = "natural"
NONSENSE = 20
"""Strings of random letters that are asked of each library."""
QUESTIONS = 800
"""Questions of each source that are learnt from, so that none outweighs the others."""
SHARES: Shares = {"answerable": 0.4, "unanswerable": 0.45, "elsewhere": 0.1, "chat": 0.05}
"""More than half of the time people ask what the articles do not say: a wrong answer costs more than none."""

learn_confidence = partial(
    fit_confidence,
    names=CONFIDENCE_FEATURES,
    signs=SIGNS
    | dict.fromkeys(("retrieval", "span_log_odds", "window_log_share"), 1.0)
    | {"asks": 1.0, "negated": -1.0},  # else "hello" may get an answer because it asks nothing
    shares=SHARES,
)


@dataclass(frozen=True, slots=True)
class ReadingExample:
    """A question, what was retrieved for it, and what the reader found there.

    `idf` holds the inverse document frequencies of the question's terms.
    """

    question: PosedQuestion
    ranked: Sequence[ScoredCandidate]
    spans: Mapping[int, SentenceScores]
    idf: Mapping[str, float]


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
    """Fit the order of the sentences that were read, on questions with an answer among them."""
    rows: list[NDArray[np.float64]] = []
    gold: list[NDArray[np.bool_]] = []
    for example in examples:
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


def learn(
    examples: Sequence[ReadingExample], reader: Path, ranking: Mapping[str, float] | None = None
) -> tuple[str, str]:
    """Return the weights as JSON, and the report, for each fold of which both are learnt again.

    `reader` is the folder of the reader that found the examples. The order is the one of the weights
    `ranking`, if they are given, in each fold, too.
    """
    order = ranking or learn_joint(examples)

    @cache
    def examples_without(groups: frozenset[str]) -> list[ConfidenceExample]:
        if ranking or not groups:
            return list(confidence_examples(examples, order))
        others = [example for example in examples if example.question.group not in groups]
        return list(confidence_examples(examples, learn_joint(others)))

    sections = {"ranking": order, "confidence": learn_confidence(examples_without(frozenset()))}
    return weights_json(sections, reader=file_sha256(reader / SETTINGS_FILE)), report(
        examples_without, learn_confidence, CONFIDENCE_FEATURES
    )


def read_data(
    questions: Path,
    squad2: Path,
    squadshifts: Path,
    reader: Path,
    encoder_name: str,
    progress: Progress = no_progress,
    *,
    strangers: int = STRANGERS,
    libraries: Sequence[Path] = (),
) -> Iterator[ReadingExample]:
    """Yield all that is learnt from, as the reader in the folder `reader` sees it.

    `libraries` are folders of articles with questions. `strangers` is how many questions about other things
    each library is asked.
    """
    encoder = load_encoder(encoder_name)
    segmenter = Segmenter(encoder.count_tokens, encoder.window)
    about_other_things = [
        text
        for part in SQUADSHIFTS
        if part != WIKIPEDIA
        for text in sample_questions(squadshifts / f"{part}.json", strangers)
    ]
    names = [NATURAL, *(f"{NATURAL} {folder.name}" for folder in libraries), SQUAD2]
    sources = [*natural_libraries(questions, libraries, segmenter), segmenter.read(squad2)]
    sources = [thinned(articles, QUESTIONS) for articles in sources]
    asked = strangers_to_each(sources, about_other_things, strangers)
    model, ranker = SpanModel.load(reader), Ranker.load()
    unweighted = ReadingWeights(np.zeros(len(RANK_FEATURES)), np.zeros(len(CONFIDENCE_FEATURES)))
    for group, articles, group_strangers in zip(names, sources, asked, strict=True):
        if not articles:
            continue
        texts = unrelated_texts(group_strangers, NONSENSE)
        for article in articles:
            texts += article.texts_to_embed()
        library = TrainingLibrary.build(articles, embed_texts(encoder, texts, progress, f"embed {group}"))
        span_reader = SpanReader(model, library.retriever.catalog.texts, unweighted)
        count = len(library.questions) + len(group_strangers) + len(CHAT) + NONSENSE
        examples = read_questions_of(library, span_reader, ranker, group, group_strangers)
        yield from tracked(examples, count, f"read {group}", progress)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the data with the reader, learn, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m index.training.weights.joint", description=__doc__)
    parser.add_argument("--questions", type=Path, required=True, help="file of questions in people's words")
    parser.add_argument("--squad2", type=Path, required=True, help="file of SQuAD 2.0's form")
    parser.add_argument("--squadshifts", type=Path, required=True, help="folder of the SQuADShifts files")
    parser.add_argument("--reader", type=Path, required=True, help="folder of the exported reader")
    parser.add_argument("--ranking", type=Path, help="file like reading.json whose order is kept")
    parser.add_argument("--library", type=Path, action="append", default=[], help=LIBRARY_HELP)
    parser.add_argument("--encoder", default=DEFAULT_ENCODER, help="encoder of the index (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="file for the weights")
    parser.add_argument("--report", type=Path, required=True, help="file for the figures, as Markdown")
    options = parser.parse_args(arguments)
    data = (options.questions, options.squad2, options.squadshifts)
    order = json.loads(options.ranking.read_text(encoding="utf-8"))["ranking"] if options.ranking else None
    with progress_bars() as progress:
        examples = list(
            read_data(*data, options.reader, options.encoder, progress, libraries=options.library)
        )
    weights, text = learn(examples, options.reader, order)
    options.out.write_text(weights, encoding="utf-8")
    options.report.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
