"""Files of office programs without the text that nobody sees in them, or that is struck out.

Neither mammoth nor pandoc tells which text is hidden. Pandoc takes the title of an OpenDocument
text for a paragraph, so it becomes a heading here. Mammoth leaves out formulas and what stands in simple
fields or has a direction of its own, so these become runs of text and what it reads.
"""

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from pathlib import Path

from lxml import etree

from index.articles.word_formulas import MATH, formula_text

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_SLIDES = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# Properties of a run of text in Word that hide it or strike it out
_UNSEEN_IN_WORD = ("vanish", "strike", "dstrike")
# What of a run stays, because the fields around it count on it
_KEPT_OF_RUN = (f"{_WORD}rPr", f"{_WORD}fldChar", f"{_WORD}instrText")
_SIGNS = (b"vanish", b"strike", b"Strike", b'show="0"', b"is-hidden", b"line-through", b"display=")
_TITLE_SIGN = b'style-name="Title"'
# Parts of a paragraph in Word of which mammoth would read nothing, and one of which it reads all
_UNREAD_IN_WORD = (f"{_WORD}fldSimple", f"{_WORD}dir", f"{_WORD}bdo", f"{MATH}oMathPara")
_READ_IN_WORD = f"{_WORD}smartTag"
_UNREAD_SIGNS = (b":fldSimple", b":dir>", b":bdo>", b":oMath")


def without_unseen_text(file: Path) -> BytesIO:
    """Return a Word, OpenDocument or PowerPoint file without hidden and struck text.

    Raises BadZipFile if it is damaged or encrypted. A file without a sign of such text stays as it is, and so
    do parts that are no XML.
    """
    try:
        with zipfile.ZipFile(file) as source:
            contents = {info.filename: source.read(info) for info in source.infolist()}
    except (
        EOFError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
    ) as error:  # also of a file with a password
        raise zipfile.BadZipFile(str(error)) from None
    styles = contents.get("word/styles.xml") or contents.get("styles.xml") or b""
    hides = _has_sign(styles)
    changed = {
        name: _without_unseen(content, styles)
        for name, content in contents.items()
        if name.endswith(".xml")
        and b"<" in content
        and (hides or _has_sign(content) or any(sign in content for sign in (_TITLE_SIGN, *_UNREAD_SIGNS)))
    }
    if not changed:
        return BytesIO(file.read_bytes())
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as target:
        for name, content in (contents | changed).items():
            target.writestr(name, content)
    written.seek(0)
    return written


def _has_sign(content: bytes) -> bool:
    return any(sign in content for sign in _SIGNS)


def _without_unseen(content: bytes, styles: bytes) -> bytes:
    root = _parsed(content)
    if root is None:
        return content
    style_sheet = _parsed(styles)
    sheets = [root] if style_sheet is None else [style_sheet, root]
    unseen = (_unseen_in_word(root, sheets), _unseen_in_opendocument(root, sheets), _unseen_in_slides(root))
    for element in list(chain.from_iterable(unseen)):
        for child in list(element):
            if child.tag not in _KEPT_OF_RUN:
                element.remove(child)
        element.text = None
    for paragraph in list(_titles(root)):
        paragraph.tag = f"{_TEXT}h"
        paragraph.set(f"{_TEXT}outline-level", "1")
    _make_readable(root)
    return etree.tostring(root.getroottree())


def _make_readable(root: etree._Element) -> None:
    """Make a text in Word hold only what mammoth reads, where it would leave out what people see."""
    if not root.tag.startswith(_WORD):
        return
    for formula in list(root.iter(f"{MATH}oMath")):
        shown = formula_text(formula)
        formula.clear()
        formula.tag = f"{_WORD}r"
        etree.SubElement(formula, f"{_WORD}t").text = shown
    for element in list(root.iter(*_UNREAD_IN_WORD)):
        element.tag = _READ_IN_WORD


