"""The support model that ships, which checks what a language model wrote."""

from importlib.resources import files
from pathlib import Path

from index.models.span_model import SpanModel
from index.models.support_model import SupportModel
from index.reading.reader_choice import own_reader_folder


def support_folder() -> Path:
    """Return the folder of the support model, a part of this package."""
    return Path(str(files("index.writing"))) / "support_model"


def load_support_model() -> SupportModel:
    """Load Footnote's support model, with a reader of its own for it: about 100 MB.

    Raises ModelDamagedError if a file of either is damaged.
    """
    return SupportModel.load(support_folder(), SpanModel.load(own_reader_folder()))
