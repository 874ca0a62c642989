"""Learns `fusion.json`: the weights of the ranking and of the confidence. Build side only.

    python -m index.training.weights.fusion --squadshifts DIR [--squad2 FILE]
        --out index/retrieval/fusion.json --report FILE

The ranking is learnt on the Wikipedia part of SQuADShifts (Miller et al. 2020), by a softmax over the
candidates of a question. The confidence is learnt on the same, on questions asked of the wrong article, on
chat and nonsense, and on a file of SQuAD 2.0's form with its unanswerable questions.
"""

import argparse
import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.reading.confidence import EVIDENCE, evidence
from index.retrieval.features import FEATURES, featurise
from index.retrieval.ranking import Ranker
from index.training.datasets.training_libraries import (
    CHAT,
    Cut,
    TrainingLibrary,
    Vector,
    nonsense,
    read_questions,
    read_squad,
    sloppy,
)
from index.training.encoders import default_encoders
from index.training.weights.fitting import fit_confidence, fit_ranking
from index.training.weights.report import Case, report

QUESTIONS = 60
"""Questions of an article that are learnt from."""
SHORT = 4
"""Paragraphs of an article that is a library by itself, as a news article may be."""
STRANGERS = 150
"""Questions about other things, of each data set that has them."""
NONSENSE = 12
"""Strings of random letters asked of each library."""
SHARES = {"answerable": 0.5, "unanswerable": 0.35, "elsewhere": 0.1, "chat": 0.05}
"""What questions are assumed to be; the confidence is a probability under this mix."""
SIGNS = dict.fromkeys(
    ("margin", "certainty", "dense", "passage", "best_dense", "best_lexical", "covered"), 1.0
) | dict.fromkeys(("missing", "missing_names", "missing_numbers", "misfits", "miscounts"), -1.0)
"""Evidence that may speak one way only, whatever a data set's habits say; the rest is free."""


def learn_ranking(libraries: Iterable[TrainingLibrary]) -> dict[str, float]:
    """Fit the ranking: maximise the softmax share of the gold sentences among a question's candidates."""
    rows: list[NDArray[np.float32]] = []
    gold: list[NDArray[np.bool_]] = []
    for library in libraries:
        first = {a.row: a.sentence_rows.start for a in library.retriever.catalog.articles()}
        for asked in library.asked:
            right = {first[asked.article] + number for number in asked.gold}
            for article in (asked.article, None):
                candidates = library.candidates(asked.text, article)
                hits = np.array([candidate.row in right for candidate in candidates])
                if hits.any():
                    rows.append(featurise(asked.text, candidates, library.retriever.idf))
                    gold.append(hits)
    return fit_ranking(rows, gold, FEATURES)


def cases(
    library: TrainingLibrary, ranker: Ranker, group: str, elsewhere: Sequence[str], *, whole: bool
) -> Iterator[Case]:
    """Yield a library's own questions, every third one typed sloppily, and questions that it cannot answer.

    `whole` asks every second one of the whole library instead of the article.
    """
    first = {a.row: a.sentence_rows.start for a in library.retriever.catalog.articles()}
    idf = library.retriever.idf

    def case(kind: str, text: str, article: int | None, right: set[int], of: str = group) -> Case:
        ranked = ranker.rank(text, library.candidates(text, article), idf)
        return Case(kind, of, evidence(text, ranked, idf), ranked[0][0].row in right)

    for number, asked in enumerate(library.asked):
        text = sloppy(asked.text) if number % 3 == 0 else asked.text
        right = {first[asked.article] + one for one in asked.gold}
        kind = "answerable" if asked.gold else "unanswerable"
        article = None if whole and number % 2 else asked.article
        yield case(kind, text, article, right, f"{group} {asked.article}")
    for text in elsewhere:
        yield case("elsewhere", text, None, set())
    for text in (*CHAT, *nonsense(NONSENSE)):
        yield case("chat", text, None, set())


def learn_confidence(learnt: Sequence[Case]) -> dict[str, float]:
    """Fit the confidence: a logistic regression under the mix of `SHARES`, with the signs of `SIGNS`."""
    return fit_confidence(learnt, EVIDENCE, SIGNS, SHARES)


