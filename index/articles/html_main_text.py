"""Main text of an HTML page: the page without what is hidden, and without what every page of a site has."""

import re
from collections import Counter
from dataclasses import dataclass

from index.articles.html_furniture import COMMENTS, FURNITURE, MAYBE_FURNITURE, is_named_by_heading
from index.articles.html_gaps import is_gap
from index.articles.html_notes import close_gap, is_note_mark, is_note_title
from index.articles.html_tabs import join_tabs
from index.articles.html_tree import HEADINGS, Element, HtmlPage, pattern_of_names, text_of
from index.articles.html_visibility import Visibility, is_accordion

_FURNITURE_TAGS = frozenset(("footer", "nav"))
_FURNITURE_ROLES = frozenset(
    "alertdialog banner complementary contentinfo dialog menu menubar navigation search toolbar "
    "tooltip".split()
)
_NOTE = pattern_of_names(
    "admonition alert callout caution footnotes? hint important info infobox note notice tip warning"
)
_NOTE_TEXT = re.compile(r"(?:attention|caution|danger|hint|important|info|note|remember|tip|warning)\b", re.I)
_BYLINE = re.compile(r"(?:by|author|last|posted|published|updated|written)\b", re.IGNORECASE)
# "We use cookies. … Accept"
_COOKIES = re.compile(r"\bcookies?\b.*\b(?:accept|agree|allow|consent|got it|ok)\b", re.IGNORECASE)
_OTHER_PAGES = re.compile(
    r"(?:you (?:may|might) also (?:like|enjoy)|(?:most|also) (?:read|popular)|more (?:from|stories|news)|"
    r"related (?:\w+ )?(?:articles|pages|posts|stories|topics)|recommended|read (?:more|next)|trending|"
    r"recently viewed|was this (?:answer|article|page) (?:helpful|useful)|did this answer your question|"
    r"view (?:it|this) .{0,20}in (?:a|your) browser|"
    r"advertisement|share (?:this|on)|follow us|sign up for|subscribe)\b",
    re.IGNORECASE,
)
_SKIP_LINK = re.compile(r"(?:skip|jump|back) to\b", re.IGNORECASE)
_STRUCTURE = frozenset((*HEADINGS, "dl", "ol", "table", "ul"))
_BOXES = frozenset(("aside", "div", "ol", "p", "section", "table", "ul"))
_LONGEST_BANNER = 800
# Names of the element that holds a page's main text, and of no other element.
_MAIN_NAMES = pattern_of_names(
    "article_(?:body|content|text) content content_(?:area|body|main|text) entry_content main main_content "
    "markdown_body mw_content_text page_content post_(?:body|content) story_body"
)


@dataclass(slots=True)
class _MainPart:
    """An element that may be the main part of the page, and how much of the page it holds."""

    element: Element
    length: int = 0
    headings: int = 0


def keep_main_text(page: HtmlPage) -> None:
    """Take hidden elements and navigation out of a page's tree, and what stands around its main part.

    First-level headings around it stay if it has none.
    """
    _prune(page, furniture=True)
    _keep_main_part(page)


def keep_visible(page: HtmlPage) -> None:
    """Take hidden elements out of a page's tree."""
    _prune(page, furniture=False)


def _prune(page: HtmlPage, *, furniture: bool) -> None:
    join_tabs(page.root)
    visibility = Visibility(page)
    below_heading = page.headings == 0
    waiting = [(page.root, False, False)]
    while waiting:
        element, in_main, in_accordion = waiting.pop()
        is_main = element.tag in ("article", "main") or element.get("role") == "main"
        opens = is_accordion(element.names)
        in_accordion = in_accordion or opens
        kept: list[Element | str] = []
        before: Element | None = None
        after_mark = False
        for child in element.children:
            if isinstance(child, str):
                kept.append(close_gap(kept, child) if after_mark else child)
                after_mark = False
                continue
            below_heading = below_heading or child.tag in HEADINGS
            if child.tag == "span" and visibility.is_bold(child):
                child.tag = "b"
            after_mark = is_note_mark(child)
            inside = in_main or is_main
            if not (
                after_mark
                or visibility.hides(child, before, in_accordion)
                or (child.tag == "button" and not _says_something(child, element))
                or (furniture and child.tag == "aside" and not _is_seen_beside(child, inside))
                or (furniture and _is_furniture(page, child, in_main, inside, below_heading))
            ):
                if kept and is_gap(kept[-1], child, element):
                    kept.append(" ")
                kept.append(child)
            before = child
        element.children = kept
        in_main = in_main or is_main
        waiting += [
            (child, in_main, opens or (in_accordion and child.attributes is None))
            for child in reversed(kept)
            if isinstance(child, Element) and child.children
        ]


