"""Learns `reading.json`: how reading and retrieval weigh together, and the confidence. Build side only.

    python -m index.training.weights.joint --squadshifts DIR [--squad2 FILE] --reader DIR
        --out index/reading/reading.json --report FILE

Both are learnt on the paragraphs of SQuADShifts that the reader was not trained on, and on a file of SQuAD
2.0's form, for which the report is cross-validated over articles: the order on questions of an encyclopedia,
the confidence on unanswerable ones, too, and on questions about other things, chat and nonsense.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress, TaskID

from index.checksums import file_sha256
from index.models.encoder import Encoder
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
from index.records import Article, Ranked
from index.retrieval.ranking import Ranker
from index.segmentation.passages import make_passages
from index.segmentation.search_terms import terms
from index.segmentation.sentences import split_sentences
from index.training.datasets.lessons import Lesson, read_squadshifts
from index.training.datasets.training_libraries import (
    CHAT,
    Cut,
    LabelledQuestion,
    TrainingLibrary,
    nonsense,
    read_questions,
    read_squad,
    sloppy,
)
from index.training.encoders import default_encoders
from index.training.progress import bar
from index.training.weights.fitting import fit_confidence, fit_ranking
from index.training.weights.fusion import SIGNS, STRANGERS
from index.training.weights.report import Case, report

WIKI = "held out wiki"
SQUAD2 = "squad 2.0"
ORDERED = (WIKI, SQUAD2)
"""The groups of questions that the joint order is learnt from: each has one article that answers it."""
PARAGRAPHS = 40
"""Paragraphs of reviews or comments that make an article."""
NONSENSE = 40
SHARES = {"answerable": 0.47, "unanswerable": 0.38, "elsewhere": 0.1, "chat": 0.05}
"""What questions are assumed to be: people ask half of the time what the articles do not say."""
READ_SIGNS = SIGNS | {"retrieval": 1.0, "span_log_odds": 1.0, "negated": -1.0}


@dataclass(frozen=True, slots=True)
class Read:
    """A question as the reader saw it: what was retrieved, what was found there, which rows answer.

    `idf` holds the inverse document frequencies of the question's terms.
    """

    kind: str
    group: str
    question: str
    ranked: Sequence[Ranked]
    found: Mapping[int, SentenceScores]
    gold: frozenset[int]
    idf: Mapping[str, float]


def held_out_cuts(lessons: Sequence[Lesson], encoder: Encoder) -> list[Cut]:
    """Put paragraphs together as articles, with the questions of the held-out paragraphs alone."""
    groups: dict[str, dict[str, list[Lesson]]] = {}
    places: dict[str, dict[str, int]] = {}
    for lesson in lessons:
        domain, text = lesson.text.domain, lesson.text.text
        known = places.setdefault(domain, {})
        place = known.setdefault(text, len(known))
        name = lesson.text.topic if domain == "new_wiki" else f"{domain} {place // PARAGRAPHS}"
        groups.setdefault(name, {}).setdefault(text, []).append(lesson)
    return [_cut(f"{number:04}", name, texts, encoder) for number, (name, texts) in enumerate(groups.items())]


def _cut(name: str, title: str, texts: Mapping[str, Sequence[Lesson]], encoder: Encoder) -> Cut:
    text = "\n\n".join(texts)
    sentences = split_sentences(text)
    asked: list[LabelledQuestion] = []
    offset = 0
    for paragraph, lessons in texts.items():
        for lesson in lessons:
            if lesson.text.held_out:
                starts = {offset + start for start, _ in lesson.spans}
                gold = [
                    number
                    for number, one in enumerate(sentences)
                    if any(one.start <= start < one.end for start in starts)
                ]
                asked.append(LabelledQuestion(lesson.question, 0, frozenset(gold)))
        offset += len(paragraph) + 2
    article = Article(name, title.replace("_", " "), text, f"{name}.txt")
    return Cut(
        article, sentences, make_passages(text, sentences, encoder.count_tokens, encoder.window), asked
    )


def read_all(
    library: TrainingLibrary, reader: SpanReader, ranker: Ranker, group: str, elsewhere: Sequence[str]
) -> Iterator[Read]:
    """Yield a library's questions, asked of the article and of the whole library in turns, and strangers.

    Every third question is typed sloppily.
    """
    first = {a.row: a.sentence_rows.start for a in library.retriever.catalog.articles()}
    idf = library.retriever.idf

    def read(kind: str, of: str, text: str, article: int | None, gold: frozenset[int]) -> Read:
        ranked = ranker.rank(text, library.candidates(text, article), idf)
        frequencies = {term: idf(term) for term in terms(text)}
        return Read(kind, of, text, ranked, reader.score(text, ranked), gold, frequencies)

    for number, asked in enumerate(library.asked):
        text = sloppy(asked.text) if number % 3 == 0 else asked.text
        gold = frozenset(first[asked.article] + one for one in asked.gold)
        kind = "answerable" if gold else "unanswerable"
        article = None if number % 2 else asked.article
        yield read(kind, f"{group} {asked.article}", text, article, gold)
    for text in elsewhere:
        yield read("elsewhere", group, text, None, frozenset())
    for text in (*CHAT, *nonsense(NONSENSE)):
        yield read("chat", group, text, None, frozenset())


def learn_joint(reads: Sequence[Read]) -> dict[str, float]:
    """Fit the order of the sentences that were read, on questions of `ORDERED` with an answer among them."""
    rows: list[NDArray[np.float64]] = []
    gold: list[NDArray[np.bool_]] = []
    for one in reads:
        if not one.group.startswith(ORDERED):
            continue
        seen = [pair for pair in one.ranked if pair[0].row in one.found]
        hits = np.array([candidate.row in one.gold for candidate, _ in seen], dtype=bool)
        if hits.any():
            rows.append(rank_features(seen, one.found))
            gold.append(hits)
    return fit_ranking(rows, gold, RANK_FEATURES)


def cases(reads: Sequence[Read], joint: Mapping[str, float]) -> Iterator[Case]:
    """Yield what the confidence is learnt from, with the order that the weights `joint` make."""
    weights = np.array([joint[name] for name in RANK_FEATURES])
    calibration = Calibration.load()
    for one in reads:
        ordered = rerank(one.ranked, one.found, weights)
        if ordered:
            idf = one.idf.__getitem__
            retrieval = calibration.log_odds(one.question, one.ranked, idf)
            seen = confidence_features(one.question, ordered, one.found, idf, retrieval)
            yield Case(one.kind, one.group, seen, ordered[0][0].row in one.gold)


def learn_confidence(learnt: Sequence[Case]) -> dict[str, float]:
    """Fit the confidence under the mix of `SHARES`."""
    return fit_confidence(learnt, CONFIDENCE_FEATURES, READ_SIGNS, SHARES)


def as_json(joint: Mapping[str, float], confidence: Mapping[str, float], reader: str) -> str:
    """Write the weights as `reading.json` holds them; `reader` is the sha256 of the reader's settings."""
    sections = {"ranking": joint, "confidence": confidence}
    rounded = {
        section: {name: round(value, 4) + 0.0 for name, value in weights.items()}
        for section, weights in sections.items()
    }
    return json.dumps({"reader": reader, **rounded}, indent=2) + "\n"


