"""Description of an article by itself: YAML front matter, and its title if it has none."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from index.segmentation.blocks import without_closing_hashes

LONGEST_TITLE = 200
"""Code points of the longest first line that can be a title."""
LONGEST_LINE = 1_000
"""Code points of the longest value; a longer one is truncated."""

# "---\ntitle: Bees\n---\n\n", at the beginning of a text.
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?P<yaml>.{,65536}?\n)(?:---|\.\.\.)[ \t]*(?:\n\s*\n|\n|\Z)", re.S)
_KEYS = frozenset(("title", "url", "published", "date", "author", "authors"))
_NOTHING = ("", "~", "null")
# A line "title: Bees: an introduction", which is not valid YAML.
_PAIR = re.compile(r"^(\w+):[ \t]+(\S.*?)[ \t]*$", re.M)
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Description:
    """An article's metadata."""

    title: str | None = None
    url: str | None = None
    published: str | None = None
    author: str | None = None


def split_front_matter(text: str) -> tuple[Description, str]:
    """Return the metadata in the YAML front matter, and the text after it.

    A block between rules that has none of the known keys is part of the text. In invalid YAML, such as a
    title with a colon, the lines `key: value` are read.
    """
    match = _FRONT_MATTER.match(text)
    if match is None:
        return Description(), text
    import yaml

    try:
        # Only strings, lists and mappings: "No" is a title, and 1:30 is not a number.
        values = yaml.load(match["yaml"], yaml.BaseLoader)  # noqa: S506 - it builds no other objects
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError):
        values = dict(_PAIR.findall(match["yaml"]))
    if not isinstance(values, dict) or _KEYS.isdisjoint(values):
        return Description(), text
    filled = {key: value for key, value in values.items() if value not in _NOTHING}
    return make_description(filled), text[match.end() :]


def make_description(values: Mapping[Any, Any]) -> Description:
    """Return the description in `values` (keys title, url, published or date, author or authors)."""
    author = values.get("author") or values.get("authors")
    if isinstance(author, list):
        author = ", ".join(filter(None, map(_line, author)))
    return Description(
        title=_line(values.get("title")),
        url=_web_address(values.get("url")),
        published=_line(values.get("published") or values.get("date")),
        author=_line(author),
    )


def title_in(text: str) -> str | None:
    """Return the first `# ` heading of a text, else its first line if that stands alone, else None.

    A text of one sentence has no title.
    """
    fenced = False
    lines = text.split("\n")
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and (heading := _HEADING.match(line)) and heading[1] == "#":
            return _line(without_closing_hashes(line[heading.end() :]))
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    line = lines[first]
    underlined = "".join(lines[first + 1 : first + 2]).strip()
    if len(line) > LONGEST_TITLE or not any(map(str.isalnum, line)) or underlined.strip("=-"):
        return None
    if line.rstrip().endswith((".", "!", "?", "。")) and not any(map(str.strip, lines[first + 1 :])):
        return None
    if heading := _HEADING.match(line):
        line = without_closing_hashes(line[heading.end() :])
    return _line(line.strip().strip("*_"))


def _line(value: object) -> str | None:
    """Return a value of the front matter as one line of visible text, None if there is none."""
    if not isinstance(value, str):
        return None
    words = "".join(char if char.isprintable() else " " for char in value).split()
    line = " ".join(words)
    return (line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…") or None


def _web_address(value: object) -> str | None:
    """Return an http or https address, None for anything else."""
    if not isinstance(value, str) or not value.strip().isprintable() or len(value.split()) != 1:
        return None
    try:
        address = urlsplit(value.strip())
        host = address.hostname
    except ValueError:
        return None
    return value.strip() if address.scheme in ("http", "https") and host else None
