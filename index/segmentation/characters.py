"""To be described."""

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Characters of scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Han; and Hangul, whose
particles stick to the words."""


_LONE_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")


_UNENCODABLE = _LONE_SURROGATES | {0: " "}


def clean(text: str) -> str:
    """Replace what no tokenizer takes: lone surrogates by U+FFFD, NUL by a space; the length stays."""
    return text.translate(_UNENCODABLE)
