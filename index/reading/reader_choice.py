"""Choice of the reader that an index is opened with: Footnote's own, a named one, or none."""

from importlib.resources import files
from pathlib import Path

from index.checksums import model_file_sha256
from index.config import NO_READER, Config
from index.errors import IndexDamagedError, IndexStaleError, ModelDamagedError, Reason, Role
from index.models.span_model import SpanModel
from index.reading.confidence import Calibration
from index.reading.reader import Reader, RetrievalReader
from index.reading.span_reader import ReadingWeights, SpanReader
from index.storage.fingerprint import reader_name
from index.storage.generations import check_reader
from index.storage.joined import AnyCatalog
from index.storage.published import AnyGeneration, reader_state


def load_span_model(config: Config, generation: AnyGeneration) -> SpanModel | None:
    """Load the model of the configured reader; None if that is `none`.

    Raises ModelDamagedError if Footnote's own is damaged, IndexStaleError if the generation has no reader or
    another than the named one, and IndexDamagedError if its export is damaged.
    """
    if config.answer.reader == NO_READER:
        return None
    if config.named_reader is None:
        return SpanModel.load(own_reader_folder())
    folder = exported_reader_folder(config, generation)
    try:
        return SpanModel.load(folder)
    except ModelDamagedError as error:  # a writer may just have removed it
        raise IndexDamagedError(error.message) from error


def make_reader(model: SpanModel | None, catalog: AnyCatalog) -> Reader:
    """Make the reader that uses `model`, or retrieval alone if that is None."""
    if model is None:
        return RetrievalReader(Calibration.load())
    return SpanReader(model, catalog.texts, ReadingWeights.load())


def own_reader_folder() -> Path:
    """Return the folder of Footnote's own reader, a part of this package.

    Raises ModelDamagedError if its settings, which hold the hashes of its files, are not the ones shipped.
    """
    folder = Path(str(files("index.reading"))) / "reader_model"
    settings = folder / "reader.json"
    expected = ReadingWeights.load().reader
    try:
        actual = model_file_sha256(settings)
    except ModelDamagedError as error:
        raise _damaged(error.message) from None
    if actual != expected:
        raise _damaged(f"{settings}: expected sha256 {expected}, found {actual}")
    return folder


def exported_reader_folder(config: Config, generation: AnyGeneration) -> Path:
    """Return the folder of the named reader's export after comparing its files with their checksums.

    Raises IndexStaleError and IndexDamagedError as `load_span_model` does.
    """
    state, exported = reader_state(generation), generation.exported_reader
    if state is None or exported is None or state.name != config.named_reader:
        raise _stale(f"the index was built without the reader {config.named_reader}")
    if exported.folder.name != reader_name(state.fingerprint):
        raise _stale("the export format of the reader changed since the index was built")
    check_reader(exported)
    return exported.folder


def _damaged(message: str) -> ModelDamagedError:
    return ModelDamagedError(message, reason=Reason.SHIPPED_READER_DAMAGED, role=Role.READER)


def _stale(message: str) -> IndexStaleError:
    return IndexStaleError(message, reason=Reason.READER_EXPORT_STALE)
