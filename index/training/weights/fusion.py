"""Learns `fusion.json`: the weights of the ranking and of the confidence without a reader. Build side only.

    python -m index.training.weights.fusion --squadshifts DIR [--squad2 FILE] [--questions FILE]
        [--library DIR]... --out index/retrieval/fusion.json --report FILE

The ranking is learnt by a softmax over the candidates of a question: on the Wikipedia part of SQuADShifts
(Miller et al. 2020), whose questions are close to their texts, and on questions in people's own words: the
titles of a file of SQuAD 2.0's form that the encoder was not trained on, and libraries with questions. The
confidence is learnt on the same, on questions asked of the wrong article, on chat and nonsense, and on a
file of SQuAD 2.0's form with its unanswerable questions.
"""

import argparse
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.config import DEFAULT_ENCODER
from index.reading.confidence import EVIDENCE, evidence
from index.records import Progress
from index.retrieval.features import FEATURES, featurise
from index.retrieval.ranking import Ranker
from index.training.datasets.lessons import SQUADSHIFTS, WIKIPEDIA
from index.training.datasets.training_libraries import (
    SegmentedArticle,
    Segmenter,
    TrainingLibrary,
    Vector,
    sample_questions,
)
from index.training.encoders import embed_texts, load_encoder
from index.training.progress import no_progress, progress_bars
from index.training.weights.fitting import fit_confidence, fit_ranking, weights_json
from index.training.weights.questions import (
    LIBRARY_HELP,
    SIGNS,
    STRANGERS,
    Shares,
    natural_libraries,
    posed_questions,
    strangers_to_each,
    unrelated_texts,
)
from index.training.weights.report import ConfidenceExample, report

QUESTIONS = 60
"""Questions of an article that are learnt from."""
SHORT = 4
"""Paragraphs of an article that is a library by itself, as a news article may be."""
NONSENSE = 12
"""Strings of random letters that are asked of each library; there are many libraries."""
SHARES: Shares = {"answerable": 0.5, "unanswerable": 0.35, "elsewhere": 0.1, "chat": 0.05}

learn_confidence = partial(fit_confidence, names=EVIDENCE, signs=SIGNS, shares=SHARES)


def learn_ranking(libraries: Iterable[TrainingLibrary]) -> dict[str, float]:
    """Fit the ranking: maximise the softmax share of the gold sentences among a question's candidates."""
    rows: list[NDArray[np.float32]] = []
    gold: list[NDArray[np.bool_]] = []
    for library in libraries:
        for question in library.questions:
            gold_rows = library.gold_rows(question)
            for article in (question.article, None):
                candidates = library.candidates(question.text, article)
                hits = np.array([candidate.row in gold_rows for candidate in candidates])
                if hits.any():
                    rows.append(featurise(question.text, candidates, library.retriever.idf))
                    gold.append(hits)
    return fit_ranking(rows, gold, FEATURES)


def confidence_examples(
    library: TrainingLibrary, ranker: Ranker, group: str, strangers: Sequence[str], *, alternate: bool
) -> Iterator[ConfidenceExample]:
    """Yield what the confidence is learnt from, for the questions of `posed_questions`."""
    idf = library.retriever.idf
    for question in posed_questions(library, group, strangers, NONSENSE, alternate=alternate):
        ranked = ranker.rank(question.text, library.candidates(question.text, question.article), idf)
        yield ConfidenceExample(
            question.kind,
            question.group,
            evidence(question.text, ranked, idf),
            ranked[0][0].row in question.gold,
        )


