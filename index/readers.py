"""Files of the corpus folder: which are articles, under which id, and what stands in them."""

import logging
import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from index.errors import ConfigurationError, UnreadableFileError
from index.records import Article

SUFFIXES = frozenset((".htm", ".html", ".markdown", ".md", ".pdf", ".rtf", ".text", ".txt", ".xhtml"))
LARGEST = 50 * 1024 * 1024
"""Bytes of the largest file that is read."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CorpusFile:
    r"""A file that should be an article.

    `file` is its path below the corpus folder, `/` between folders; a byte that is no UTF-8 shows as `\xe9`.
    """

    path: Path
    file: str
    id: str


def corpus_files(directory: Path) -> list[CorpusFile]:
    """Return the files below a folder that should be articles, sorted by id: of known kinds, not hidden.

    Links to files are followed, unless they are broken. A link to a folder is not: inside the corpus its
    files are found anyway, and a link must not bring in what lies outside. Folders that cannot be listed
    are logged.
    Raises ConfigurationError for a corpus folder that is missing or unreadable.
    """
    found = sorted(_walk(directory))
    names = [os.fsencode(below).decode(errors="backslashreplace") for below, _ in found]
    return sorted(
        (
            CorpusFile(Path(path), name, id_)
            for (_, path), name, id_ in zip(found, names, _ids(names), strict=True)
        ),
        key=lambda file: file.id,
    )


def read_article(file: CorpusFile) -> Article:
    """Read one article.

    Raises UnreadableFileError, which names the file and says why it is not an article.
    """
    try:
        return _read(file)
    except UnreadableFileError as error:
        raise UnreadableFileError(f"{_shown(file.file)}: {error.message}", error.mend) from None
    except OSError as error:
        raise UnreadableFileError(f"{_shown(file.file)}: {error.strerror or error}") from error
    except Exception as error:  # whatever a third-party parser raises: one file must not stop the others
        cause = _last_attempt(error)
        reason = " ".join(str(cause).split())[:200]
        message = f"cannot be read: {type(cause).__name__}" + (f": {reason}" if reason else "")
        raise UnreadableFileError(f"{_shown(file.file)}: {message}") from error


def _read(file: CorpusFile) -> Article:
    corpus = file.path.parents[file.file.count("/")]
    if file.path.is_symlink() and not file.path.resolve().is_relative_to(corpus.resolve()):
        raise UnreadableFileError("is a link that leaves the corpus folder", "copy the file into the folder")
    size = file.path.stat().st_size
    if size == 0:
        raise UnreadableFileError("is empty")
    if size > LARGEST:
        raise UnreadableFileError(
            f"is too large ({size / 2**20:.0f} MB; at most {LARGEST / 2**20:.0f} MB)", "split it into parts"
        )
    from index.file_readers import file_readers
    from index.frontmatter import title_in

    document = file_readers()[file.path.suffix.lower()].load_data(file.path)[0]
    text, known = document.text, document.metadata
    if not any(map(str.isalnum, text)):
        raise UnreadableFileError("holds no text" if text.strip() else "is empty")
    return Article(
        id=file.id,
        title=known.get("title") or title_in(text) or PurePosixPath(file.file).stem,
        text=text,
        file=file.file,
        url=known.get("url"),
        published=known.get("published"),
        author=known.get("author"),
    )


def _walk(directory: Path) -> Iterator[tuple[str, str]]:
    """Yield the path below the folder and the whole path of each file."""
    folders = [""]
    while folders:
        below = folders.pop()
        try:
            with os.scandir(directory / below) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(f"{below}{entry.name}/")
                    elif PurePosixPath(entry.name).suffix.lower() in SUFFIXES and _is_file(entry):
                        yield below + entry.name, entry.path
        except OSError as error:
            if below:
                _log.warning("%s: skipped: %s", _shown(below), error.strerror)
                continue
            reason = {
                FileNotFoundError: "no such corpus folder",
                NotADirectoryError: "the corpus must be a folder",
            }.get(type(error), f"the corpus folder cannot be read: {error.strerror}")
            raise ConfigurationError(f"{directory}: {reason}", "set [corpus] directory") from None


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry is a file or a link to one; a loop of links is none."""
    try:
        return entry.is_file()
    except OSError:
        return False


def _ids(files: list[str]) -> list[str]:
    """Return an id for each file: without the extension, and composed (NFC), where it is the only one so.

    Files that would share an id keep their extensions, then their own spelling, then get a number.
    """
    forms = [
        (
            unicodedata.normalize("NFC", str(PurePosixPath(file).with_suffix(""))),
            unicodedata.normalize("NFC", file),
            file,
            *(f"{file} ({number})",),
        )
        for number, file in enumerate(files, start=1)
    ]
    chosen = [0] * len(files)
    while True:
        ids = [form[choice] for form, choice in zip(forms, chosen, strict=True)]
        shared = {id_ for id_, count in Counter(ids).items() if count > 1}
        if not shared:
            return ids
        chosen = [
            min(choice + (id_ in shared), len(forms[0]) - 1) for choice, id_ in zip(chosen, ids, strict=True)
        ]


def _shown(file: str) -> str:
    """Return a path for a message of one line: control characters are escaped."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in file)


def _last_attempt(error: Exception) -> BaseException:
    """Return what was raised at last where a reader of LlamaIndex's tried several times."""
    attempt = getattr(error, "last_attempt", None)
    return (attempt.exception() if attempt is not None else None) or error
