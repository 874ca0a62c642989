"""Fingerprint of everything that determines an index's content."""

import hashlib
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from index.models import encoder
from index.segmentation import passages, search_terms, sentences
from index.storage import bm25

FILE_FORMATS_RULES = 8
"""Version of how text is taken from files; raise it when the same file gives another text."""

_FILE_FORMAT_PACKAGES = (
    "charset-normalizer",
    "docutils",
    "llama-index-readers-file",
    "lxml",
    "mammoth",
    "markdown-it-py",
    "mdit-py-plugins",
    "pypandoc-binary",
    "pypdfium2",
    "PyYAML",
    "python-dateutil",
    "striprtf",
)
_DESCRIPTIONS = {
    "model": "the model",
    "encoder": "the format of the exported encoder",
    "file_formats": "file parsing",
    "sentences": "sentence segmentation",
    "passages": "passage segmentation",
    "search_terms": "the search terms",
}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything that determines an index's content, each part as a short text with its version.

    `model` is a hash of the model's files. An index whose fingerprint is not that of this program is stale.
    """

    model: str
    encoder: str
    file_formats: str
    sentences: str
    passages: str
    search_terms: str


def fingerprint(model: str) -> Fingerprint:
    """Return the fingerprint of an index built by this program with the model of the fingerprint `model`."""
    return Fingerprint(
        model=model,
        encoder=str(encoder.FORMAT),
        file_formats=_versions(f"rules {FILE_FORMATS_RULES}", *_FILE_FORMAT_PACKAGES),
        sentences=_versions(f"rules {sentences.SENTENCE_RULES}", "sentencex"),
        passages=f"rules {passages.PASSAGE_RULES}",
        search_terms=_versions(
            f"rules {search_terms.SEARCH_TERM_RULES}, {bm25.METHOD} k1={bm25.K1} b={bm25.B}",
            "PyStemmer",
        ),
    )


def encoder_name(model: str) -> str:
    """Return the folder name of the exported encoder whose model has the fingerprint `model`."""
    return _export_name(model, encoder.FORMAT)


def reader_name(model: str) -> str:
    """Return the folder name of the exported reader whose model has the fingerprint `model`."""
    from index.models.span_model import FORMAT  # for the few indexes that have one

    return _export_name(model, FORMAT)


def difference(stored: Fingerprint, expected: Fingerprint) -> str | None:
    """Return what changed between two fingerprints as a clause to show, None if they are equal."""
    changed = [
        _DESCRIPTIONS[field.name]
        for field in fields(Fingerprint)
        if getattr(stored, field.name) != getattr(expected, field.name)
    ]
    return f"{' and '.join(changed)} changed since the index was built" if changed else None


def _export_name(model: str, export_format: int) -> str:
    return hashlib.sha256(f"{model} {export_format}".encode()).hexdigest()[:32]


@cache  # looking up a version takes a millisecond
def _versions(rules: str, *packages: str) -> str:
    return ", ".join([rules, *(f"{package} {_version(package)}" for package in packages)])


def _version(package: str) -> str:
    """Return the version of a package, or that there is none: installing an extra reads its files."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
