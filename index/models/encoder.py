"""The encoder of a question: text to vector with onnxruntime and tokenizers, no framework."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from tokenizers import Tokenizer

from index.arrays import Floats
from index.errors import ModelDamagedError, Reason
from index.segmentation.characters import clean

GRAPH_FILE = "encoder.onnx"
WEIGHTS_FILE = "encoder.weights"
TOKENIZER_FILE = "tokenizer.json"
SETTINGS_FILE = "encoder.json"
FORMAT = 1

TOKEN_INPUTS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
"""Input of the graph -> what the tokenizers library calls it."""

_BATCH_TEXTS = 32
_BATCH_TOKENS = 16_384


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """What an exported encoder needs to know beside its graph and its tokenizer.

    `tokens` is the longest input, special tokens and prompt included.
    """

    format: int
    dimension: int
    tokens: int
    query_prompt: str
    document_prompt: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the settings at `path`; raises ModelDamagedError."""
        try:
            values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            settings = cls(**values)
        except (OSError, ValueError, TypeError) as error:
            raise _damaged(path, error) from None
        numbers = (settings.format, settings.dimension, settings.tokens)
        prompts = (settings.query_prompt, settings.document_prompt)
        if not all(isinstance(number, int) and number > 0 for number in numbers) or settings.format != FORMAT:
            raise _damaged(path, f"expected format {FORMAT}, found {numbers}")
        if not all(isinstance(prompt, str) for prompt in prompts):
            raise _damaged(path, f"prompts are not text: {prompts}")
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

        Raises ModelDamagedError where a file is missing, truncated or not an exported encoder's.
        """
        settings = EncoderSettings.read(folder / SETTINGS_FILE)
        try:
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        except Exception as error:  # the library raises nothing more special
            raise _damaged(folder / TOKENIZER_FILE, error) from None
        session = _session(folder / GRAPH_FILE, threads)
        outputs = [node.shape[-1] for node in session.get_outputs()]
        inputs = {node.name for node in session.get_inputs()}
        if outputs != [settings.dimension] or not inputs <= TOKEN_INPUTS.keys():
            raise _damaged(folder / GRAPH_FILE, f"inputs {sorted(inputs)}, output dimensions {outputs}")
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
        return self._encode([self._settings.query_prompt + query for query in queries])

    def encode_texts(self, texts: Sequence[str]) -> Floats:
        """Encode sentences or passages: float32, [n, dimension], L2-normalised; cut off at the window."""
        return self._encode([self._settings.document_prompt + text for text in texts])

    def _encode(self, texts: list[str]) -> Floats:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
        size = max(1, min(_BATCH_TEXTS, _BATCH_TOKENS // self._settings.tokens))
        for start in range(0, len(texts), size):
            rows = by_length[start : start + size]
            vectors[rows] = self._run([clean(texts[row]) for row in rows])
        return vectors

    def _run(self, batch: list[str]) -> Floats:
        encodings = self._tokenizer.encode_batch(batch)
        feed = {
            name: np.array([getattr(encoding, TOKEN_INPUTS[name]) for encoding in encodings], dtype=np.int64)
            for name in self._inputs
        }
        vectors: Floats = self._session.run(None, feed)[0]
        return vectors


def _session(path: Path, threads: int | None) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # errors come as exceptions
    options.intra_op_num_threads = threads or 0
    # Threads that spin while they wait would win nothing in a one-shot process and burn a core in a bot.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a dozen unrelated classes for a graph that it cannot load
        raise _damaged(path, f"with {WEIGHTS_FILE} beside it: {error}") from None


def _damaged(path: Path, problem: object) -> ModelDamagedError:
    return ModelDamagedError(
        f"{path}: not an exported encoder: {problem}", reason=Reason.ENCODER_EXPORT_DAMAGED
    )
