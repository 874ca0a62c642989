"""Files into the corpus folder."""

from pathlib import Path, PurePosixPath

from index.errors import IngestionError
from index.ingestion.corpus_changes import Ingested, add_article


def add_file(
    corpus: Path, source: Path, into: str = "", title: str | None = None, url: str | None = None
) -> Ingested:
    """Copy a file into the folder `into` below the corpus folder; `title` and `url` are kept beside it.

    Raises UnreadableFileError, IngestionError and OSError.
    """
    if source.resolve().is_relative_to(corpus.resolve()):
        raise IngestionError("is in the corpus already")
    description = {key: value for key, value in {"title": title, "url": url}.items() if value}
    file = (PurePosixPath(into) / source.name).as_posix()
    return add_article(corpus, str(source), file, source.read_bytes(), description)
