"""Links that open a page at a cited sentence: text fragments of web pages, and pages of a PDF.

A text fragment names the sentence by its own words, `#:~:text=[prefix-,]start[,end][,-suffix]`
(https://wicg.github.io/scroll-to-text-fragment/). A browser highlights the first place of the page where it
finds them: each of the four within one paragraph, cell or line, whatever its case, accents and quotation
marks, with nothing but space between `prefix` and `start`.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, product
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from index.reading.repeated_sentences import CitedReading
from index.records import Block, BlockKind, Span
from index.segmentation.characters import CONTROLS, UNSPACED
from index.storage.joined import AnyCatalog

LONGEST_LINK = 2048
"""Characters of a link; chats and mail programs take no longer ones."""
LONGEST_ARTICLE = 2_000_000
"""Characters of an article whose sentences are linked; to look through a longer one takes too long."""
WHOLE_WORDS, WHOLE_LENGTH, MOST_WHOLE_LENGTH = 6, 60, 300
"""Words and characters of a sentence that is named whole, and of one that is if nothing shorter names it."""
START_WORDS, MOST_START_WORDS, END_WORDS, MOST_END_WORDS = 5, 12, 4, 10
"""Words of `start` and `end`; more only where fewer are found elsewhere first."""
ENOUGH = 40
"""Characters of `start` or `end` for which fewer words do, as in scripts without spaces."""
CONTEXT_WORDS = (3, 6, 12)
"""Words of `prefix` and `suffix`, likewise."""
LABEL_WORDS = 2
"""Words without a full stop that menus of a page may show, too."""

# What a browser does not show, or not as text.
_NOT_PAGES = frozenset((".csv", ".docx", ".epub", ".ipynb", ".json", ".odt", ".pptx", ".rtf", ".tsv"))
# An app opens these at the message, if nothing follows the address.
_MESSAGES = re.compile(r"(?:[\w-]+\.)?discord(?:app)?\.com", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")

_GAP = re.compile(r"[\t-\r\x85\u2028\u2029]\s*|[^\S\n]{2,}")  # a line break, or the space between cells
_STOPS = "、。，；：！？」』）〉》】"  # behind them, words of unspaced scripts begin
_WORD = re.compile(rf"\S+?(?:(?<=[{_STOPS}])(?![{_STOPS}])|(?!\S))")
_SPACED = re.compile(rf"[^\W{UNSPACED}]")
_FULL_STOP = re.compile(r"[.!?…。！？؟।]\W*\Z")
_REACH = 500  # characters before and after a sentence in which words around it are looked for
_CHUNK = 1 << 16


class _Folds(dict[int, str]):
    """What browsers do not tell apart: case, accents, width, quotation marks, invisible characters."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in "‘’‚‛′‹›":
            folded = "'"
        elif character in "“”„‟″«»":
            folded = '"'
        else:
            plain = unicodedata.normalize("NFKD", character.casefold())
            folded = "".join(
                part
                for part in plain
                if not unicodedata.combining(part) and unicodedata.category(part) != "Cf"
            )
        self[code] = folded
        return folded


_FOLDS = _Folds()


@dataclass(frozen=True, slots=True)
class TextDirective:
    """The words that name a sentence in a page; if `end` is empty, `start` is the whole sentence."""

    start: str
    end: str = ""
    prefix: str = ""
    suffix: str = ""

    def __str__(self) -> str:
        """Return what follows `text=`, percent-encoded."""
        prefix = f"{_encoded(self.prefix)}-" if self.prefix else ""
        suffix = f"-{_encoded(self.suffix)}" if self.suffix else ""
        return ",".join(filter(None, (prefix, _encoded(self.start), _encoded(self.end), suffix)))


