"""The encoder that training uses, in both its forms."""

from pathlib import Path
from tempfile import TemporaryDirectory

from index.models.encoder import Encoder
from index.models.encoder_export import FrameworkEncoder
from index.models.model_folders import resolve_encoder


def load_encoders(name: str) -> tuple[FrameworkEncoder, Encoder]:
    """Load the model that embeds, and its export, which says how long passages may be.

    `name` and what is raised are as for `resolve_encoder`.
    """
    framework = FrameworkEncoder.load(resolve_encoder(name))
    with TemporaryDirectory() as folder:
        framework.export(Path(folder))
        return framework, Encoder.load(Path(folder))