@dataclass(frozen=True, slots=True)
class Material:
    """What is learnt from: articles together, beginnings of articles alone, and questions about other things.

    `adversarial` are articles with unanswerable questions, which only the confidence is learnt from;
    `natural` are libraries with questions in people's own words.
    """

    together: Sequence[SegmentedArticle]
    alone: Sequence[SegmentedArticle]
    adversarial: Sequence[SegmentedArticle]
    strangers: Sequence[str]
    natural: Sequence[Sequence[SegmentedArticle]] = ()

    @classmethod
    def read(
        cls,
        squadshifts: Path,
        squad2: Path | None,
        segmenter: Segmenter,
        questions: Path | None = None,
        libraries: Sequence[Path] = (),
    ) -> Self:
        """Read the data sets; of the file `questions`, the titles that are held out from training."""
        wikipedia = squadshifts / f"{WIKIPEDIA}.json"
        others = [squadshifts / f"{part}.json" for part in SQUADSHIFTS if part != WIKIPEDIA]
        return cls(
            segmenter.read(wikipedia, QUESTIONS),
            segmenter.read(wikipedia, QUESTIONS // 3, SHORT),
            segmenter.read(squad2) if squad2 else [],
            [text for path in others for text in sample_questions(path, STRANGERS)],
            [articles for articles in natural_libraries(questions, libraries, segmenter) if articles],
        )

    def texts(self) -> list[str]:
        """Return all that has to be embedded, each text once, in a fixed order."""
        texts = unrelated_texts(self.strangers, NONSENSE)
        for article in (*self.together, *self.alone, *self.adversarial, *chain(*self.natural)):
            texts += article.texts_to_embed()
        return list(dict.fromkeys(texts))


def learn(material: Material, vectors: Mapping[str, Vector]) -> tuple[str, str]:
    """Learn ranking and confidence; return the weights as JSON, and the report on the confidence."""
    together = TrainingLibrary.build(material.together, vectors)
    alone = [TrainingLibrary.build([article], vectors) for article in material.alone if article.questions]
    natural = [TrainingLibrary.build(articles, vectors) for articles in material.natural]
    ranking = learn_ranking([together, *alone, *natural])
    ranker = Ranker(np.array([ranking[name] for name in FEATURES]))
    source = random.Random("elsewhere")  # noqa: S311
    all_questions = [question.text for question in together.questions]
    examples = list(confidence_examples(together, ranker, "together", material.strangers, alternate=True))
    for library in alone:
        own = {question.text for question in library.questions}
        strangers = [text for text in source.sample(all_questions, 12) if text not in own]
        group = library.retriever.catalog.articles()[0].title
        examples += confidence_examples(library, ranker, group, strangers, alternate=False)
    adversarial = [TrainingLibrary.build(material.adversarial, vectors)] if material.adversarial else []
    asked: list[list[str]] = [[] for _ in adversarial] + strangers_to_each(
        material.natural, material.strangers, STRANGERS
    )
    for number, (library, strangers) in enumerate(zip((*adversarial, *natural), asked, strict=True)):
        examples += confidence_examples(library, ranker, f"source {number}", strangers, alternate=True)
    weights = weights_json({"ranking": ranking, "confidence": learn_confidence(examples)})
    return weights, report(lambda _: examples, learn_confidence, EVIDENCE)


def learn_from(
    squadshifts: Path,
    squad2: Path | None,
    encoder_name: str,
    progress: Progress = no_progress,
    questions: Path | None = None,
    libraries: Sequence[Path] = (),
) -> tuple[str, str]:
    """Read the data, embed it, and `learn`."""
    encoder = load_encoder(encoder_name)
    segmenter = Segmenter(encoder.count_tokens, encoder.window)
    material = Material.read(squadshifts, squad2, segmenter, questions, libraries)
    return learn(material, embed_texts(encoder, material.texts(), progress))


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the data, learn, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m index.training.weights.fusion", description=__doc__)
    parser.add_argument("--squadshifts", type=Path, required=True, help="folder of the SQuADShifts files")
    parser.add_argument("--squad2", type=Path, help="file of SQuAD 2.0's form, for the confidence only")
    parser.add_argument("--questions", type=Path, help="file of questions in people's own words")
    parser.add_argument("--library", type=Path, action="append", default=[], help=LIBRARY_HELP)
    parser.add_argument("--encoder", default=DEFAULT_ENCODER, help="encoder of the index (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="file for the weights")
    parser.add_argument("--report", type=Path, required=True, help="file for the report, as Markdown")
    options = parser.parse_args(arguments)
    with progress_bars() as progress:
        weights, text = learn_from(
            options.squadshifts,
            options.squad2,
            options.encoder,
            progress,
            options.questions,
            options.library,
        )
    options.out.write_text(weights, encoding="utf-8")
    options.report.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
