"""Files of the corpus folder: which of them are articles, with which ids and which content."""

import os
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from index.articles.document import Document
from index.articles.file_formats import file_suffix, has_known_format, unreadable
from index.articles.sidecar import SUFFIX, describe
from index.errors import ConfigurationError, Reason, UnreadableFileError
from index.records import Article, BlockKind

LARGEST = 50 * 1024 * 1024
"""Size limit of a file, in bytes."""

MOST_ABOVE_TITLE = 2
"""Blocks above a heading that names the article, such as a date, unless it is one of the first level."""

# A byte that is not UTF-8, as `os.fsencode(...).decode(errors="backslashreplace")` shows it: "\\xe9".
_ESCAPED_BYTE = re.compile(r"\\x[89a-f][0-9a-f]")
_FOLDER_REASONS: dict[type[OSError], str] = {
    FileNotFoundError: "no such corpus folder",
    NotADirectoryError: "the corpus must be a folder",
}


@dataclass(frozen=True, slots=True)
class CorpusFile:
    r"""A file that should be an article.

    `file` is its path below the corpus folder, with `/` between folders. A byte that is not UTF-8 is shown as
    `\xe9`; in names with such a byte, or with what looks like one, a backslash is shown as two. `id` is
    that of the article if all of the files are articles; in an index those that are none have no say in it.
    `sidecar` is the file beside it that describes it, None if there is none.
    """

    path: Path
    file: str
    id: str
    sidecar: Path | None = None


def corpus_files(directory: Path) -> list[CorpusFile]:
    """Return the files below a folder that should be articles, sorted by id: of known formats, not hidden.

    Links to files are followed, links to folders are not: inside the corpus their files are found anyway.
    Files that `read_article` will refuse are listed too: broken links, links that leave the corpus folder,
    and folders that cannot be listed (their `file` ends with `/`).
    Raises ConfigurationError for a corpus folder that is missing or unreadable.
    """
    entries = sorted(_walk(directory))
    names = [_display_name(name) for name, _, _ in entries]
    files = [
        CorpusFile(Path(path), name, id_, Path(path + SUFFIX) if described else None)
        for (_, path, described), name, id_ in zip(entries, names, article_ids(names), strict=True)
    ]
    return sorted(files, key=lambda file: file.id)


def check_corpus(directory: Path) -> None:
    """Raise ConfigurationError if there is no corpus folder, or it cannot be read; its folders are not."""
    next(_walk(directory), None)


def unsupported_files(directory: Path, index_directory: Path | None = None) -> dict[str, int]:
    """Count the files below a folder of unsupported formats by extension, without hidden ones.

    Those of an index in `index_directory` are not counted.
    """
    counts: Counter[str] = Counter()
    for parent, folders, names in os.walk(directory):
        folders[:] = [
            name for name in folders if not name.startswith(".") and Path(parent, name) != index_directory
        ]
        beside = {name + SUFFIX for name in names}
        shown = (Path(parent, name) for name in names if not name.startswith(".") and name not in beside)
        counts.update(path.suffix.lower() for path in shown if not has_known_format(path))
    return dict(counts.most_common())


def describe_counts(counts: Mapping[str, int]) -> str:
    """Say how many files there are of each extension."""
    return ", ".join(f"{count} {suffix or 'without extension'}" for suffix, count in counts.items())


def read_article(file: CorpusFile) -> Article:
    """Read one article.

    Raises UnreadableFileError, which says in one line why the file is not an article.
    """
    try:
        return _read(file)
    except UnreadableFileError:
        raise
    except Exception as error:  # whatever a third-party parser raises: one file must not stop the others
        raise unreadable(error) from error


def _read(file: CorpusFile) -> Article:
    status = check_file(file)
    # Imported here, because a question checks the corpus for changes but reads no articles.
    from index.articles.file_formats import is_plain_text, read_document
    from index.articles.front_matter import title_in
    from index.articles.outline import with_outline

    document = read_document(file.path)
    text, description = document.text, document.description
    if file.sidecar is not None:
        description = describe(description, file.sidecar)
    if not any(map(str.isalnum, text)):
        raise UnreadableFileError("holds no words" if text.strip() else "is empty")
    title = (
        description.title
        or _heading(document, at_top=True)
        or title_in(_without_code(document), is_plain=is_plain_text(file.path))
        or _heading(document)
        or PurePosixPath(file.file).stem
    )
    return Article(
        id=file.id,
        title=title,
        text=text,
        file=file.file,
        url=description.url,
        published=description.published,
        author=description.author,
        updated=int(status.st_mtime) if description.updated is None else description.updated,
        blocks=with_outline(text, document.blocks, title, document.section_ends),
        flaw=description.flaw,
    )


