"""Support model: how likely it is that a text says what a statement says, with onnxruntime alone.

It reads what the lower layers of Footnote's reader make of both, so that only the layers above are its own.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Self

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from pydantic import ConfigDict, Field, StrictInt

from index.checksums import file_sha256
from index.errors import Role
from index.models.exported_model import damaged_export, load_session, read_settings
from index.models.span_model import STATES, SpanModel, cores

GRAPH_FILE = "support.onnx"
SETTINGS_FILE = "support.json"
FORMAT = 1
OUTPUT = "support"

Pair = tuple[str, str]
"""A statement, and the text that may say so."""


@dataclass(frozen=True, slots=True)
class SupportSettings:
    """Settings of an exported support model.

    `threshold` is the least probability of a statement that passes; `reader` the sha256 of the graph of the
    reader whose states it reads; `sha256` that of its own.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    format: StrictInt
    threshold: Annotated[float, Field(ge=0, le=1)]
    reader: str
    sha256: str


class SupportModel:
    """Footnote's support model; safe to share between threads.

    Each pair is read alone: what it scores depends on its two texts and the models alone.
    """

    def __init__(self, reader: SpanModel, session: onnxruntime.InferenceSession, threshold: float) -> None:
        self._reader = reader
        self._session = session
        self.threshold = threshold

    @classmethod
    def load(cls, folder: Path, reader: SpanModel) -> Self:
        """Load the model in `folder`, which reads the states of `reader`.

        Raises ModelDamagedError if a file is missing, is not the one that was exported, or belongs to another
        reader.
        """
        path = folder / SETTINGS_FILE
        settings = read_settings(Role.SUPPORT, SupportSettings, path)
        if settings.format != FORMAT:
            problem = f"not the settings of an exported support model of format {FORMAT}"
            raise damaged_export(Role.SUPPORT, path, problem)
        if reader.sha256 != settings.reader or not reader.has_states:
            raise damaged_export(Role.SUPPORT, path, "it was trained for another reader")
        graph = folder / GRAPH_FILE
        try:
            sha256 = file_sha256(graph)
        except OSError as error:
            raise damaged_export(Role.SUPPORT, graph, error.strerror or error) from None
        if sha256 != settings.sha256:
            raise damaged_export(Role.SUPPORT, graph, f"expected sha256 {settings.sha256}, found {sha256}")
        return cls(reader, load_graph(graph), settings.threshold)

    def scores(self, pairs: Sequence[Pair]) -> list[float]:
        """Return for each statement and text the probability that the text says so.

        It is 0 for a statement that is too long to be read to its end.
        """
        if len(pairs) < 2:
            return [self._score(pair) for pair in pairs]
        with ThreadPoolExecutor(min(cores(), len(pairs))) as pool:
            return list(pool.map(self._score, pairs))

    def _score(self, pair: Pair) -> float:
        if not self._reader.reads_whole(pair[0]):
            return 0.0
        states = self._reader.states(*pair)
        (logits,) = self._session.run([OUTPUT], {STATES: states[None]})
        return 1 / (1 + math.exp(-float(np.clip(logits[0], -50, 50))))


def load_graph(path: Path) -> onnxruntime.InferenceSession:
    """Load an exported support model's graph, to run on one thread. Raises ModelDamagedError."""
    session = load_session(Role.SUPPORT, path, threads=1)
    inputs = {node.name for node in session.get_inputs()}
    outputs = {node.name for node in session.get_outputs()}
    if inputs != {STATES} or outputs != {OUTPUT}:
        problem = f"inputs {sorted(inputs)}, outputs {sorted(outputs)}"
        raise damaged_export(Role.SUPPORT, path, problem)
    return session