def _parsed(content: bytes) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return None


def _unseen_in_word(root: etree._Element, sheets: list[etree._Element]) -> Iterator[etree._Element]:
    looks: dict[str, dict[str, bool]] = {}
    for sheet in sheets:
        for style in sheet.iter(f"{_WORD}style"):  # those that it is based on come first
            base = style.find(f"{_WORD}basedOn")
            inherited = looks.get(base.get(f"{_WORD}val", ""), {}) if base is not None else {}
            looks[style.get(f"{_WORD}styleId", "")] = inherited | _word_look(style)
    for paragraph in root.iter(f"{_WORD}p"):
        around = looks.get(_word_style(paragraph, "pPr", "pStyle"), {})
        for run in paragraph.iter(f"{_WORD}r"):
            named = looks.get(_word_style(run, "rPr", "rStyle"), {})
            if any((around | named | _word_look(run)).values()):
                yield run


def _word_style(element: etree._Element, properties: str, name: str) -> str:
    style = element.find(f"{_WORD}{properties}/{_WORD}{name}")
    return "" if style is None else style.get(f"{_WORD}val", "")


def _word_look(element: etree._Element) -> dict[str, bool]:
    """Return which properties hide the text of a run or of a style, or show it though its style hides it."""
    found = {name: element.find(f"{_WORD}rPr/{_WORD}{name}") for name in _UNSEEN_IN_WORD}
    return {
        name: prop.get(f"{_WORD}val", "true") not in ("0", "false", "off")
        for name, prop in found.items()
        if prop is not None
    }


def _unseen_in_opendocument(root: etree._Element, sheets: list[etree._Element]) -> Iterator[etree._Element]:
    unseen: dict[str, bool] = {}
    for sheet in sheets:
        for style in sheet.iter(f"{_STYLE}style"):
            look = style.find(f"{_STYLE}text-properties")
            hidden = None if look is None else look.get(f"{_TEXT}display")
            struck = None if look is None else look.get(f"{_STYLE}text-line-through-style")
            inherited = unseen.get(style.get(f"{_STYLE}parent-style-name", ""), False)
            is_unseen = hidden == "none" or struck not in (None, "none")
            unseen[style.get(f"{_STYLE}name", "")] = is_unseen or (inherited and hidden is struck is None)
    for element in root.iter(f"{_TEXT}p", f"{_TEXT}h", f"{_TEXT}span"):
        if unseen.get(element.get(f"{_TEXT}style-name", "")):
            yield element
    for section in root.iter(f"{_TEXT}section"):
        if section.get(f"{_TEXT}display") == "none":
            yield section
    for field in root.iter(f"{_TEXT}hidden-text", f"{_TEXT}hidden-paragraph"):
        around = field.getparent()
        if field.get(f"{_TEXT}is-hidden") == "true" and around is not None:
            yield around if field.tag == f"{_TEXT}hidden-paragraph" else field


def _titles(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the paragraphs of an OpenDocument text whose style is that of a title, or made of it."""
    styles = {"Title"} | {
        style.get(f"{_STYLE}name", "")
        for style in root.iter(f"{_STYLE}style")
        if style.get(f"{_STYLE}parent-style-name") == "Title" and style.get(f"{_STYLE}display-name") is None
    }
    for paragraph in root.iter(f"{_TEXT}p"):
        if paragraph.get(f"{_TEXT}style-name") in styles:
            yield paragraph


def _unseen_in_slides(root: etree._Element) -> Iterator[etree._Element]:
    if root.tag == f"{_SLIDES}sld" and root.get("show") in ("0", "false"):
        yield from root.iter(f"{_DRAWING}t")
    for run in root.iter(f"{_DRAWING}r"):
        look = run.find(f"{_DRAWING}rPr")
        if look is not None and look.get("strike", "noStrike") != "noStrike":
            yield from run.iter(f"{_DRAWING}t")
