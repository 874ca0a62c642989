"""Files of a corpus, for tests of articles."""

from pathlib import Path

from index.articles.corpus import CorpusFile, corpus_files


def put(folder: Path, name: str, content: str | bytes = "Some words.") -> CorpusFile:
    """Write one file and return it as the corpus lists it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return next(file for file in corpus_files(folder) if file.path == path)
