"""Vectors of texts at build time, and the model's exported form that this leaves for the questions."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.arrays import Floats
from index.errors import IndexDamagedError, ModelDamagedError
from index.models.encoder import Encoder
from index.records import Progress
from index.storage import generations
from index.storage.fingerprint import encoder_name

if TYPE_CHECKING:
    from index.models.encoder_export import FrameworkEncoder

FRAMEWORK_FROM = 2000
"""Texts to embed from which it pays to wait for sentence-transformers, and the GPU that it may find."""

_CHUNK = 128  # texts between two reports of progress


class Embedder:
    """The model, in sentence-transformers where it is loaded or much is to do, else in its exported form.

    Made under the writers' lock: where the index folder `root` has no whole export of the model, one is made.
    """

    def __init__(self, root: Path, model_folder: Path, model: str, progress: Progress) -> None:
        self._model_folder = model_folder
        self._progress = progress
        self._framework: FrameworkEncoder | None = None
        self.folder = root / "encoders" / encoder_name(model)
        self.exported = False
        """Whether the export was missing or damaged, and was made."""
        try:
            generations.check_encoder(self.folder)
            self.encoder = Encoder.load(self.folder)
        except (IndexDamagedError, ModelDamagedError):
            generations.put_encoder(root, self.folder.name, self._load_framework().export)
            self.encoder = Encoder.load(self.folder)
            self.exported = True

    def embed(self, texts: Sequence[str]) -> Floats:
        """Embed sentences or passages: float32, [n, dimension], L2-normalised."""
        if self._framework or len(texts) >= FRAMEWORK_FROM:
            return self._load_framework().embed(texts, self._progress)
        vectors = np.empty((len(texts), self.encoder.dimension), dtype=np.float32)
        for start in range(0, len(texts), _CHUNK):
            some = texts[start : start + _CHUNK]
            vectors[start : start + len(some)] = self.encoder.encode_texts(some)
            self._progress("embed", start + len(some), len(texts))
        return vectors

    def _load_framework(self) -> "FrameworkEncoder":
        if self._framework is None:
            from index.models.encoder_export import FrameworkEncoder  # seconds, for torch

            self._progress("load the model", 0, 1)
            try:
                self._framework = FrameworkEncoder.load(self._model_folder)
            except OSError as error:  # transformers' own, too; none of writing the index
                raise ModelDamagedError(f"{self._model_folder}: cannot be read: {error}") from error
            self._progress("load the model", 1, 1)
        return self._framework
