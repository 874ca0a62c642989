"""The trained reader's model: question and text to answer spans with onnxruntime, no framework."""

import itertools
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from tokenizers import Encoding, Tokenizer

from index.arrays import Floats, Rows
from index.checksums import model_file_sha256
from index.errors import ModelDamagedError, Reason, Role
from index.segmentation.characters import clean

GRAPH_FILE = "reader.onnx"
TOKENIZER_FILE = "tokenizer.json"
SETTINGS_FILE = "reader.json"
FORMAT = 1
QUESTION_TOKENS = 48
"""What a longer question has beyond these is cut."""
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUTS = ("start", "end")

_OVERLAP_TOKENS = 64
"""Of two chunks of a long text: no answer shorter than this is cut by each of them."""
_SLOWER = ["SkipLayerNormFusion"]
"""What onnxruntime 1.32 makes slower: an addition and a normalisation as one take twice the time of both."""


@dataclass(frozen=True, slots=True)
class TokenScores:
    """The tokens of a text, t of them, and how well an answer may start or end with each.

    `starts` and `ends` are offsets in code points, int64, [t]. `start` and `end` are logits minus the logit
    of "no answer here", float32, [t]: log-odds, negative where no answer is likelier.
    """

    starts: Rows
    ends: Rows
    start: Floats
    end: Floats


@dataclass(frozen=True, slots=True)
class SpanSettings:
    """What an exported reader needs to know beside its graph and its tokenizer.

    `tokens` is the longest input; its parts are `before`, question, `between`, text, `after`, where the three
    are ids of special tokens and the first of all stands for "no answer here". `types` are the token types of
    question and text. `sha256` is by file name.
    """

    format: int
    tokens: int
    before: list[int]
    between: list[int]
    after: list[int]
    types: list[int]
    sha256: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the settings at `path`; raises ModelDamagedError."""
        try:
            values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            settings = cls(**values)
            whole = (
                settings.format == FORMAT
                and len(settings.types) == 2
                and len(settings.before) > 0
                and settings.room(0) > 1
                and set(settings.sha256) == {GRAPH_FILE, TOKENIZER_FILE}
            )
            ids = settings.before + settings.between + settings.after + settings.types
            whole = whole and all(isinstance(number, int) for number in ids)
        except (OSError, ValueError, TypeError) as error:
            raise _damaged(path, error) from None
        if not whole:
            raise _damaged(path, f"not the settings of an exported reader of format {FORMAT}")
        return settings

    def room(self, question: int) -> int:
        """Return how many tokens of a text fit beside `question` tokens."""
        return self.tokens - len(self.before) - len(self.between) - len(self.after) - question


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Tokens of one text, from `first` on, to be read at once; of the answer `keep` counts."""

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
        return TokenScores(*_offsets(self.text, self.encoding.offsets), *self.logits)


