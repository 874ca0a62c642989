"""The support model that ships, which checks what a language model wrote."""

from importlib.resources import files
from pathlib import Path

from index.models.span_model import SpanModel
from index.models.support_model import SupportModel
from index.reading.reader_choice import own_reader_folder


def load_support_model(reader: SpanModel | None = None) -> SupportModel:
    """Load Footnote's support model; it reads the states of `reader` if that is Footnote's own.

    Otherwise Footnote's own reader is loaded for it. Raises ModelDamagedError if a file of either is damaged.
    """
    if reader is None or not reader.has_states:
        reader = SpanModel.load(own_reader_folder())
    return SupportModel.load(Path(str(files("index.writing"))) / "support_model", reader)