def _is_furniture(page: HtmlPage, element: Element, in_main: bool, inside: bool, below_heading: bool) -> bool:
    """Tell whether an element is no part of the text: navigation, banners, links to other pages.

    `in_main` tells whether its parent stands in the page's main part, `inside` whether it does itself.
    """
    if element.tag == "a":
        return _is_furniture_link(element)
    if element.outlined or element.tag in ("aside", "body", "html"):
        return False
    if element.tag == "blockquote" or not element.length:
        return False
    if element.tag in ("div", "p") and _is_remark(element):
        return True
    if element.tag == "footer" and in_main and _BYLINE.match(text_of(element)):
        return False
    if element.tag in _FURNITURE_TAGS or element.get("role").lower() in _FURNITURE_ROLES:
        return True
    if element.tag == "header" and not in_main:
        return True
    small = 2 * element.length < page.root.length
    if small and (FURNITURE.fits(element, inside) or COMMENTS.fits(element, inside)):
        return True
    links = element.links
    if small and MAYBE_FURNITURE.fits(element, inside):
        linked = links.characters if links else 0
        if 2 * linked >= element.length or _OTHER_PAGES.match(text_of(element)):
            return True
    if element.tag not in _BOXES or not small:
        return False
    if links and links.links >= 3 and not in_main and not below_heading and not links.in_page:
        return links.characters >= 0.8 * element.length  # a bar of links
    if element.tag == "p" or element.length > _LONGEST_BANNER:
        return False
    beginning = text_of(element)
    if not in_main and _COOKIES.search(beginning):
        return True
    return bool(links) and _OTHER_PAGES.match(beginning) is not None


def _is_seen_beside(aside: Element, in_main: bool) -> bool:
    """Tell whether what stands beside the text is a part of it: a note, a footnote, a box of facts."""
    role = aside.get("role").lower()
    if aside.outlined or is_note_title(next(aside.elements(), None)) or role.startswith("doc-"):
        return True
    if role in _FURNITURE_ROLES - {"complementary"}:
        return False
    if FURNITURE.fits(aside, in_main) or COMMENTS.fits(aside, in_main):
        return False
    beginning = text_of(aside)
    if role == "note" or _NOTE.search(aside.names) or _NOTE_TEXT.match(beginning):
        return True
    linked = aside.links.characters if aside.links else 0
    if not in_main or 2 * linked >= aside.length or _OTHER_PAGES.match(beginning):
        return False
    return any(inner.tag in _STRUCTURE for part in (aside, *aside.elements()) for inner in part.elements())


def _says_something(button: Element, parent: Element) -> bool:
    """Tell whether a button names what it opens, as in lists of questions, and is not just for clicking."""
    return (
        parent.tag in HEADINGS
        or parent.tag in ("dt", "label", "summary")
        or button.has("aria-expanded")
        or button.has("aria-controls")
        or is_accordion(button.names)
        or text_of(button).endswith("?")
    )


def _is_remark(element: Element) -> bool:
    """Tell whether an element is a comment on a document of Google Docs, which stands below the text."""
    first = next(element.elements(), None)
    return first is not None and first.tag == "a" and first.get("href").startswith("#cmnt_ref")


def _is_furniture_link(link: Element) -> bool:
    """Tell whether a link is the mark of a heading, or leads over what comes before the text."""
    if not link.get("href").startswith("#") or link.length > 40:
        return False
    text = text_of(link)
    return not any(map(str.isalnum, text)) or _SKIP_LINK.match(text) is not None


def _keep_main_part(page: HtmlPage) -> None:
    candidates, length, headings = _candidates(page.root)
    main = _main_part(candidates, length, len(headings))
    if main is None:
        return
    inside = _first_level_headings(main)  # one outside is the site's name then
    page.root.children = [main] if inside else [*headings, main]


def _main_part(candidates: list[_MainPart], length: int, headings: int) -> Element | None:
    marked = [c for c in candidates if c.element.tag == "main" or c.element.get("role") == "main"]
    if marked and 4 * marked[0].length >= length:
        return marked[0].element
    times = Counter(candidate.element.names for candidate in candidates)
    articles = [c for c in candidates if c.element.tag == "article"]
    named = [c for c in candidates if c.element.tag != "article" and times[c.element.names] == 1]
    for group in (articles if len(articles) == 1 else [], named):
        holding = [candidate for candidate in group if _holds_the_text(candidate, length, headings)]
        if holding:  # they stand in each other: together they hold more than the page
            near = [candidate for candidate in holding if candidate.length >= 0.7 * holding[0].length]
            return near[-1].element
    return None


def _holds_the_text(candidate: _MainPart, length: int, headings: int) -> bool:
    share = candidate.length / max(length, 1)
    return share >= 0.5 or (share >= 0.3 and candidate.headings == headings == 1)


def _is_named_main(element: Element) -> bool:
    if _MAIN_NAMES.search(element.class_names):
        return True
    return _MAIN_NAMES.search(element.names) is not None and not is_named_by_heading(element)


def _candidates(root: Element) -> tuple[list[_MainPart], int, list[Element]]:
    """Return the elements that may be the main part, the length of all text, and the first-level headings."""
    candidates: list[_MainPart] = []
    headings: list[Element] = []
    length = 0
    # An element, or the number of a candidate that ends here.
    waiting: list[Element | int] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, int):
            candidate = candidates[node]
            candidate.length = length - candidate.length
            candidate.headings = len(headings) - candidate.headings
            continue
        if node.tag == "h1":
            headings.append(node)
        if node.tag not in ("body", "html") and (
            node.tag in ("article", "main") or node.get("role") == "main" or _is_named_main(node)
        ):
            candidates.append(_MainPart(node, length, len(headings)))
            waiting.append(len(candidates) - 1)
        length += sum(len(child.strip()) for child in node.children if isinstance(child, str))
        waiting += [child for child in reversed(node.children) if isinstance(child, Element)]
    return candidates, length, headings


def _first_level_headings(element: Element) -> list[Element]:
    return _candidates(element)[2]
