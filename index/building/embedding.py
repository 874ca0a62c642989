"""Embedding of texts when an index is built, and the exported encoder that questions are embedded with."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from index.arrays import Floats
from index.errors import IndexDamagedError, ModelDamagedError
from index.models.encoder import Encoder
from index.models.export_process import export_encoder
from index.models.shipped_encoder import shipped_encoder_folder
from index.models.shipped_graph import export_shipped_encoder
from index.models.span_model import cores
from index.records import Progress
from index.storage import generations
from index.storage.fingerprint import encoder_name
from index.storage.index_folder import ENCODERS

if TYPE_CHECKING:
    from index.models.encoder_export import FrameworkEncoder

FRAMEWORK_FROM = 2000
"""Texts from which sentence-transformers on a GPU is worth its loading time.

On a processor the exported encoder is three times as fast, and needs 600 MB less.
"""

_GPU_DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")  # NVIDIA's, AMD's, either's in Windows' Linux


class Embedder:
    """An encoder of texts: sentence-transformers for many texts if there is a GPU, else the export.

    `folder` is that of the export, which `encoder` was loaded from.
    """

    def __init__(
        self,
        folder: Path,
        encoder: Encoder,
        model_folder: Path,
        progress: Progress,
    ) -> None:
        self.folder = folder
        self.encoder = encoder
        self._model_folder = model_folder
        self._progress = progress

    @classmethod
    def open(cls, root: Path, model_folder: Path, model: str, progress: Progress) -> tuple[Self, bool]:
        """Open the exported encoder in the index folder `root`, and export it if it is missing or damaged.

        The caller holds the writers' lock; `model` is the fingerprint of the model in `model_folder`. Returns
        the embedder, and whether it exported. Raises ModelMissingError, ModelDamagedError and OSError.
        """
        folder, exported = root / ENCODERS / encoder_name(model), False
        try:
            generations.check_encoder(folder)
            encoder = Encoder.load(folder, threads=1)  # batches run on one thread each
        except (IndexDamagedError, ModelDamagedError):
            progress("export the encoder", 0, 1)
            shipped = model_folder == shipped_encoder_folder()
            export = export_shipped_encoder if shipped else partial(export_encoder, model_folder)
            generations.put_encoder(root, folder.name, export)
            encoder, exported = Encoder.load(folder, threads=1), True
            progress("export the encoder", 1, 1)
        return cls(folder, encoder, model_folder, progress), exported

    def embed(
        self, texts: Sequence[str], framework_from: int = FRAMEWORK_FROM, *, gpu: bool | None = None
    ) -> Floats:
        """Embed sentences or passages: float32, [n, dimension], L2-normalised.

        `framework_from` is the number of texts from which the framework is loaded if this machine may have a
        GPU: `gpu`, or what `may_have_gpu` finds.
        """
        if len(texts) >= framework_from and (may_have_gpu() if gpu is None else gpu):
            self._progress("load the model", 0, 1)
            framework = _load_framework(self._model_folder)
            self._progress("load the model", 1, 1)
            if framework.uses_gpu:
                return framework.embed(texts, self._progress)
        return self.encoder.encode_texts(texts, self._progress, workers=cores())


def may_have_gpu() -> bool:
    """Tell whether this machine may have a GPU, without importing a framework, which takes seconds."""
    return sys.platform != "linux" or any(Path(device).exists() for device in _GPU_DEVICES)


def _load_framework(model_folder: Path) -> "FrameworkEncoder":
    from index.models.encoder_export import FrameworkEncoder  # takes seconds, for torch

    try:
        return FrameworkEncoder.load(model_folder)
    except OSError as error:  # also those of transformers; not those of writing the index
        raise ModelDamagedError(f"{model_folder}: cannot be read: {error}") from error
