"""Files into the corpus folder."""

from pathlib import Path, PurePosixPath

from index.articles.corpus import CorpusFile, check_file
from index.errors import IngestionError
from index.ingestion.corpus_changes import IngestionResult, add_article, place_in_corpus


def add_file(
    corpus: Path, source: Path, into: str = "", title: str | None = None, url: str | None = None
) -> IngestionResult:
    """Copy a file into the folder `into` below the corpus folder; `title` and `url` are kept beside it.

    Raises UnreadableFileError, IngestionError and OSError.
    """
    target = source.resolve()
    if target.is_relative_to(corpus.resolve()):
        raise IngestionError("is in the corpus already")
    file = (PurePosixPath(into) / source.name).as_posix()
    place_in_corpus(corpus, file)
    check_file(CorpusFile(target, target.name, ""))  # all of it is read only if it may be an article
    description = {key: value for key, value in {"title": title, "url": url}.items() if value}
    return add_article(corpus, str(source), file, source.read_bytes(), description)
