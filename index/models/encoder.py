"""Exported encoder: texts to vectors with onnxruntime and tokenizers, without a framework."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Annotated, ClassVar, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from pydantic import ConfigDict, Field, StrictInt
from tokenizers import Encoding, Tokenizer

from index.arrays import Floats
from index.errors import Role
from index.models.exported_model import damaged_export, load_session, load_tokenizer, read_settings
from index.records import Progress
from index.segmentation.characters import clean

GRAPH_FILE = "encoder.onnx"
WEIGHTS_FILE = "encoder.weights"
TOKENIZER_FILE = "tokenizer.json"
SETTINGS_FILE = "encoder.json"
FORMAT = 1

TOKEN_INPUTS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
"""Input of the graph -> what the tokenizers library calls it."""

PROGRESS_CHUNK = 128
"""Texts that are embedded, at least, between two reports of progress."""

_BATCH_TOKENS = 256
"""Tokens of a batch, or one longer text: what is computed for them stays in a core's own cache."""
_TOKENIZED_CHARACTERS = 200_000
"""Characters, about, of the texts that are tokens in memory at once: some ten megabytes."""


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """Settings of an exported encoder; `tokens` is the longest input, special tokens and prompt included."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    format: StrictInt
    dimension: Annotated[StrictInt, Field(gt=0)]
    tokens: Annotated[StrictInt, Field(gt=0)]
    query_prompt: str
    document_prompt: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the settings at `path`. Raises ModelDamagedError."""
        settings = read_settings(Role.ENCODER, cls, path)
        if settings.format != FORMAT:
            raise damaged_export(Role.ENCODER, path, f"expected format {FORMAT}, found {settings.format}")
        return settings


class Encoder:
    """An exported sentence encoder; safe to share between threads."""

    def __init__(
        self, settings: EncoderSettings, tokenizer: Tokenizer, session: onnxruntime.InferenceSession
    ) -> None:
        self._settings = settings
        self._tokenizer = tokenizer
        self._session = session
        self._inputs = [node.name for node in session.get_inputs()]
        unknown = getattr(tokenizer.model, "unk_token", None)  # models of bytes know every text
        self._unknown = None if unknown is None else tokenizer.token_to_id(unknown)
        special = tokenizer.num_special_tokens_to_add(is_pair=False)
        self._window = settings.tokens - special - self.count_tokens(settings.document_prompt)

    @classmethod
    def load(cls, folder: Path, threads: int | None = None) -> Self:
        """Load the encoder that was exported to `folder`, to run on `threads` threads (None: one a core).

        Raises ModelDamagedError if a file is missing, truncated or not that of an exported encoder.
        """
        settings = EncoderSettings.read(folder / SETTINGS_FILE)
        tokenizer = load_tokenizer(Role.ENCODER, folder / TOKENIZER_FILE)
        tokenizer.no_padding()
        session = load_session(Role.ENCODER, folder / GRAPH_FILE, threads=threads, weights_file=WEIGHTS_FILE)
        outputs = [node.shape[-1] for node in session.get_outputs()]
        inputs = {node.name for node in session.get_inputs()}
        if outputs != [settings.dimension] or not inputs <= TOKEN_INPUTS.keys():
            problem = f"inputs {sorted(inputs)}, output dimensions {outputs}"
            raise damaged_export(Role.ENCODER, folder / GRAPH_FILE, problem)
        return cls(settings, tokenizer, session)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._settings.dimension

    @property
    def window(self) -> int:
        """Number of tokens, as `count_tokens` counts them, that a text may have before it is truncated."""
        return self._window

    def count_tokens(self, text: str) -> int:
        """Count the tokens of `text`, without special tokens, prompt and truncation."""
        encoding = self._tokenizer.encode(clean(text), add_special_tokens=False)
        return sum(sum(part.attention_mask) for part in (encoding, *encoding.overflowing))

    def knows(self, text: str) -> bool:
        """Tell whether the model has tokens for half of `text`; unknown ones are all encoded alike."""
        tokens = self._tokenizer.encode(clean(text), add_special_tokens=False).ids
        return 2 * sum(token == self._unknown for token in tokens) <= len(tokens)

    def encode_queries(self, queries: Sequence[str]) -> Floats:
        """Encode questions: float32, [n, dimension], L2-normalised; what exceeds the window is cut off."""
        return self._encode(queries, self._settings.query_prompt)

    def encode_texts(
        self, texts: Sequence[str], progress: Progress = lambda *_: None, workers: int = 1
    ) -> Floats:
        """Encode sentences or passages: float32, [n, dimension], L2-normalised; cut off at the window.

        `workers` is the number of batches that are embedded at the same time, each on the threads that the
        encoder was loaded for.
        """
        return self._encode(texts, self._settings.document_prompt, progress, workers)

    def _encode(
        self, texts: Sequence[str], prompt: str, progress: Progress = lambda *_: None, workers: int = 1
    ) -> Floats:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        # By characters first, so that texts of as many tokens are mostly tokenized together.
        by_length = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
        done = reported = 0
        with ThreadPoolExecutor(workers) if workers > 1 else nullcontext() as pool:
            for rows in _tokenized_at_once(texts, by_length):
                encodings = self._tokenizer.encode_batch([clean(prompt + texts[row]) for row in rows])
                batches = list(_batches(encodings))
                found = (pool.map if pool else map)(partial(self._run, encodings), batches)
                for batch, vectors_of_batch in zip(batches, found, strict=True):
                    vectors[[rows[place] for place in batch]] = vectors_of_batch
                    done += len(batch)
                    if done - reported >= PROGRESS_CHUNK or done == len(texts):
                        progress("embed", done, len(texts))
                        reported = done
        return vectors

    def _run(self, encodings: Sequence[Encoding], batch: Sequence[int]) -> Floats:
        """Embed those of the `encodings`, all of as many tokens, that `batch` names."""
        feed = {
            name: np.array([getattr(encodings[place], TOKEN_INPUTS[name]) for place in batch], dtype=np.int64)
            for name in self._inputs
        }
        vectors: Floats = self._session.run(None, feed)[0]
        return vectors


def _tokenized_at_once(texts: Sequence[str], order: Sequence[int]) -> Iterator[list[int]]:
    """Yield the rows in `order` in runs, of `_TOKENIZED_CHARACTERS` or of one longer text."""
    rows: list[int] = []
    characters = 0
    for row in order:
        if rows and characters + len(texts[row]) > _TOKENIZED_CHARACTERS:
            yield rows
            rows, characters = [], 0
        rows.append(row)
        characters += len(texts[row])
    if rows:
        yield rows


def _batches(encodings: Sequence[Encoding]) -> Iterator[list[int]]:
    """Yield batches of places in `encodings`, each of texts of equally many tokens, the longest texts first.

    None is padded: that costs time, and the same text alone has another vector, in its last bits.
    """
    lengths = [len(encoding.ids) for encoding in encodings]
    for length, places in groupby(
        sorted(range(len(lengths)), key=lambda place: -lengths[place]), key=lengths.__getitem__
    ):
        alike = list(places)
        size = max(1, _BATCH_TOKENS // max(1, length))
        for start in range(0, len(alike), size):
            yield alike[start : start + size]