def _heading(document: Document, *, at_top: bool = False) -> str | None:
    """Return the first heading of a document; `at_top`, only one of the first level or near the top."""
    headings = (block for block in document.blocks if block.kind is BlockKind.HEADING)
    first = next(headings, None)
    if at_top and first and first.level > 1 and first not in document.blocks[: MOST_ABOVE_TITLE + 1]:
        return None
    return " ".join(document.text[first.start : first.end].split()) if first else None


def _without_code(document: Document) -> str:
    """Return the text of a document with spaces in place of its code."""
    parts, end = [], 0
    for block in document.blocks:
        if block.kind is BlockKind.CODE:
            parts += [document.text[end : block.start], " " * (block.end - block.start)]
            end = block.end
    return "".join((*parts, document.text[end:]))


def check_file(file: CorpusFile) -> os.stat_result:
    """Return the status of a file. Raises UnreadableFileError or OSError if it is not to be opened."""
    status = os.lstat(file.path)
    if stat.S_ISLNK(status.st_mode):
        corpus = file.path.parents[file.file.rstrip("/").count("/")]
        if not _is_inside(file.path, corpus):
            remedy = "Copy the file into the folder."
            raise UnreadableFileError("is a link that leaves the corpus folder", remedy)
        status = file.path.stat()
    if file.file.endswith("/"):
        next(file.path.iterdir(), None)  # raises what hid it before
        raise UnreadableFileError("is a folder that could not be listed")
    if status.st_size == 0:
        raise UnreadableFileError("is empty")
    if status.st_size > LARGEST:
        size, most = status.st_size / 2**20, LARGEST / 2**20
        raise UnreadableFileError(
            f"is too large: {size:,.0f} MB, at most {most:,.0f} MB", "Split it into parts."
        )
    return status


def _walk(directory: Path) -> Iterator[tuple[str, str, bool]]:
    """Yield the path below the folder, and in full, of each file for an article, and if it has a sidecar."""
    folders = [""]
    while folders:
        below = folders.pop()
        try:
            with os.scandir(directory / below) as scanned:
                entries = list(scanned)
            beside = {
                entry.name
                for entry in entries
                if entry.name.endswith(SUFFIX) and entry.is_file(follow_symlinks=False)
            }
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{below}{entry.name}/")
                elif entry.is_symlink() and Path(entry.path).is_dir():
                    if not _is_inside(Path(entry.path), directory):
                        yield f"{below}{entry.name}/", entry.path, False
                elif has_known_format(entry.path) and _is_file(entry):
                    yield below + entry.name, entry.path, entry.name + SUFFIX in beside
        except OSError as error:
            if not below:
                reason = _FOLDER_REASONS.get(
                    type(error), f"the corpus folder cannot be read: {error.strerror}"
                )
                raise ConfigurationError(f"{directory}: {reason}", reason=Reason.CORPUS_UNREADABLE) from None
            yield below, str(directory / below), False


def _display_name(name: str) -> str:
    """Return a name as UTF-8, different names as different ones."""
    shown = name if name.isascii() else os.fsencode(name).decode(errors="backslashreplace")
    if not _ESCAPED_BYTE.search(shown):
        return shown
    return os.fsencode(name.replace("\\", r"\\")).decode(errors="backslashreplace")


def _is_inside(path: Path, directory: Path) -> bool:
    """Tell whether a link leads to a place in the folder; it may be a broken one."""
    target = os.path.realpath(path)
    return Path(target).is_relative_to(os.path.realpath(directory))


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry is a file, or a link to one or to nothing; not a pipe or a device."""
    if not entry.is_symlink():
        return entry.is_file()
    target = Path(entry.path)
    return target.is_file() or not target.exists()


def _composed(name: str) -> str:
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def article_ids(files: list[str]) -> list[str]:
    """Return an id for each file: its path without the extension, composed (NFC), if that is unique.

    Files that would share an id keep their extensions, then their own spelling, then get a number.
    """
    forms = [
        (
            _composed(file if file.endswith("/") else file.removesuffix(file_suffix(file))),
            _composed(file),
            file,
            f"{file} ({number})",
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
