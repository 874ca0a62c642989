"""Exported span model: question and text to scores of answer spans, with onnxruntime alone."""

import hashlib
import itertools
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from pydantic import ConfigDict, Field, StrictInt
from tokenizers import Encoding, Tokenizer

from index.arrays import Floats, Rows
from index.checksums import file_sha256
from index.errors import Role
from index.models.exported_model import damaged_export, load_session, load_tokenizer, read_settings
from index.recently_used import RecentlyUsed
from index.segmentation.characters import clean

GRAPH_FILE = "reader.onnx"
TOKENIZER_FILE = "tokenizer.json"
SETTINGS_FILE = "reader.json"
_CHECKED_FILES = {GRAPH_FILE, TOKENIZER_FILE}
FORMAT = 1
QUESTION_TOKENS = 48
"""Longest question; what a longer one has beyond it is cut off."""
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUTS = ("start", "end")
STATES = "states"
"""Output that only Footnote's own reader has: what its inner layers make of each token."""
STATEMENT_TOKENS = 96
"""Longest statement that is read beside a text; what a longer one has beyond it is cut off."""
TEXTS_KEPT = 500
"""Texts whose scores are kept. People ask again, want to know why, or ask for more citations."""
LONGEST_KEPT = 512
"""Tokens of the longest text whose scores are kept; so all take 6 MB at most."""

_OVERLAP_TOKENS = 64
"""Shared by two chunks of a long text, so that one of them has any answer shorter than this in one piece."""
_SLOW_OPTIMIZERS = ("SkipLayerNormFusion",)
"""Optimisations that slow onnxruntime 1.32 down: it fuses an addition and a normalisation into one operation
that takes twice the time of both."""


@dataclass(frozen=True, slots=True)
class TokenScores:
    """The tokens of a text, t of them, and how well an answer may start or end with each.

    `starts` and `ends` are offsets in code points, int64, [t]. `start` and `end` are logits minus the logit
    of "no answer here", float32, [t]: log-odds, negative if no answer is likelier.
    """

    starts: Rows
    ends: Rows
    start: Floats
    end: Floats


@dataclass(frozen=True, slots=True)
class SpanSettings:
    """Settings of an exported reader.

    `tokens` is the longest input; its parts are `before`, question, `between`, text, `after`, where the three
    are ids of special tokens and the first of all stands for "no answer here". `types` are the token types of
    question and text. `sha256` is by file name.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    format: StrictInt
    tokens: StrictInt
    before: Annotated[list[StrictInt], Field(min_length=1)]
    between: list[StrictInt]
    after: list[StrictInt]
    types: Annotated[list[StrictInt], Field(min_length=2, max_length=2)]
    sha256: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the settings at `path`. Raises ModelDamagedError."""
        settings = read_settings(Role.READER, cls, path)
        if settings.format != FORMAT or settings.room(0) <= 1 or set(settings.sha256) != _CHECKED_FILES:
            problem = f"not the settings of an exported reader of format {FORMAT}"
            raise damaged_export(Role.READER, path, problem)
        return settings

    def room(self, question: int) -> int:
        """Return how many tokens of a text fit beside `question` tokens."""
        return self.tokens - len(self.before) - len(self.between) - len(self.after) - question


@dataclass(frozen=True, slots=True)
class Chunk:
    """Tokens of one text, from `first` on, to be read at once; only the scores of those in `keep` count."""

    first: int
    ids: list[int]
    keep: slice


class _Text:
    """A text that is being read, with the logits of its tokens as they come: float32, [2, t]."""

    def __init__(self, text: str, encoding: Encoding) -> None:
        self.text = text
        self.encoding = encoding
        self.logits = np.empty((2, len(encoding.ids)), dtype=np.float32)

    def scores(self) -> TokenScores:
        scores = TokenScores(*_offsets(self.text, self.encoding.offsets), *self.logits)
        for values in (scores.starts, scores.ends, scores.start, scores.end):
            values.flags.writeable = False  # they may be returned again
        return scores


@dataclass(frozen=True, slots=True)
class _Job:
    """A chunk of a text, to be read for a question, given as tokens."""

    question: list[int]
    chunk: Chunk
    text: _Text