@dataclass(frozen=True, slots=True)
class _Job:
    """A chunk of a text, to be read for a question, given as tokens."""

    question: list[int]
    chunk: _Chunk
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
        self._threads = threads
        self._inputs = [node.name for node in session.get_inputs()]

    @classmethod
    def load(cls, folder: Path, threads: int | None = None) -> Self:
        """Load the reader that was exported to `folder`, to run on `threads` threads (None: one a core).

        Raises ModelDamagedError where a file is missing, or not the one that was exported, by its sha256.
        """
        settings = SpanSettings.read(folder / SETTINGS_FILE)
        for name, expected in settings.sha256.items():
            try:
                found = model_file_sha256(folder / name)
            except ModelDamagedError as error:
                raise _damaged_export(error.message) from None
            if found != expected:
                raise _damaged(folder / name, f"expected sha256 {expected}, found {found}")
        try:
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        except Exception as error:  # the library raises nothing more special
            raise _damaged(folder / TOKENIZER_FILE, error) from None
        session = load_graph(folder / GRAPH_FILE)
        return cls(settings, tokenizer, session, threads or cores())

    def read(self, question: str, texts: Sequence[str]) -> list[TokenScores]:
        """Score the tokens of each of `texts` as start and end of the answer to `question`.

        A question is cut after QUESTION_TOKENS, or half of the model's window. A text that does not fit is
        read in overlapping chunks; each token has the score of the chunk in which it has most context.
        """
        return self.read_many([(question, texts)])[0]

    def read_many(self, asked: Sequence[tuple[str, Sequence[str]]]) -> list[list[TokenScores]]:
        """Read the texts of several questions on all threads at once; each scores as `read` scores it."""
        jobs: list[_Job] = []
        read: list[list[_Text]] = []
        for question, texts in asked:
            tokens = self._tokenizer.encode(clean(question), add_special_tokens=False).ids
            head = tokens[: min(QUESTION_TOKENS, self._settings.room(0) // 2)]
            room = self._settings.room(len(head))
            encodings = self._tokenizer.encode_batch(
                [clean(text) for text in texts], add_special_tokens=False
            )
            read.append([_Text(text, encoding) for text, encoding in zip(texts, encodings, strict=True)])
            jobs += [_Job(head, chunk, one) for one in read[-1] for chunk in _chunks(one.encoding.ids, room)]
        jobs.sort(key=lambda job: -len(job.chunk.ids))  # the long ones first keep all threads busy to the end
        threads = min(self._threads, len(jobs))
        if threads > 1:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(self._do, jobs))
        else:
            for job in jobs:
                self._do(job)
        return [[one.scores() for one in texts] for texts in read]

    def _do(self, job: _Job) -> None:
        chunk = job.chunk
        scores = self._run(job.question, chunk.ids)
        kept = slice(chunk.first + chunk.keep.start, chunk.first + chunk.keep.stop)
        job.text.logits[:, kept] = scores[:, chunk.keep]

    def _run(self, question: list[int], text: list[int]) -> Floats:
        """Return start and end scores of the tokens of `text`: float32, [2, t]."""
        settings = self._settings
        head = [*settings.before, *question, *settings.between]
        ids = [*head, *text, *settings.after]
        types = [settings.types[0]] * len(head) + [settings.types[1]] * (len(ids) - len(head))
        values = {"input_ids": ids, "attention_mask": [1] * len(ids), "token_type_ids": types}
        feed = {name: np.array([values[name]], dtype=np.int64) for name in self._inputs}
        logits = np.concatenate(self._session.run(list(OUTPUTS), feed))
        scores: Floats = logits[:, len(head) : len(head) + len(text)] - logits[:, :1]
        return scores


def _chunks(ids: list[int], room: int) -> list[_Chunk]:
    """Cut a text into chunks of `room` tokens, at even distances, where it has more."""
    if len(ids) <= room:
        return [_Chunk(0, ids, slice(0, len(ids)))] if ids else []
    overlap = min(_OVERLAP_TOKENS, room // 2)
    count = -((overlap - len(ids)) // (room - overlap))  # rounded up
    firsts = [number * (len(ids) - room) // (count - 1) for number in range(count)]
    # Borders lie in the middle of what two chunks share: nearer to either, a token has less context.
    middles = [(left + room + right) // 2 for left, right in itertools.pairwise(firsts)]
    borders = [0, *middles, len(ids)]
    return [
        _Chunk(first, ids[first : first + room], slice(borders[row] - first, borders[row + 1] - first))
        for row, first in enumerate(firsts)
    ]


def _offsets(text: str, offsets: list[tuple[int, int]]) -> tuple[Rows, Rows]:
    """Return starts and ends, without the space before a word that some tokenizers count to it."""
    pairs = np.array(offsets, dtype=np.int64).reshape(-1, 2)
    for row, (start, end) in enumerate(offsets):
        if start < end and text[start].isspace():
            pairs[row, 0] = end - len(text[start:end].lstrip())
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def cores() -> int:
    """Return how many cores this process may use, where the system tells."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def load_graph(path: Path) -> onnxruntime.InferenceSession:
    """Load an exported reader's graph, to run on one thread; raises ModelDamagedError."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # errors come as exceptions
    options.intra_op_num_threads = 1  # the threads are ours, one a text
    try:
        session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOWER
        )
    except Exception as error:  # onnxruntime has a dozen unrelated classes for a graph that it cannot load
        raise _damaged(path, error) from None
    inputs = {node.name for node in session.get_inputs()}
    outputs = {node.name for node in session.get_outputs()}
    if not inputs <= set(INPUTS) or outputs != set(OUTPUTS):
        raise _damaged(path, f"inputs {sorted(inputs)}, outputs {sorted(outputs)}")
    return session


def _damaged(path: Path, problem: object) -> ModelDamagedError:
    return _damaged_export(f"{path}: not an exported reader: {problem}")


def _damaged_export(message: str) -> ModelDamagedError:
    return ModelDamagedError(message, reason=Reason.READER_EXPORT_DAMAGED, role=Role.READER)
