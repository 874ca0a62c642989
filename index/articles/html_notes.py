"""Notes in an HTML page: the "[1]" that leads to one, the mark that leads back, the title of its box."""

import re

from index.articles.html_tree import Element, pattern_of_names, text_of

_ROLES = frozenset(("doc-backlink", "doc-noteref"))
_NAMES = pattern_of_names(r"footnote_(?:back\w*|ref\w*) fn_?ref note_?ref")
_TITLE = pattern_of_names("(?:admonition|alert|callout|custom_block|sidebar|topic)_(?:heading|title)")
_LONGEST = 20  # characters
_MARK = r"(?:(?:n|nb|note)?\d{1,3}|[a-z]{1,2}|[*†‡§])"
_BRACKETED = re.compile(rf"(?:\[{_MARK}\])+", re.IGNORECASE)
_RAISED = re.compile(rf"[\[(]?{_MARK}(?:(?:[,;]|\]\[|\)\(){_MARK})*[\])]?", re.IGNORECASE)


def is_note_mark(element: Element) -> bool:
    """Tell whether an element only leads to a note, or from it back to the text."""
    if element.tag not in ("a", "sup") or not 0 < element.length <= _LONGEST:
        return False
    inside = next(element.elements(), None)
    address = element.get("href") or (inside.get("href") if inside is not None else "")
    raised = element.tag == "sup" or (inside is not None and inside.tag == "sup")
    if raised and ("#" in address or (element.links and element.links.in_page)):
        return _RAISED.fullmatch(_mark(element)) is not None
    if (
        element.tag == "a"
        and "#" in address
        and (element.get("role") in _ROLES or _NAMES.search(element.names))
    ):
        return True
    return address.startswith("#") and _BRACKETED.fullmatch(_mark(element)) is not None


def is_note_title(element: Element | None) -> bool:
    """Tell whether an element is the title of a box with a note, by its names."""
    return element is not None and _TITLE.search(element.names) is not None


def close_gap(before: list[Element | str], text: str) -> str:
    """Take the space before a mark that is left out away; return the text behind the mark, fit to follow."""
    if not before:
        return text.lstrip()
    if isinstance(before[-1], str) and not text[:1].isalnum():
        before[-1] = before[-1].rstrip()
    return text


def _mark(element: Element) -> str:
    return text_of(element, _LONGEST * 2).replace(" ", "")
