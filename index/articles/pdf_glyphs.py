"""Characters of a PDF's pages with their places, sizes and fonts, as pdfium draws them."""

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

_FIXED_PITCH, _FORCE_BOLD = 1, 1 << 18  # bits of a font's flags
# "Helvetica-Bold", "CMBX10", "NimbusRomNo9L-Medi", not "Roboto-Medium"; pdfium's weights are guesses.
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi|cmbx|medi(?!um)", re.IGNORECASE)
_FIXED_PITCH_NAME = re.compile(rb"courier|mono|consol|typewriter|cmtt|sftt", re.IGNORECASE)
_LINE_END_HYPHENS = frozenset("\x02\ufffe\u00ad\u2010\u2011")  # the first two are pdfium's marks of one
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_THIN = 2.5  # points: a drawing that is not higher is a ruling line
_SHORTEST_RULE = 15.0  # points
_SHORTEST_UPRIGHT = 8.0


class Font(NamedTuple):
    """What a font looks like."""

    bold: bool
    fixed_pitch: bool


class Glyph(NamedTuple):
    """A visible character: its text, its box, its font and its link; lengths are in points, y grows upwards.

    `spaced` tells whether the file has a space before it, which may be too narrow to be seen.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    font: Font
    spaced: bool
    address: str | None


class Rule(NamedTuple):
    """A horizontal ruling line."""

    left: float
    right: float
    y: float


class VerticalRule(NamedTuple):
    """A vertical ruling line."""

    x: float
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class PdfPage:
    """A page, numbered from 1: its characters in the order of the file, upright, and its ruling lines.

    `aside` has the characters that are turned against most of the page's, turned back.
    """

    number: int
    glyphs: list[Glyph]
    aside: list[Glyph]
    rules: list[Rule]
    uprights: list[VerticalRule]


class _Style(NamedTuple):
    """What the characters of one text object share; `turns` counts quarter turns to the left."""

    turns: int
    baseline: float
    size: float
    font: Font


def read_page(document: pypdfium2.PdfDocument, number: int) -> PdfPage:
    """Return a page, its `number` counted from 1."""
    page = document[number - 1]
    try:
        by_turns: dict[int, list[Glyph]] = {}
        text_page = page.get_textpage()
        for turns, glyph in _glyphs(page, text_page):
            by_turns.setdefault(turns, []).append(glyph)
        upright = max(by_turns, key=lambda turns: len(by_turns[turns]), default=0)
        aside = [glyph for turns, glyphs in by_turns.items() if turns != upright for glyph in glyphs]
        rules, uprights = _rules(page) if upright == 0 else ([], [])
        return PdfPage(number, by_turns.get(upright, []), aside, rules, uprights)
    finally:
        page.close()


def _glyphs(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> Iterator[tuple[int, Glyph]]:
    raw = text_page.raw
    shown = page.get_bbox()
    links = _links(page)
    box = pdfium.FS_RECTF()
    box_pointer = ctypes.byref(box)
    style: _Style | None = None
    text_object = vertical = None
    spaced = True
    for number in range(pdfium.FPDFText_CountChars(raw)):
        code = pdfium.FPDFText_GetUnicode(raw, number)
        character = chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        if character.isspace() or character == "\0":
            spaced = True
            continue
        if not pdfium.FPDFText_GetLooseCharBox(raw, number, box_pointer):
            continue
        left, bottom, right, top = box.left, box.bottom, box.right, box.top
        if right < shown[0] or left > shown[2] or top < shown[1] or bottom > shown[3]:
            continue  # outside what is shown of the page
        # Asking for each character's object takes as long as all the rest; it changes with words or heights.
        if style is None or spaced or style.turns or vertical != (bottom, top):
            vertical = (bottom, top)
            present = pdfium.FPDFText_GetTextObject(raw, number)
            address = ctypes.addressof(present.contents) if present else None
            if style is None or address is None or address != text_object:
                text_object = address
                style = _style(raw, number)
        if style.turns:
            left, right = _turned(style.turns, left, bottom, right, top)
        text = "-" if character in _LINE_END_HYPHENS else _LIGATURES.get(character, character)
        link = _link_at(links, (box.left + box.right) / 2, (box.bottom + box.top) / 2) if links else None
        yield style.turns, Glyph(text, left, right, style.baseline, style.size, style.font, spaced, link)
        spaced = False


def _turned(turns: int, left: float, bottom: float, right: float, top: float) -> tuple[float, float]:
    """Return where a character begins and ends along its line, which is turned to the left `turns` times."""
    return {1: (bottom, top), 2: (-right, -left), 3: (-top, -bottom)}[turns]


def _style(raw: pdfium.FPDF_TEXTPAGE, number: int) -> _Style:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(raw, number, x, y)
    matrix = pdfium.FS_MATRIX(1, 0, 0, 1, 0, 0)
    pdfium.FPDFText_GetMatrix(raw, number, matrix)
    turns = round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4
    size = pdfium.FPDFText_GetFontSize(raw, number) * math.hypot(matrix.c, matrix.d)
    baseline = (y.value, -x.value, -y.value, x.value)[turns]
    return _Style(turns, baseline, size or 1.0, _font(raw, number))


def _font(raw: pdfium.FPDF_TEXTPAGE, number: int) -> Font:
    flags = ctypes.c_int()
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(raw, number, name, 128, flags)
    return Font(
        bool(flags.value & _FORCE_BOLD or _BOLD_NAME.search(name.value)),
        bool(flags.value & _FIXED_PITCH or _FIXED_PITCH_NAME.search(name.value)),
    )


_Box = tuple[float, float, float, float]


def _links(page: pypdfium2.PdfPage) -> list[tuple[_Box, str]]:
    """Return the boxes of the page that link to web and mail addresses, with the addresses."""
    links: list[tuple[_Box, str]] = []
    position = ctypes.c_int(0)
    link = pdfium.FPDF_LINK()
    while pdfium.FPDFLink_Enumerate(page.raw, position, link):
        action = pdfium.FPDFLink_GetAction(link)
        box = pdfium.FS_RECTF()
        if not action or not pdfium.FPDFLink_GetAnnotRect(link, box):
            continue
        length = pdfium.FPDFAction_GetURIPath(page.pdf.raw, action, None, 0)
        buffer = ctypes.create_string_buffer(max(length, 1))
        pdfium.FPDFAction_GetURIPath(page.pdf.raw, action, buffer, length)
        address = buffer.value.decode("utf-8", "replace")
        if address.startswith(("http://", "https://", "mailto:")):
            links.append(((box.left, box.bottom, box.right, box.top), address))
    return links


def _link_at(links: list[tuple[_Box, str]], x: float, y: float) -> str | None:
    inside = (
        address for (left, bottom, right, top), address in links if left <= x <= right and bottom <= y <= top
    )
    return next(inside, None)


def _rules(page: pypdfium2.PdfPage) -> tuple[list[Rule], list[VerticalRule]]:
    """Return the lines of the page's drawings, and the edges of its boxes."""
    rules: list[Rule] = []
    uprights: list[VerticalRule] = []
    for drawing in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH,), max_depth=4):
        left, bottom, right, top = drawing.get_bounds()
        if right - left >= _SHORTEST_RULE:
            rules += [Rule(left, right, y) for y in ((bottom, top) if top - bottom > _THIN else (bottom,))]
        if top - bottom >= _SHORTEST_UPRIGHT:
            places = (left, right) if right - left > _THIN else (left,)
            uprights += [VerticalRule(x, bottom, top) for x in places]
    return rules, uprights
