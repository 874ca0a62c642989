"""Description of an article by itself: YAML front matter, and its title if it has none."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from textwrap import dedent
from typing import Any
from urllib.parse import urlsplit

from index.articles.dates import latest_date
from index.segmentation.blocks import without_closing_hashes

LONGEST_TITLE = 200
"""Code points of the longest first line that can be a title."""
LONGEST_LINE = 1_000
"""Code points of the longest value; a longer one is truncated."""

FLAW = "its front matter "
"""What a description of a flaw of the front matter begins with."""

_LONGEST_FRONT_MATTER = 65_536
# "---\ntitle: Bees\n---\n\n" or "+++\ntitle = 'Bees'\n+++\n", at the beginning of a text.
_FRONT_MATTER = re.compile(
    r"\s*^(?P<rule>---|\+\+\+)[ \t]*\n(?P<values>.{,65536}?\n)(?:(?P=rule)|\.\.\.)[ \t]*(?:\n\s*\n|\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
# A line of front matter: "title: Bees", "title = 'Bees'", "- hives", "  hives"
_VALUE = r"(?:[A-Za-z][\w -]{0,40}(?::(?=\s)|[ \t]*=)|-[ \t]|[ \t]+\S)[^\n]*(?:\n|\Z)"
_VALUE_LINES = re.compile(rf"\s*^(?:---|\+\+\+)[ \t]*\n(?P<values>(?:{_VALUE})+)", re.MULTILINE)
_NO_VALUE = re.compile(rf"^(?!{_VALUE})[^\s#]", re.MULTILINE)
# "Title: Bees\nAuthor: Jo\n\n", at the beginning of a text.
_HEADER = re.compile(
    r"\s*^(?P<lines>[A-Za-z][\w -]{1,30}:[ \t]+\S[^\n]*\n(?:[^\n]+\n){,40}?)\s*\n", re.MULTILINE
)
_HEADER_LINE = re.compile(r"(?P<key>[A-Za-z][\w -]{1,30}):[ \t]+(?P<value>\S.*)")
# "% Bees\n% Jo\n% 2021-03-04\n", as Pandoc reads it
_TITLE_BLOCK = re.compile(r"% (?P<title>\S[^\n]*)\n(?:% (?P<author>[^\n]*)\n)?(?:% (?P<date>[^\n]*)\n)?\s*\n")
_URLS = ("url", "permalink", "canonical", "canonical_url", "link")
_DATES = (
    "published",
    "date",
    "pubdate",
    "published_at",
    "date_published",
    "updated",
    "updated_at",
    "last_updated",
    "last_update",
    "lastmod",
    "modified",
    "last_modified",
    "last_modified_at",
    "lastmodified",
    "date_modified",
)
_KEYS = frozenset(
    (
        *_URLS,
        *_DATES,
        *"title author authors aliases categories category created description draft id image keywords lang "
        "language layout nav_order parent sidebar_label sidebar_position slug status subtitle summary tags "
        "template toc type uid weight".split(),
    )
)
_HEADER_KEYS = _KEYS | {
    "affiliation",
    "comment",
    "copyright",
    "css",
    "email",
    "keyword",
    "license",
    "version",
}
_NOTHING = ("", "~", "null")
# A line "title: Bees: an introduction", which is not valid YAML, or "title = Bees" in broken TOML.
_PAIR = re.compile(r"^([\w-]+)(?::[ \t]+|[ \t]*=[ \t]*)(\S.*?)[ \t]*$", re.M)
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Description:
    """An article's metadata."""

    title: str | None = None
    url: str | None = None
    published: str | None = None
    author: str | None = None
    updated: int | None = None
    """The latest of its dates, in seconds since 1970, if it names any that can be read."""
    language: str | None = None
    """Tag of the language, such as `en-GB`, if the file names one."""
    flaw: str = ""
    """What is wrong with the front matter, beginning with `FLAW`, "" if nothing is."""


def split_front_matter(text: str) -> tuple[Description, str]:
    """Return the metadata in the front matter, and the text after it.

    Front matter is YAML between lines of `---`, TOML between lines of `+++`, a JSON object, lines
    `Key: value` of which one is the title, or lines that begin with `%`. If it has none of the known keys it
    is part of the text. In invalid YAML or TOML, such as a title with a colon, the lines of one key each are
    read, and front matter that is never closed ends where its lines do: both is named in the description.
    """
    flaw = ""
    match = _FRONT_MATTER.match(text)
    if match is None or (_parsed(match)[1] and _is_prose(match["values"])):
        match = _VALUE_LINES.match(text)  # nothing closes it, or a rule further down
        if match and text[match.end() :].strip():
            line = text.count("\n", 0, match.start("values"))
            flaw = f"is never closed (line {line})"
        else:
            match = None
    if match is not None:
        values, error = _parsed(match)
        flaw, end = flaw or error, match.end()
    elif text.lstrip().startswith("{"):
        values, end = _json(text)
    elif match := _TITLE_BLOCK.match(text):
        values, end = match.groupdict(), match.end()
    else:
        values, end = _header(text)
    folded = {
        re.sub(r"[\s-]", "_", key.lower()): value for key, value in values.items() if isinstance(key, str)
    }
    if _KEYS.isdisjoint(folded):
        return Description(), text
    return replace(make_description(folded), flaw=FLAW + flaw if flaw else ""), text[end:]


