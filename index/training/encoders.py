"""The encoder that training uses: the exported form, which the product uses, too."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from index.models.encoder import Encoder
from index.models.encoder_export import FrameworkEncoder
from index.models.model_folders import resolve_encoder
from index.models.span_model import cores
from index.records import Progress
from index.training.datasets.training_libraries import Vector
from index.training.progress import no_progress


def load_encoder(name: str) -> Encoder:
    """Export the model `name`, and load the export, which runs on one thread a batch.

    `name` and what is raised are as for `resolve_encoder`.
    """
    framework = FrameworkEncoder.load(resolve_encoder(name))
    with TemporaryDirectory() as folder:
        framework.export(Path(folder))
        return Encoder.load(Path(folder), threads=1)


def embed_texts(
    encoder: Encoder, texts: Iterable[str], progress: Progress = no_progress, stage: str = "embed"
) -> dict[str, Vector]:
    """Return the vector of each text, [dimension], L2-normalised; each is embedded once, on all cores."""
    unique = list(dict.fromkeys(texts))
    vectors = encoder.encode_texts(
        unique, lambda _, done, total: progress(stage, done, total), workers=cores()
    )
    return dict(zip(unique, vectors, strict=True))