def as_json(ranking: dict[str, float], confidence: dict[str, float]) -> str:
    """Write the weights as `fusion.json` holds them."""
    sections = {"ranking": ranking, "confidence": confidence}
    rounded = {
        section: {name: round(value, 4) + 0.0 for name, value in weights.items()}
        for section, weights in sections.items()
    }
    return json.dumps(rounded, indent=2) + "\n"


@dataclass(frozen=True, slots=True)
class Material:
    """What is learnt from: articles together, beginnings of articles alone, and questions about other things.

    `adversarial` are articles with unanswerable questions, learnt from by the confidence only.
    """

    together: Sequence[Cut]
    alone: Sequence[Cut]
    adversarial: Sequence[Cut]
    strangers: Sequence[str]

    @classmethod
    def read(
        cls, squadshifts: Path, squad2: Path | None, count_tokens: Callable[[str], int], window: int
    ) -> Self:
        """Read the data sets; `count_tokens` and `window` are the encoder's."""
        wiki = squadshifts / "new_wiki.json"
        others = [squadshifts / "amazon_reviews.json", squadshifts / "reddit.json"]
        return cls(
            read_squad(wiki, count_tokens, window, QUESTIONS),
            read_squad(wiki, count_tokens, window, QUESTIONS // 3, SHORT),
            read_squad(squad2, count_tokens, window, 10_000) if squad2 else [],
            [text for path in others for text in read_questions(path, STRANGERS)],
        )

    def texts(self) -> list[str]:
        """Return all that has to be embedded, each text once, in a fixed order."""
        found = [*self.strangers, *CHAT, *nonsense(NONSENSE)]
        for cut in (*self.together, *self.alone, *self.adversarial):
            found += [*cut.texts(cut.sentences), *cut.texts(cut.passages)]
            found += [text for asked in cut.asked for text in (asked.text, sloppy(asked.text))]
        return list(dict.fromkeys(found))


def train(material: Material, vectors: Mapping[str, Vector]) -> tuple[str, list[Case]]:
    """Learn both; return the weights as JSON, and the cases that the confidence was learnt from."""
    together = TrainingLibrary.build(material.together, vectors)
    alone = [TrainingLibrary.build([cut], vectors) for cut in material.alone if cut.asked]
    ranking = learn_ranking([together, *alone])
    ranker = Ranker(np.array([ranking[name] for name in FEATURES]))
    source = random.Random("elsewhere")  # noqa: S311
    every = [asked.text for asked in together.asked]
    learnt = list(cases(together, ranker, "together", material.strangers, whole=True))
    for library in alone:
        own = {asked.text for asked in library.asked}
        elsewhere = [text for text in source.sample(every, 12) if text not in own]
        group = library.retriever.catalog.articles()[0].title
        learnt += cases(library, ranker, group, elsewhere, whole=False)
    if material.adversarial:
        learnt += cases(
            TrainingLibrary.build(material.adversarial, vectors), ranker, "adversarial", (), whole=True
        )
    return as_json(ranking, learn_confidence(learnt)), learnt


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the data, embed it with the default model, learn, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m index.training.weights.fusion", description=__doc__)
    parser.add_argument("--squadshifts", type=Path, required=True, help="folder of the SQuADShifts files")
    parser.add_argument("--squad2", type=Path, help="file of SQuAD 2.0's form, for the confidence only")
    parser.add_argument("--out", type=Path, required=True, help="where the weights go")
    parser.add_argument(
        "--report", type=Path, required=True, help="where what they are worth goes, as Markdown"
    )
    options = parser.parse_args(arguments)
    model, encoder = default_encoders()
    material = Material.read(options.squadshifts, options.squad2, encoder.count_tokens, encoder.window)
    texts = material.texts()
    vectors = dict(zip(texts, model.embed(texts, lambda *_: None), strict=True))
    weights, learnt = train(material, vectors)
    options.out.write_text(weights, encoding="utf-8")
    options.report.write_text(report(lambda _: learnt, learn_confidence, EVIDENCE), encoding="utf-8")


if __name__ == "__main__":
    main()