def learn(reads: Sequence[Read], reader: str) -> tuple[str, str]:
    """Return the weights as `as_json` writes them, and the report; each of its folds learns both anew."""

    @cache
    def without(group: str | None) -> list[Case]:
        return list(cases(reads, learn_joint([one for one in reads if one.group != group])))

    weights = as_json(learn_joint(reads), learn_confidence(without(None)), reader)
    return weights, report(without, learn_confidence, CONFIDENCE_FEATURES)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the data with the reader, learn, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m index.training.weights.joint", description=__doc__)
    parser.add_argument("--squadshifts", type=Path, required=True, help="folder of the SQuADShifts files")
    parser.add_argument("--squad2", type=Path, help="file of SQuAD 2.0's form")
    parser.add_argument("--reader", type=Path, required=True, help="folder of the exported reader")
    parser.add_argument("--out", type=Path, required=True, help="where the weights go")
    parser.add_argument("--report", type=Path, required=True, help="where the figures go, as Markdown")
    options = parser.parse_args(arguments)
    reads = list(read_data(options.squadshifts, options.squad2, options.reader, Console(stderr=True)))
    weights, shown = learn(reads, file_sha256(options.reader / SETTINGS_FILE))
    options.out.write_text(weights, encoding="utf-8")
    options.report.write_text(shown, encoding="utf-8")


def read_data(squadshifts: Path, squad2: Path | None, reader: Path, console: Console) -> Iterator[Read]:
    """Yield all that is learnt from, as the reader in the folder `reader` sees it."""
    framework, encoder = default_encoders()
    lessons = read_squadshifts(squadshifts)
    held_out = {
        WIKI: held_out_cuts([one for one in lessons if one.text.domain == "new_wiki"], encoder),
        "held out other": held_out_cuts([one for one in lessons if one.text.domain != "new_wiki"], encoder),
    }
    if squad2:
        held_out[SQUAD2] = read_squad(squad2, encoder.count_tokens, encoder.window, 10_000)
    strangers = [
        text
        for part in ("amazon_reviews", "reddit")
        for text in read_questions(squadshifts / f"{part}.json", STRANGERS)
    ]
    others = {WIKI: strangers, "held out other": [], SQUAD2: []}
    model = SpanModel.load(reader)
    ranker = Ranker.load()
    unweighted = ReadingWeights(np.zeros(len(RANK_FEATURES)), np.zeros(len(CONFIDENCE_FEATURES)))
    with bar(console) as progress:
        for group, cuts in held_out.items():
            texts = [*others[group], *CHAT, *nonsense(NONSENSE)]
            for cut in cuts:
                texts += [*cut.texts(cut.sentences), *cut.texts(cut.passages)]
                texts += [text for asked in cut.asked for text in (asked.text, sloppy(asked.text))]
            unique = list(dict.fromkeys(texts))
            task = progress.add_task(f"embed {group}")
            vectors = framework.embed(unique, partial(_show, progress, task))
            library = TrainingLibrary.build(cuts, dict(zip(unique, vectors, strict=True)))
            reading = SpanReader(model, library.retriever.catalog.texts, unweighted)
            task = progress.add_task(
                f"read {group}", total=len(library.asked) + len(others[group]) + len(CHAT) + NONSENSE
            )
            for one in read_all(library, reading, ranker, group, others[group]):
                progress.advance(task)
                yield one


def _show(progress: Progress, task: TaskID, _: str, done: int, of: int) -> None:
    progress.update(task, completed=done, total=of)


if __name__ == "__main__":
    main()
