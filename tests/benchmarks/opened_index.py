"""The parts of an open index, for benchmarks that measure one step of a question."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from index.config import Config
from index.evaluation.gold_questions import GoldQuestion
from index.models.encoder import Encoder
from index.reading.reader import RankedQuestion
from index.records import Candidate
from index.retrieval.opening import open_files
from index.retrieval.ranking import Ranker
from index.retrieval.retriever import CANDIDATES, NEAREST_SENTENCES, Retriever
from index.storage.generations import Generation, open_current


@dataclass(frozen=True)
class OpenedIndex:
    """The encoder, retrieval and ranking of an index that `footnote index` built."""

    encoder: Encoder
    retriever: Retriever
    ranker: Ranker

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the index of the configuration in `folder`."""
        return open_current(Config.read(folder / "config.toml").index_directory, cls._load)

    @classmethod
    def _load(cls, generation: Generation) -> Self:
        return cls(Encoder.load(generation.encoder), open_files(generation), Ranker.load())

    def nearest(self, question: GoldQuestion) -> list[Candidate]:
        """Return many candidates for a question, in retrieval's rough order."""
        article = self.retriever.catalog.row(question.article) if question.article else None
        (vector,) = self.encoder.encode_queries([question.question])
        return self.retriever.retrieve(question.question, vector, article, NEAREST_SENTENCES)

    def ranked(self, question: GoldQuestion) -> RankedQuestion:
        """Return a question with the candidates that a reader is given."""
        idf = cache(self.retriever.idf)
        ranked = self.ranker.rank(question.question, self.nearest(question)[:CANDIDATES], idf)
        return RankedQuestion(question.question, ranked, idf, 3)
