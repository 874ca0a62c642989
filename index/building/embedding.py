"""Embedding of texts when an index is built, and the exported encoder that questions are embedded with."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from index.arrays import Floats
from index.errors import IndexDamagedError, ModelDamagedError
from index.models.encoder import PROGRESS_CHUNK, Encoder
from index.records import Progress
from index.storage import generations
from index.storage.fingerprint import encoder_name
from index.storage.index_folder import ENCODERS

if TYPE_CHECKING:
    from index.models.encoder_export import FrameworkEncoder

FRAMEWORK_FROM = 2000
"""Texts from which sentence-transformers, and the GPU that it may find, is worth its loading time."""


class Embedder:
    """An encoder of texts: sentence-transformers if it is loaded or there are many texts, else the export.

    `folder` is that of the export, which `encoder` was loaded from.
    """

    def __init__(
        self,
        folder: Path,
        encoder: Encoder,
        model_folder: Path,
        progress: Progress,
        framework: "FrameworkEncoder | None" = None,
    ) -> None:
        self.folder = folder
        self.encoder = encoder
        self._model_folder = model_folder
        self._progress = progress
        self._framework = framework

    @classmethod
    def open(cls, root: Path, model_folder: Path, model: str, progress: Progress) -> tuple[Self, bool]:
        """Open the exported encoder in the index folder `root`, and export it if it is missing or damaged.

        The caller holds the writers' lock; `model` is the fingerprint of the model in `model_folder`. Returns
        the embedder, and whether it exported. Raises ModelMissingError, ModelDamagedError and OSError.
        """
        folder = root / ENCODERS / encoder_name(model)
        framework = None
        try:
            generations.check_encoder(folder)
            encoder = Encoder.load(folder)
        except (IndexDamagedError, ModelDamagedError):
            progress("export the encoder", 0, 1)
            framework = _load_framework(model_folder)
            generations.put_encoder(root, folder.name, framework.export)
            encoder = Encoder.load(folder)
            progress("export the encoder", 1, 1)
        return cls(folder, encoder, model_folder, progress, framework), framework is not None

    def embed(self, texts: Sequence[str], framework_from: int = FRAMEWORK_FROM) -> Floats:
        """Embed sentences or passages: float32, [n, dimension], L2-normalised.

        `framework_from` is the number of texts from which the framework is loaded.
        """
        if self._framework is None and len(texts) >= framework_from:
            self._progress("load the model", 0, 1)
            self._framework = _load_framework(self._model_folder)
            self._progress("load the model", 1, 1)
        if self._framework:
            return self._framework.embed(texts, self._progress)
        vectors = np.empty((len(texts), self.encoder.dimension), dtype=np.float32)
        for start in range(0, len(texts), PROGRESS_CHUNK):
            batch = texts[start : start + PROGRESS_CHUNK]
            vectors[start : start + len(batch)] = self.encoder.encode_texts(batch)
            self._progress("embed", start + len(batch), len(texts))
        return vectors


def _load_framework(model_folder: Path) -> "FrameworkEncoder":
    from index.models.encoder_export import FrameworkEncoder  # takes seconds, for torch

    try:
        return FrameworkEncoder.load(model_folder)
    except OSError as error:  # also those of transformers; not those of writing the index
        raise ModelDamagedError(f"{model_folder}: cannot be read: {error}") from error
