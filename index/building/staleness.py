"""Staleness of an index: whether it still matches the corpus, the models and this program."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from index.articles.corpus import corpus_files
from index.building.file_changes import UNSETTLED, digests, scan
from index.building.model_changes import current_state, has_newer_snapshot
from index.config import Config
from index.errors import FootnoteError, IndexDamagedError, IndexMissingError, IndexStaleError
from index.storage import generations
from index.storage.fingerprint import difference, fingerprint, reader_name
from index.storage.generations import ExportedReader, Generation
from index.storage.input_state import STATE_FILE, InputState, ModelState, PoorText, SkippedFile
from index.storage.published import AnyGeneration, StoredLibrary, input_state, open_published


@dataclass(frozen=True, slots=True)
class Comparison:
    """An index compared with its inputs; `stale_because` says in a clause why it is stale, None if it is not.

    `generation` and `inputs`, the inputs' present state, are set if only their times have changed.
    """

    stale_because: str | None
    generation: AnyGeneration | None = None
    inputs: InputState | None = None


def compare(config: Config) -> Comparison:
    """Compare the index with the corpus, the models and this program. Writes nothing.

    Compares sizes, times and inodes, and contents if those differ; the index's big files are not read. Raises
    ConfigurationError and ModelDamagedError.
    """
    if config.answers_only:
        return _compare_answering(config)
    files = corpus_files(config.corpus_directory)
    try:
        generation, state = open_published(
            config, lambda current: (current, input_state(current)), check=False
        )
    except (IndexMissingError, IndexStaleError, IndexDamagedError) as error:
        return Comparison(error.message)
    if state is None:
        return Comparison("these articles are not in the database yet")
    models = _compare_models(config, generation, state)
    if isinstance(models, str):
        return Comparison(models)
    inputs = InputState(*models, {file.file: file for file in scan(files, state.files)})
    if digests(inputs.files.values()) != digests(state.files.values()):
        return Comparison("the corpus changed")
    if _has_new_times(inputs, state):
        return Comparison(None, generation, inputs)
    return Comparison(None)


def remember_times(config: Config, comparison: Comparison) -> None:
    """Store the new times that `compare` saw, if it did, so that the contents are not compared each time.

    If that is not possible now, as in a read-only folder, they are compared again.
    """
    generation, inputs = comparison.generation, comparison.inputs
    if generation is None or inputs is None:
        return
    if isinstance(generation, StoredLibrary):
        with suppress(OSError, FootnoteError):
            store_inputs(generation, inputs)
        return
    root = config.index_directory
    with suppress(OSError, FootnoteError), generations.writers_lock(root, 0):
        if generations.open_current(root, lambda current: current, check=False) == generation:
            publish_inputs(root, generation, inputs, generation.exported_reader)


def store_inputs(library: StoredLibrary, inputs: InputState) -> None:
    """Store a new state of a source's inputs. Raises IndexBusyError, and StoreError."""
    from index.storage.postgres.stored_inputs import write_inputs

    writing = library.database.writing(library.tenant, library.source, 0)
    with writing as connection, connection.transaction():
        write_inputs(connection, library.tenant, library.source, inputs)


def skipped_files(config: Config) -> tuple[SkippedFile, ...]:
    """Return the files of the corpus that were no articles when the index was built.

    Raises IndexMissingError, IndexStaleError and IndexDamagedError.
    """
    state = open_published(config, input_state, check=False)
    return state.skipped if state else ()


def poor_texts(config: Config) -> tuple[PoorText, ...]:
    """Return the articles whose text was poor when the index was built.

    Raises IndexMissingError, IndexStaleError and IndexDamagedError.
    """
    state = open_published(config, input_state, check=False)
    return state.poor_texts if state else ()


def publish_inputs(
    root: Path, generation: Generation, inputs: InputState, exported_reader: ExportedReader | None
) -> None:
    """Publish the same index with a new state of its inputs, and with `exported_reader`.

    The caller holds the writers' lock. Raises OSError.
    """
    kept = generation.files.keys() - {STATE_FILE}
    with generations.copy_generation(root, generation, kept, exported_reader) as draft:
        inputs.write(draft.folder)


def _compare_answering(config: Config) -> Comparison:
    """Tell whether a machine that needs no articles can answer from what is published."""
    try:
        open_published(config, lambda current: current, check=False)
    except (IndexMissingError, IndexStaleError, IndexDamagedError) as error:
        return Comparison(error.message)
    return Comparison(None)


def _compare_models(
    config: Config, generation: AnyGeneration, state: InputState
) -> tuple[ModelState, ModelState | None] | str:
    """Return the present states of the models, or the reason why an index built with them is stale."""
    encoder, reader, named = state.encoder, state.reader, config.named_reader
    if config.encoder != encoder.name:
        return f"the configured model changed from {encoder.name} to {config.encoder}"
    if named and (reader is None or named != reader.name):
        return f"the configured reader is now {named}"
    if has_newer_snapshot(encoder):
        return f"the model {encoder.name} was downloaded again"
    encoder = current_state(encoder)
    if changed := difference(generation.fingerprint, fingerprint(encoder.fingerprint)):
        return changed
    if named and reader:
        if has_newer_snapshot(reader):
            return f"the reader {named} was downloaded again"
        reader = current_state(reader)
        exported = generation.exported_reader
        if exported is None or exported.folder.name != reader_name(reader.fingerprint):
            return "the reader changed since the index was built"
    return encoder, reader


def _has_new_times(inputs: InputState, previous: InputState) -> bool:
    """Tell whether times differ, other than those of files that may change again unnoticed."""
    return (inputs.encoder, inputs.reader) != (previous.encoder, previous.reader) or any(
        state.mtime_ns != UNSETTLED and state.stamp != previous.files[file].stamp
        for file, state in inputs.files.items()
    )