def _is_prose(values: str) -> bool:
    """Tell whether something else than values stands below an empty line in what may be front matter."""
    return _NO_VALUE.search(re.split(r"\n[ \t]*\n", values, maxsplit=1)[-1]) is not None and "\n\n" in values


def _parsed(match: re.Match[str]) -> tuple[dict[Any, Any], str]:
    """Return the values of front matter, and what is wrong with it, "" if nothing is."""
    values = match["values"]
    is_toml = match[0].lstrip().startswith("+++")
    try:
        return (_toml(values) if is_toml else _yaml(values)), ""
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        line = error.args[0] if isinstance(error, _InvalidYamlError) else _line_of_toml(str(error))
        above = match.string.count("\n", 0, match.start("values"))
        where = f" (line {above + line})" if line else ""
        pairs = _PAIR.findall(values) or _PAIR.findall(dedent(values))
        flaw = f"is not valid {'TOML' if is_toml else 'YAML'}{where}"
        return {key: _listed(value) for key, value in pairs}, flaw


def make_description(values: Mapping[Any, Any]) -> Description:
    """Return the description in `values`: title, first web address, first date and latest, authors."""
    values = {key: value for key, value in values.items() if value and value not in _NOTHING}
    author = values.get("author") or values.get("authors")
    if isinstance(author, list):
        author = ", ".join(filter(None, map(_line, author)))
    return Description(
        title=_line(values.get("title")),
        url=next(filter(None, (_web_address(values.get(key)) for key in _URLS)), None),
        published=next(filter(None, (_line(values.get(key)) for key in _DATES)), None),
        author=_line(author),
        updated=latest_date(values.get(key) for key in _DATES),
    )


def front_matter(values: Mapping[str, str]) -> str:
    """Return YAML front matter that says `values`."""
    return "".join(["---\n", *(f"{key}: {quoted(text)}\n" for key, text in values.items() if text), "---\n"])


def front_matter_values(text: str) -> tuple[dict[str, str], str]:
    """Return all values of valid YAML front matter, and the text after it; none if it has none."""
    match = _FRONT_MATTER.match(text)
    values, flaw = _parsed(match) if match else ({}, "")
    if match is None or flaw:
        return {}, text
    return {key: value for key, value in values.items() if isinstance(value, str)}, text[match.end() :]


def quoted(text: str) -> str:
    """Return the visible text of a value as YAML, TOML and JSON all write it: "quoted", on one line."""
    return json.dumps("".join(char if char.isprintable() else " " for char in text), ensure_ascii=False)


class _InvalidYamlError(ValueError):
    """YAML that cannot be parsed; its argument is the number of the line, 0 if that is not known."""


def _yaml(text: str) -> dict[Any, Any]:
    import yaml

    try:
        # Only strings, lists and mappings: "No" is a title, and 1:30 is not a number.
        values = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it builds no other objects
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _InvalidYamlError(mark.line + 1 if mark else 0) from None
    return values if isinstance(values, dict) else {}


def _toml(text: str) -> dict[str, Any]:
    import tomllib

    # Dates and numbers stay as they are written.
    return {key: _as_text(value) for key, value in tomllib.loads(text, parse_float=str).items()}


def _line_of_toml(message: str) -> int:
    line = re.search(r"at line (\d+)", message)
    return int(line[1]) if line else 0


def _json(text: str) -> tuple[dict[str, Any], int]:
    """Return the object at the beginning of a text, and where the text goes on."""
    start = len(text) - len(text.lstrip())
    try:
        values, length = json.JSONDecoder().raw_decode(text[start : start + _LONGEST_FRONT_MATTER])
    except (ValueError, RecursionError):
        return {}, 0
    end = start + length
    line_end = text.find("\n", end)
    if not isinstance(values, dict) or text[end : line_end if line_end >= 0 else len(text)].strip():
        return {}, 0
    return {key: _as_text(value) for key, value in values.items()}, len(text) - len(text[end:].lstrip())


def _header(text: str) -> tuple[dict[str, str], int]:
    """Return the values in lines `Key: value` above a text, and where the text goes on."""
    match = _HEADER.match(text)
    if match is None:
        return {}, 0
    values: dict[str, str] = {}
    key = ""
    for line in match["lines"].splitlines():
        pair = _HEADER_LINE.fullmatch(line)
        if pair is None and line[:1] in " \t" and key:
            values[key] += f" {line.strip()}"
            continue
        key = pair["key"].lower().replace(" ", "_") if pair else ""
        if pair is None or key not in _HEADER_KEYS:
            return {}, 0
        values[key] = pair["value"]
    return (values, match.end()) if "title" in values else ({}, 0)


def _listed(value: str) -> str | list[str]:
    """Return the values in "[Ada, Mary]", else the value without its quotation marks."""
    if value.startswith("[") and value.endswith("]"):
        return [part.strip(" \"'") for part in value[1:-1].split(",")]
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def _as_text(value: object) -> object:
    """Return a value with numbers and dates as text."""
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return value if isinstance(value, (str, dict, bool)) or value is None else str(value)


def title_in(text: str, *, is_plain: bool = True) -> str | None:
    """Return the first `# ` heading of a plain text, else the first line if that stands alone, else None.

    Of a text that is not plain, the headings are known: `# ` there is what a person sees. A text of one
    sentence has no title.
    """
    fenced = False
    lines = text.split("\n")
    for line in lines if is_plain else ():
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
    if is_plain and (heading := _HEADING.match(line)):
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
