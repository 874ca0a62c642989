"""The default encoder, in both its forms, for the trainings."""

from pathlib import Path
from tempfile import TemporaryDirectory

from index.config import DEFAULT_ENCODER
from index.models.encoder import Encoder
from index.models.encoder_export import FrameworkEncoder
from index.models.model_folders import resolve_encoder


def default_encoders() -> tuple[FrameworkEncoder, Encoder]:
    """Load the model that embeds, and its export, which says what passages are made for."""
    framework = FrameworkEncoder.load(resolve_encoder(DEFAULT_ENCODER))
    with TemporaryDirectory() as folder:
        framework.export(Path(folder))
        return framework, Encoder.load(Path(folder))
