"""Formats of office programs and wikis, converted to HTML by mammoth (.docx) and by pandoc (the others).

Pandoc is a program of its own, which the extra `formats` installs. It runs in its sandbox, where it opens no
other file and no connection, with limits of time and memory.
"""

import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.parsers.expat import ExpatError

from index.articles.document import Document
from index.articles.html_text import read_html
from index.articles.office_files import without_unseen_text
from index.errors import UnreadableFileError

FORMATS = {
    ".adoc": "asciidoc",
    ".asciidoc": "asciidoc",
    ".mediawiki": "mediawiki",
    ".odt": "odt",
    ".org": "org",
    ".pptx": "pptx",
    ".wiki": "mediawiki",
}
"""Extensions of the files that pandoc converts, with its names for their formats."""

SECONDS = 25.0
"""Seconds that a conversion may take."""
MEMORY = 768
"""MB of memory that pandoc may use."""

# mammoth's names for the styles of a title and of a quotation, which it would take for paragraphs
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote:fresh
p[style-name='Intense Quote'] => blockquote:fresh
p[style-name='Block Text'] => blockquote:fresh
p[style-name='Caption'] => figcaption:fresh
p[style-name='Source Code'] => pre:separator('\\n')
"""


def read_docx(file: Path) -> Document:
    """Return the document in a Word file. Raises UnreadableFileError for a file of another format."""
    import mammoth  # type: ignore[import-untyped]

    try:
        converted = mammoth.convert_to_html(
            without_unseen_text(file),
            style_map=_STYLES,
            convert_image=lambda image: [],
            external_file_access=False,
        )
    except (zipfile.BadZipFile, KeyError, ExpatError):
        raise UnreadableFileError("is not a Word file (.docx), or encrypted or damaged") from None
    return read_html(converted.value.encode())


def read_converted(file: Path, within: float = SECONDS) -> Document:
    """Return the document in a file of one of `FORMATS`.

    Raises UnreadableFileError if pandoc is not installed, or does not read the file within `within` seconds.
    """
    suffix = file.suffix.lower()
    try:
        content = without_unseen_text(file).getvalue() if suffix in (".odt", ".pptx") else file.read_bytes()
    except zipfile.BadZipFile:
        raise UnreadableFileError("cannot be converted by pandoc: it is encrypted or damaged") from None
    command = [
        _pandoc(),
        f"--from={FORMATS[suffix]}",
        "--to=html5",
        "--standalone",
        "--sandbox",
        "--wrap=none",
        "+RTS",
        f"-M{MEMORY}m",
        "-RTS",
        "-",
    ]
    try:
        run = subprocess.run(  # noqa: S603
            command, input=content, capture_output=True, timeout=within, check=False
        )
    except subprocess.TimeoutExpired:
        raise UnreadableFileError("takes too long to convert", "Split it into parts.") from None
    if run.returncode:
        reason = " ".join(run.stderr.decode(errors="replace").split())
        raise UnreadableFileError(f"cannot be converted by pandoc: {reason}"[:200].rstrip(": "))
    document = read_html(run.stdout)
    if document.description.title in (file.stem, "-"):  # pandoc's, for a file without a title
        return replace(document, description=replace(document.description, title=None))
    return document


def _pandoc() -> str:
    """Return the path of the program."""
    try:
        import pypandoc  # type: ignore[import-untyped]

        path: str = pypandoc.get_pandoc_path()
    except (ImportError, OSError):
        raise UnreadableFileError(
            "needs a converter that is not installed", 'pip install "footnote-bot[formats]" installs it.'
        ) from None
    return path