class SpanModel:
    """An exported extractive-QA model; safe to share between threads.

    Each text is read alone, on one thread, several texts at the same time: padding would cost more than
    batches save, and int8 activations have one scale a run, so in a batch the texts would change each other's
    scores. What a text scores depends on question, text and model alone.
    """

    def __init__(
        self,
        settings: SpanSettings,
        tokenizer: Tokenizer,
        session: onnxruntime.InferenceSession,
        threads: int,
    ) -> None:
        self._settings = settings
        self._tokenizer = tokenizer
        self._session = session
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="read")
        self._recent: RecentlyUsed[bytes, TokenScores] = RecentlyUsed(TEXTS_KEPT)
        self._inputs = [node.name for node in session.get_inputs()]
        self.sha256 = settings.sha256[GRAPH_FILE]
        self.has_states = STATES in {node.name for node in session.get_outputs()}

    @classmethod
    def load(cls, folder: Path, threads: int | None = None) -> Self:
        """Load the reader that was exported to `folder`, to run on `threads` threads (None: one a core).

        Raises ModelDamagedError if a file is missing, or, by its sha256, not the one that was exported.
        """
        settings = SpanSettings.read(folder / SETTINGS_FILE)
        for name, expected in settings.sha256.items():
            try:
                sha256 = file_sha256(folder / name)
            except OSError as error:
                raise damaged_export(Role.READER, folder / name, error.strerror or error) from None
            if sha256 != expected:
                problem = f"expected sha256 {expected}, found {sha256}"
                raise damaged_export(Role.READER, folder / name, problem)
        tokenizer = load_tokenizer(Role.READER, folder / TOKENIZER_FILE)
        session = load_graph(folder / GRAPH_FILE)
        return cls(settings, tokenizer, session, threads or cores())

    def read(self, question: str, texts: Sequence[str]) -> list[TokenScores]:
        """Score the tokens of each of `texts` as start and end of the answer to `question`.

        A question is cut after QUESTION_TOKENS, or half of the model's window. A text that does not fit is
        read in overlapping chunks; each token gets its score from the chunk in which it has most context.
        """
        return self.read_many([(question, texts)])[0]

    def read_many(self, questions: Sequence[tuple[str, Sequence[str]]]) -> list[list[TokenScores]]:
        """Read the texts of several questions on all threads at once, with the same scores as by `read`.

        What was read lately, or is given twice, is not read again. Threads that read at the same time share
        those of the model, so that no more texts are read at once than there are cores.
        """
        pairs = dict.fromkeys((question, text) for question, texts in questions for text in texts)
        scores = {pair: known for pair in pairs if (known := self._recent.get(_key(*pair))) is not None}
        unread: dict[str, list[str]] = {}
        for question, text in pairs:
            if (question, text) not in scores:
                unread.setdefault(question, []).append(text)
        jobs: list[_Job] = []
        texts_read: dict[tuple[str, str], _Text] = {}
        for question, texts in unread.items():
            tokens = self._tokenizer.encode(clean(question), add_special_tokens=False).ids
            head = tokens[: min(QUESTION_TOKENS, self._settings.room(0) // 2)]
            room = self._settings.room(len(head))
            encodings = self._tokenizer.encode_batch(
                [clean(text) for text in texts], add_special_tokens=False
            )
            for text, encoding in zip(texts, encodings, strict=True):
                read = texts_read[question, text] = _Text(text, encoding)
                jobs += [_Job(head, chunk, read) for chunk in cut_into_chunks(encoding.ids, room)]
        jobs.sort(key=lambda job: -len(job.chunk.ids))  # the long ones first keep all threads busy to the end
        list(self._pool.map(self._run_job, jobs))
        for pair, read in texts_read.items():
            scores[pair] = read.scores()
            if len(read.encoding.ids) <= LONGEST_KEPT:
                self._recent[_key(*pair)] = scores[pair]
        return [[scores[question, text] for text in texts] for question, texts in questions]

    def reads_whole(self, statement: str) -> bool:
        """Tell whether `states` reads all of a statement."""
        tokens = self._tokenizer.encode(clean(statement), add_special_tokens=False).ids
        return len(tokens) <= min(STATEMENT_TOKENS, self._settings.room(0) // 2)

    def states(self, statement: str, text: str) -> Floats:
        """Return what an inner layer makes of the tokens of a statement and a text: float32, [t, width].

        They are laid out as question and text are; of the text what fits beside the statement is read. Only a
        model with `has_states` can do it.
        """
        settings = self._settings
        tokens, others = (
            self._tokenizer.encode(clean(part), add_special_tokens=False).ids for part in (statement, text)
        )
        head = tokens[: min(STATEMENT_TOKENS, settings.room(0) // 2)]
        feed, _ = self._feed(head, others[: settings.room(len(head))])
        options = onnxruntime.RunOptions()
        options.only_execute_path_to_fetches = True  # the layers above are not needed
        (states,) = self._session.run([STATES], feed, options)
        values: Floats = states[0]
        return values

    def _run_job(self, job: _Job) -> None:
        chunk = job.chunk
        scores = self._run(job.question, chunk.ids)
        tokens = slice(chunk.first + chunk.keep.start, chunk.first + chunk.keep.stop)
        job.text.logits[:, tokens] = scores[:, chunk.keep]

    def _run(self, question: list[int], text: list[int]) -> Floats:
        """Return start and end scores of the tokens of `text`: float32, [2, t]."""
        feed, first = self._feed(question, text)
        logits = np.concatenate(self._session.run(list(OUTPUTS), feed))
        scores: Floats = logits[:, first : first + len(text)] - logits[:, :1]
        return scores

    def _feed(self, question: list[int], text: list[int]) -> tuple[dict[str, Rows], int]:
        """Return the inputs of the graph, and at which token the text begins."""
        settings = self._settings
        head = [*settings.before, *question, *settings.between]
        ids = [*head, *text, *settings.after]
        types = [settings.types[0]] * len(head) + [settings.types[1]] * (len(ids) - len(head))
        values = {"input_ids": ids, "attention_mask": [1] * len(ids), "token_type_ids": types}
        return {name: np.array([values[name]], dtype=np.int64) for name in self._inputs}, len(head)


def cut_into_chunks(ids: list[int], room: int) -> list[Chunk]:
    """Cut a text of more than `room` tokens into chunks of `room` tokens, at even distances."""
    if len(ids) <= room:
        return [Chunk(0, ids, slice(0, len(ids)))] if ids else []
    overlap = min(_OVERLAP_TOKENS, room // 2)
    count = -((overlap - len(ids)) // (room - overlap))  # rounded up
    firsts = [number * (len(ids) - room) // (count - 1) for number in range(count)]
    # Borders lie in the middle of what two chunks share: nearer to either, a token has less context.
    middles = [(left + room + right) // 2 for left, right in itertools.pairwise(firsts)]
    borders = [0, *middles, len(ids)]
    return [
        Chunk(first, ids[first : first + room], slice(borders[row] - first, borders[row + 1] - first))
        for row, first in enumerate(firsts)
    ]


def _offsets(text: str, offsets: list[tuple[int, int]]) -> tuple[Rows, Rows]:
    """Return starts and ends, without the space before a word that some tokenizers count to it."""
    pairs = np.array(offsets, dtype=np.int64).reshape(-1, 2)
    for row, (start, end) in enumerate(offsets):
        if start < end and text[start].isspace():
            pairs[row, 0] = end - len(text[start:end].lstrip())
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def _key(question: str, text: str) -> bytes:
    """Return what names a question and a text among those that were read: none of their words is kept."""
    both = f"{len(question)} {question}{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(both, digest_size=16).digest()


def cores() -> int:
    """Return how many cores this process may use, or how many there are if the system does not tell."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def load_graph(path: Path) -> onnxruntime.InferenceSession:
    """Load an exported reader's graph, to run on one thread. Raises ModelDamagedError."""
    # One thread, because each text is read on a thread of its own.
    session = load_session(Role.READER, path, threads=1, disabled_optimizers=_SLOW_OPTIMIZERS)
    inputs = {node.name for node in session.get_inputs()}
    outputs = {node.name for node in session.get_outputs()}
    if not inputs <= set(INPUTS) or outputs - {STATES} != set(OUTPUTS):
        problem = f"inputs {sorted(inputs)}, outputs {sorted(outputs)}"
        raise damaged_export(Role.READER, path, problem)
    return session
