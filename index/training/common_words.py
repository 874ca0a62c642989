"""Writes the list of words that are no names, for the rules of written sentences.

    python -m index.training.common_words --out index/writing/common_words.txt

A word is on it if the texts of `index/training/libraries` have it in small letters, and not more often with
a capital one inside a sentence, since people who chat write "germany", too. So the capital letter of "Leave"
at the beginning of a sentence makes it no name, unlike that of "Townsend".
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from index.training.reader.learning import LIBRARIES

_WORD = re.compile(r"(?<![\w'.@/-])[a-z]{2,}(?![\w'@/-]|:/)")
# After a small letter or a comma: not at the beginning of a sentence.
_INSIDE = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")


def common_words(texts: Iterable[str]) -> list[str]:
    """Return the words that stand mostly in small letters in the texts, sorted."""
    small, names = Counter[str](), Counter[str]()
    for text in texts:
        small.update(_WORD.findall(text))
        names.update(name.lower() for name in _INSIDE.findall(text))
    return sorted(word for word, count in small.items() if count >= names[word])


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the libraries and write the list."""
    parser = argparse.ArgumentParser(prog="python -m index.training.common_words", description=__doc__)
    parser.add_argument("--libraries", type=Path, default=LIBRARIES, help="folder of the libraries (ours)")
    parser.add_argument("--out", type=Path, required=True, help="file for the words")
    options = parser.parse_args(arguments)
    files = sorted(path for path in options.libraries.glob("*/corpus/**/*") if path.is_file())
    words = common_words(path.read_text(encoding="utf-8", errors="replace") for path in files)
    options.out.write_text("\n".join(words) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
