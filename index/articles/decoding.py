"""Decoding of a file's bytes: byte order marks, UTF-8, UTF-16, then the best guess; no binary data."""

import codecs
import re

from index.errors import UnreadableFileError
from index.segmentation.characters import replace_surrogates

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
_SAMPLE = 65_536  # bytes that guesses are based on
_NEWLINES = re.compile("\r\n?")


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the text of `data`, as `normalise_text` does; `declared` is the encoding that it names itself.

    Raises UnreadableFileError for data that is not text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return normalise_text(data[len(mark) :].decode(encoding, errors="replace"))
    if utf16 := _utf16_without_mark(data):
        return normalise_text(data.decode(utf16, errors="replace"))
    if _is_binary(data):
        raise UnreadableFileError("is not text (binary data)")
    for name in (declared, "utf-8"):
        if name and (text := _strictly(data, name)) is not None:
            return normalise_text(text)
    return normalise_text(_damaged_utf8(data) or data.decode(_guess(data), errors="replace"))


def normalise_text(text: str) -> str:
    r"""Return `text` with "\n" as its only newline, without NUL, and with U+FFFD for lone surrogates."""
    return replace_surrogates(_NEWLINES.sub("\n", text.replace("\0", "")))


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (LookupError, ValueError):  # no such encoding, or not that of the data
        return None


def _utf16_without_mark(data: bytes) -> str | None:
    """Recognise UTF-16 by its zero bytes: those of Latin letters and spaces are in every second place."""
    sample = data[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if len(data) % 2 or max(even, odd) < 0.3 * half or min(even, odd) > 0.01 * half or not half:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_binary(data: bytes) -> bool:
    """Tell whether more than 2 % of the data are control characters that no text has."""
    sample = data[:_SAMPLE] + data[-_SAMPLE:]
    return len(sample) - len(sample.translate(None, _CONTROLS)) > 0.02 * len(sample)


def _damaged_utf8(data: bytes) -> str | None:
    """Decode data that is UTF-8 except for a few bytes, as in a truncated file; U+FFFD shows where."""
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    sound = len(data) - len(text.encode("ascii", errors="ignore")) - damaged
    return text if sound > 10 * damaged else None


def _guess(data: bytes) -> str:
    """Guess a legacy encoding: Windows-1252 for text mostly in ASCII letters, else by charset-normalizer.

    On short Western texts with a few accents detectors err more often than this rule.
    """
    sample = data[:_SAMPLE]
    foreign = sum(byte > 127 for byte in sample)
    letters = sum(byte < 128 and chr(byte).isalpha() for byte in sample)
    if letters > 3 * foreign and _strictly(sample, "cp1252") is not None:
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_exclusion=["utf_7"]).best()
    return best.encoding if best is not None else "cp1252"
