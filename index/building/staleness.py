"""To be described."""

from contextlib import suppress
from pathlib import Path

from index.articles.corpus import corpus_files
from index.building.file_changes import UNSETTLED, content_keys, scan
from index.building.model_changes import fetched_anew, look_again
from index.config import Config
from index.errors import FootnoteError, IndexDamagedError, IndexMissingError, IndexStaleError
from index.storage import generations
from index.storage.fingerprint import difference, fingerprint, reader_name
from index.storage.generations import Export, Generation
from index.storage.input_state import FILE, InputState


def is_stale(config: Config) -> str | None:
    """Say why the index does not fit the corpus, the models or this program; None where it does.

    Compares sizes and times, and contents where those differ; the index's big files are not read. Where only
    times differ, the index remembers the new ones, so that contents are not compared again each time.
    """
    files = corpus_files(config.corpus_directory)
    try:
        generation, state = generations.open_current(
            config.index_directory, lambda found: (found, InputState.read(found.folder)), check=False
        )
    except (IndexMissingError, IndexStaleError, IndexDamagedError) as error:
        return error.message
    encoder, reader, named = state.encoder, state.reader, config.named_reader
    if config.encoder != encoder.name:
        return f"the model is {config.encoder} now, not {encoder.name}"
    if named and (reader is None or named != reader.name):
        return f"the reader is {named} now"
    if fetched_anew(encoder):
        return f"the model {encoder.name} was fetched anew"
    encoder = look_again(encoder)
    if changed := difference(generation.fingerprint, fingerprint(encoder.fingerprint)):
        return changed
    if named and reader:
        if fetched_anew(reader):
            return f"the reader {named} was fetched anew"
        reader = look_again(reader)
        if generation.reader is None or generation.reader.folder.name != reader_name(reader.fingerprint):
            return "the reader changed since the index was built"
    now = InputState(encoder, reader, {s.file: s for s in scan(files, state.files)})
    if content_keys(now.files.values()) != content_keys(state.files.values()):
        return "the corpus changed"
    if _renewable(now, state):
        # Where that is impossible now, as in a read-only folder, the contents are compared again next time.
        with suppress(OSError, FootnoteError), generations.writing(config.index_directory, 0):
            if (
                generations.open_current(config.index_directory, lambda found: found, check=False)
                == generation
            ):
                renew_state(config.index_directory, generation, now, generation.reader)
    return None


def _renewable(now: InputState, before: InputState) -> bool:
    """Tell whether times differ that have settled."""
    return (now.encoder, now.reader) != (before.encoder, before.reader) or any(
        state.mtime_ns not in (UNSETTLED, before.files[file].mtime_ns) for file, state in now.files.items()
    )


def renew_state(root: Path, generation: Generation, state: InputState, reader: Export | None) -> None:
    """Publish the same index with what the files look like now, and with the exported `reader`."""
    with generations.same_generation(root, generation, but=FILE, reader=reader) as made:
        state.write(made)
