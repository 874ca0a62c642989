"""Exported models of one index folder, used by another: linked, so that they are on the disk once."""

import shutil
from functools import partial
from pathlib import Path

from index.errors import IndexDamagedError, IndexMissingError, IndexStaleError
from index.storage.generations import open_current, put_encoder, put_reader
from index.storage.index_folder import ENCODERS, READERS
from index.storage.manifest import MANIFEST_FILE


def link_models(source: Path, root: Path) -> None:
    """Link the exported models of the current index in `source` into the index folder `root`, unless there.

    The caller holds the lock of `root`. If there is no index in `source`, nothing is done. Raises OSError.
    """
    try:
        current = open_current(source, lambda generation: generation, check=False)
    except (IndexMissingError, IndexDamagedError, IndexStaleError):
        return
    encoder, reader = current.encoder, current.exported_reader
    if not (root / ENCODERS / encoder.name).exists():
        put_encoder(root, encoder.name, partial(link_files, encoder))
    if reader and not (root / READERS / reader.folder.name).exists():
        put_reader(root, reader.folder.name, partial(link_files, reader.folder))


def link_files(source: Path, target: Path) -> None:
    """Link the files of an export into the folder `target`, or copy them. Raises OSError."""
    for path in source.iterdir():
        if path.name != MANIFEST_FILE:
            try:
                (target / path.name).hardlink_to(path)
            except OSError:  # another file system, or one without links
                shutil.copyfile(path, target / path.name)
