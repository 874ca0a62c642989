"""What shapes an index: an index that was made otherwise is stale, and is never asked."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from index.models import encoder
from index.segmentation import passages, search_terms, sentences
from index.storage import bm25

_MEANINGS = {
    "model": "the model",
    "encoder": "the form of the exported encoder",
    "reading": "the reading of files",
    "sentences": "the cutting of sentences",
    "passages": "the cutting of passages",
    "words": "the search terms",
}
READING_RULES = 2  # raise it when the readers make another text of a file
_READERS = ("beautifulsoup4", "charset-normalizer", "llama-index-readers-file", "pypdf", "PyYAML", "striprtf")


def fingerprint(model: str) -> dict[str, str]:
    """Name everything that shapes an index made here and now; `model` is the model's own fingerprint."""
    return {
        "model": model,
        "encoder": str(encoder.FORMAT),
        "reading": _described(f"rules {READING_RULES}", *_READERS),
        "sentences": _described(f"rules {sentences.RULES}", "sentencex"),
        "passages": f"rules {passages.RULES}",
        "words": _described(
            f"rules {search_terms.RULES}, {bm25.METHOD} k1={bm25.K1} b={bm25.B}", "bm25s", "PyStemmer"
        ),
    }


def encoder_name(model: str) -> str:
    """Name the exported form of the model with the fingerprint `model`."""
    return _export_name(model, encoder.FORMAT)


def reader_name(model: str) -> str:
    """Name the exported form of the reader with the fingerprint `model`."""
    from index.models.span_model import FORMAT  # for the few indexes that have one

    return _export_name(model, FORMAT)


def _export_name(model: str, form: int) -> str:
    return hashlib.sha256(f"{model} {form}".encode()).hexdigest()[:32]


def difference(found: Mapping[str, Any], expected: Mapping[str, Any]) -> str | None:
    """Say what shaped the one index otherwise than the other, None if nothing did."""
    keys = [key for key in {**expected, **found} if found.get(key) != expected.get(key)]
    if not keys:
        return None
    return f"{' and '.join(_MEANINGS.get(key, key) for key in keys)} changed since the index was built"


@cache  # looking a version up takes a millisecond
def _described(rules: str, *packages: str) -> str:
    return ", ".join([rules, *(f"{package} {version(package)}" for package in packages)])