class PageText:
    """The text of an article, in which sentences are named by words that stand nowhere before them."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _chunks(self) -> list[str]:
        return [_squashed(self._text[at : at + _CHUNK]) for at in range(0, len(self._text), _CHUNK)]

    @cached_property
    def _squashed(self) -> str:
        return "".join(self._chunks)

    def directive(self, block: Block, start: int, end: int) -> TextDirective | None:
        """Name the sentence `text[start:end]` of a block.

        None if a page shows it otherwise, or if no words lead to it alone.
        """
        if self._is_shown_otherwise(block) or self._splits_word(start) or self._splits_word(end):
            return None
        lines = self._lines(block, start, end) if len(self._text) <= LONGEST_ARTICLE else []
        if not lines or CONTROLS.search(self._text, lines[0][0], lines[-1][1]):
            return None
        place = self._place(lines[0][0])
        places = range(place, place + len(_squashed(self._text[lines[0][0] : lines[-1][1]])))
        names = self._names(lines)
        around = self._names_with_context(block, lines, names)
        candidates = chain(around, names) if self._may_be_in_menus(block, lines) else chain(names, around)
        return next((each for each in candidates if self._leads_to(places, each)), None)

    def _names(self, lines: Sequence[Span]) -> list[TextDirective]:
        """Return ways to name a sentence by its own words, the shortest first."""
        text, (start, end) = self._text, lines[0]
        whole = TextDirective(text[start:end])
        words = list(_words(text, start, end))
        short = len(words) <= WHOLE_WORDS and end - start <= WHOLE_LENGTH
        if len(lines) == 1 and (short or len(words) == 1):
            return [whole]
        last = words if len(lines) == 1 else list(_words(text, *lines[-1]))
        names = []
        least = min(START_WORDS, (len(words) + 1) // 2 if len(lines) == 1 else len(words))
        while least > 1 and words[least - 1][1] - start > ENOUGH:
            least -= 1
        for count in range(least, min(MOST_START_WORDS, len(words)) + 1):
            stop = words[count - 1][1]
            if ending := self._ending(stop, last):
                names.append(TextDirective(text[start:stop], ending))
        if len(lines) == 1 and end - start <= MOST_WHOLE_LENGTH:
            names.append(whole)
        return names

    def _ending(self, stop: int, words: Sequence[Span]) -> str:
        """Return the last words of a sentence that stand at its end alone, from `stop` on; "" if none do."""
        words = [word for word in words if word[0] >= stop]
        rest = _folded(self._text[stop : words[-1][1]]) if words else ""
        least = min(END_WORDS, len(words))
        while least > 1 and words[-1][1] - words[-least][0] > ENOUGH:
            least -= 1
        for count in range(least, min(MOST_END_WORDS, len(words)) + 1):
            ending = self._text[words[-count][0] : words[-1][1]] if count else ""
            first = re.search(_whole_words(_folded(ending)), rest) if _squashed(ending) else None
            if first and first.end() == len(rest):
                return ending
        return ""

    def _names_with_context(
        self, block: Block, lines: Sequence[Span], names: Sequence[TextDirective]
    ) -> Iterator[TextDirective]:
        """Yield ways to name a sentence with words around it: those in its own line, then those beside it."""
        if block.kind is BlockKind.DEFINITION:
            yield from self._names_behind(lines)
        before, in_line_before = self._before(block, lines[0][0])
        after, in_line_after = self._after(block, lines[-1][1])
        wholes = [name for name in names if not name.end]
        for in_line, count in product((True, False), CONTEXT_WORDS):
            if before and in_line_before is in_line:
                prefix = self._text[before[-count:][0][0] : before[-1][1]]
                yield from (replace(name, prefix=prefix) for name in dict.fromkeys((*names[:1], *wholes)))
            if after and in_line_after is in_line:
                suffix = self._text[after[0][0] : after[:count][-1][1]]
                yield from (replace(name, suffix=suffix) for name in wholes)
        if before and after:
            most = max(CONTEXT_WORDS)
            prefix = self._text[before[-most:][0][0] : before[-1][1]]
            suffix = self._text[after[0][0] : after[:most][-1][1]]
            yield from (replace(name, prefix=prefix, suffix=suffix) for name in wholes)
        if not block.cells:
            yield from self._names_behind(lines)

    def _names_behind(self, lines: Sequence[Span]) -> Iterator[TextDirective]:
        """Yield ways to name what stands behind the first line: what is said about a term, say."""
        if len(lines) > 1:
            first = self._text[slice(*lines[0])]
            yield from (replace(name, prefix=first) for name in self._names(lines[1:]))

    def _before(self, block: Block, start: int) -> tuple[list[Span], bool]:
        """Return the words before an offset, up to a line break, and whether that is behind them."""
        lines = _pieces(self._text, max(block.start, start - _REACH), start)
        in_line = bool(lines) and not _GAP.search(self._text, lines[-1][1], start)
        if not lines:
            lines = _pieces(self._text, max(0, block.start - _REACH), block.start)
        if not lines:
            return [], False
        first, last = lines[-1]
        column = block.cells[-1].column if block.cells else ""
        if column and self._text.endswith(column, first, last):
            first = last - len(column)  # the names of the columns, of which each stands in a cell of its own
        words = list(_words(self._text, first, last))
        cut = first > 0 and not self._text[first - 1].isspace() and len(words) > 1
        return words[1:] if cut else words, in_line

    def _after(self, block: Block, end: int) -> tuple[list[Span], bool]:
        """Return the words behind an offset, up to a line break, and whether none is before them."""
        lines = _pieces(self._text, end, min(block.end, end + _REACH))
        in_line = bool(lines) and not _GAP.search(self._text, end, lines[0][0])
        if not lines:
            lines = _pieces(self._text, block.end, min(len(self._text), block.end + _REACH))
        if not lines:
            return [], False
        first, last = lines[0]
        words = list(_words(self._text, first, last))
        cut = last < len(self._text) and not self._text[last].isspace() and len(words) > 1
        return words[:-1] if cut else words, in_line

    def _lines(self, block: Block, start: int, end: int) -> list[Span]:
        """Return the parts of a sentence that a page shows in one line or cell each."""
        cells = [
            (max(cell.start, start), min(cell.end, end))
            for cell in block.cells
            if cell.start < end and cell.end > start
        ]
        return [line for first, last in cells or [(start, end)] for line in _pieces(self._text, first, last)]

    def _may_be_in_menus(self, block: Block, lines: Sequence[Span]) -> bool:
        """Tell whether a menu or a list of contents may have the words, where no article shows it."""
        start, end = lines[0]
        is_label = len(list(_words(self._text, start, end))) <= LABEL_WORDS
        is_label = is_label and not _FULL_STOP.search(self._text[max(start, end - 9) : end])
        return block.kind is BlockKind.HEADING or (is_label and (len(lines) == 1 or bool(block.cells)))

    def _is_shown_otherwise(self, block: Block) -> bool:
        """Tell whether a page shows a block in another way: the names of columns are cells, not a line."""
        if block.kind is BlockKind.CAPTION:
            following = self._text[block.end : block.end + _REACH].lstrip().partition("\n")[0]
            return "\t" in following
        return block.kind in (BlockKind.CODE, BlockKind.CONTENTS)

    def _leads_to(self, places: range, name: TextDirective) -> bool:
        """Tell whether a browser that knew the article alone would find the words at these places first."""
        prefix = _squashed(name.prefix)
        found = self._squashed.find(prefix + _squashed(name.start) + _squashed(name.suffix))
        return found + len(prefix) in places

    def _place(self, offset: int) -> int:
        """Return where an offset of the text stands in the squashed text."""
        chunk = offset // _CHUNK
        return sum(map(len, self._chunks[:chunk])) + len(_squashed(self._text[chunk * _CHUNK : offset]))

    def _splits_word(self, offset: int) -> bool:
        return self._text[max(0, offset - 1) : offset].isalnum() and self._text[offset : offset + 1].isalnum()


def sentence_link(
    url: str | None, file: str, text: PageText, block: Block, start: int, end: int
) -> str | None:
    """Return the address that opens at the sentence from `start` to `end` of an article, in this block.

    `url`, `file` and `text` are the article's. None if it has no web address, if its page shows the sentence
    otherwise, or if no link of at most `LONGEST_LINK` characters leads to it alone.
    """
    if url is None or not _is_page(url):
        return None
    address, _, fragment = url.partition("#")
    suffix = PurePosixPath(file).suffix.lower()
    if suffix == ".pdf":
        link = f"{address}#page={block.page}" if block.page else ""
    elif suffix in _NOT_PAGES or (directive := text.directive(block, start, end)) is None:
        link = ""
    else:
        link = f"{address}#{fragment.partition(':~:')[0]}:~:text={directive}"
    return link if 0 < len(link) <= LONGEST_LINK else None


def with_links(cited: Sequence[CitedReading], catalog: AnyCatalog) -> list[CitedReading]:
    """Give each reading whose article has an address the link to its sentence."""
    rows = {reading.reading.candidate.article for reading in cited if reading.article.url}
    articles = {article.row: article for article in catalog.article_rows(rows)}
    texts = {row: PageText(catalog.text(row)) for row in rows}
    linked = []
    for each in cited:
        candidate = each.reading.candidate
        if article := articles.get(candidate.article):
            place = candidate.block, candidate.start, candidate.end
            each = replace(each, link=sentence_link(article.url, article.file, texts[article.row], *place))
        linked.append(each)
    return linked


def _is_page(url: str) -> bool:
    """Tell whether an address is one of the web, and of a page rather than a message."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    in_web = parts.scheme in ("http", "https") and bool(host) and not _UNPRINTABLE.search(url)
    return in_web and not _MESSAGES.fullmatch(host or "")


