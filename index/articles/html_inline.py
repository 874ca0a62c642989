"""Text inside a block of an HTML page: white space, line breaks and links."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urljoin, urlsplit

from index.articles.document import Run
from index.articles.html_tree import HEADINGS, Element

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form header hgroup hr html legend li listing main menu nav ol p pre search "
    "section summary table tbody td tfoot th thead tr ul xmp".split()
) | frozenset(HEADINGS)
"""Elements that begin on a line of their own."""

LONGEST_LEAD = 240
"""Characters of what introduces a block, so that it stays in proportion to the page."""
LONGEST_ADDRESS = 2_000
"""Characters of the longest address that links are followed from."""

# What Google Docs and its mail write in place of a link: "https://www.google.com/url?q=https://example.org"
_REDIRECT = re.compile(r"https?://www\.google\.com/url\?", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")
RAISED = re.compile(r"[0-9+\-−=()n]+")
"""What is seen raised or lowered as the characters of these tables."""
SUPERSCRIPTS = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
SUBSCRIPTS = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)\S+", re.IGNORECASE)


def single_spaced(text: str) -> str:
    """Return a text with its white space as a browser shows it; no-break spaces are none."""
    return _SPACE.sub(" ", text)


def runs_in(element: Element, address: str, *, line_breaks: bool = False) -> Iterator[Run]:
    """Yield the text of an element as that of one block, with line breaks around the blocks in it.

    `line_breaks` tells that line feeds in the page are line breaks, too.
    """
    waiting: list[tuple[Element | str, str | None]] = [(element, None)]
    while waiting:
        node, link = waiting.pop()
        if isinstance(node, str):
            yield Run(node if line_breaks or node == "\n" else single_spaced(node), link)
        elif node.tag == "br":
            yield Run("\n")
        elif (raised := raised_text(node)) is not None:
            yield Run(raised, link)
        else:
            link = link_address(node, address) or link
            around = [("\n", None)] if node is not element and node.tag in BLOCKS else []
            waiting += [*around, *((child, link) for child in reversed(node.children)), *around]


def raised_text(element: Element) -> str | None:
    """Return what is seen of raised or lowered digits, "³" of "<sup>3</sup>"; None for any other element."""
    if element.tag not in ("sup", "sub") or any(element.elements()):
        return None
    text = "".join(child for child in element.children if isinstance(child, str)).strip()
    if not RAISED.fullmatch(text):
        return None
    return text.translate(SUPERSCRIPTS if element.tag == "sup" else SUBSCRIPTS)


def link_address(element: Element, address: str) -> str | None:
    """Return the address that a link leads to, None if it is no link to a page, a mailbox or a telephone.

    A relative one is taken from `address`, that of the page.
    """
    if element.tag != "a" or not (link := element.get("href").strip()):
        return None
    try:
        joined = urljoin(address, link) if address and len(address) <= LONGEST_ADDRESS else link
        if _REDIRECT.match(joined):
            joined = parse_qs(urlsplit(joined).query).get("q", [joined])[0]
    except ValueError:
        return None
    return joined if _ADDRESS.fullmatch(joined) else None