def _folded(text: str) -> str:
    """Return a text as browsers compare it."""
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def _squashed(text: str) -> str:
    """Return a text as browsers compare it, without its spaces."""
    return "".join(_folded(text).split())


def _whole_words(text: str) -> str:
    """Return a pattern of a text that begins and ends with a word, with any space between its words."""
    words = r"\s+".join(map(re.escape, text.split()))
    before = r"(?<!\w)" if _SPACED.match(text) else ""
    return before + words + (r"(?!\w)" if _SPACED.match(text[-1:]) else "")


def _encoded(words: str) -> str:
    return quote(words, safe="", errors="replace").replace("-", "%2D")


def _pieces(text: str, start: int, end: int) -> list[Span]:
    """Return the parts of a text between line breaks and wide spaces that hold a letter or digit."""
    gaps = [match.span() for match in _GAP.finditer(text, start, end)]
    pieces = []
    for first, last in zip([start, *(gap[1] for gap in gaps)], [*(gap[0] for gap in gaps), end], strict=True):
        shown = text[first:last]
        if any(map(str.isalnum, shown)):
            pieces.append((last - len(shown.lstrip()), first + len(shown.rstrip())))
    return pieces


def _words(text: str, start: int, end: int) -> Iterator[Span]:
    return (match.span() for match in _WORD.finditer(text, start, end))
