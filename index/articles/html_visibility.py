"""What of an HTML page a person can see: hidden and struck elements, and closed ones that a click opens.

`aria-hidden` counts as hidden, though it is seen: it marks what is said elsewhere, too (the drawn form of a
formula), says nothing (names of icons), or is shown at other times (closed dialogs, copies of slides).
"""

import re
from collections.abc import Callable, Iterable, Iterator

from index.articles.html_tree import HEADINGS, Element, HtmlPage, pattern_of_names, text_of

# "display: none", "visibility:hidden", "opacity:0", "font-size:0", "text-indent:-9999px", "left:-9999px"
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:opacity|font-size)\s*:\s*0(?:\.0+)?(?![.\d])"
    r"|(?<![-\w])color\s*:\s*transparent|clip-path\s*:\s*inset\(\s*(?:50|100)%"
    r"|(?:text-indent|left|top|margin-left)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]",
    re.IGNORECASE,
)
_STRIKING = re.compile(r"text-decoration[\w-]*\s*:[^;]*\bline-through", re.IGNORECASE)
_NOT_STRIKING = re.compile(r"text-decoration[\w-]*\s*:\s*(?:none|underline|inherit)", re.IGNORECASE)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)\b", re.IGNORECASE)
_NOT_BOLD = re.compile(r"font-weight\s*:\s*(?:normal|inherit|[1-5]00)\b", re.IGNORECASE)
# Names of a task that is done, which is not struck by that
_DONE = re.compile(r"checked|completed?\b|done\b|ticked", re.IGNORECASE)
# Whole classes: "strike-team", "tag-strike" and a heading's id "the-miners-strike" strike nothing out.
_STRUCK_CLASSES = frozenset(("line-through", "strike", "strike-through", "strikethrough", "struck"))
_FLAT = re.compile(r"(?<![-\w])(?:max-)?height\s*:\s*0(?![.\d])", re.IGNORECASE)
_CUT_OFF = re.compile(r"overflow\s*:\s*hidden", re.IGNORECASE)
_HIDDEN_NAMES = pattern_of_names(
    "sr_only visually_?hidden screen_?reader screen_reader_(?:text|only) a11y_hidden assistive_text"
)
# "hidden" and "d-none", but not "hidden md:block" and "d-none d-md-block", which large screens show
_HIDDEN_CLASS = re.compile(r"(?:^|\s)(?:(?:is[-_])?hidden|d-none)(?:\s|$)")
_SHOWN_CLASS = re.compile(r":(?:block|flex|grid|inline|table)|\bd-\w+-(?:block|flex|grid|inline|table)")
_BRACE = re.compile("[{}]")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_SIMPLE_SELECTOR = re.compile(r"([a-z][\w-]*)?([.#][\w-]+)|([a-z][\w-]*)", re.IGNORECASE)
_NAME_IN_SELECTOR = re.compile(r"[.#][\w-]+")
_SHOWING = re.compile(
    r"display\s*:\s*(?!none)\w|visibility\s*:\s*visible|max-height\s*:\s*(?!0)", re.IGNORECASE
)

_OPENERS = frozenset(("button", "dt", "label", "summary"))
_PANELS = frozenset(("article", "dd", "details", "div", "li", "ol", "p", "section", "span", "table", "ul"))
_ACCORDION = pattern_of_names(
    r"accordions? answers? collaps\w* disclosure drawer expand\w* faqs? panels? reveal spoilers? toggle\w*"
)
_TAB = pattern_of_names("tab_?(?:content|pane|panel)")
_LONGEST_TITLE = 200  # characters of what stands above a part that it opens
# What opens on a click and is no part of the document.
_FLEETING = pattern_of_names(
    "alert dialog dropdown error lightbox loading login menu message modal nav navbar offcanvas overlay "
    "popup popover search spinner success toast tooltip"
)


class Visibility:
    """Tells which elements of a page are hidden."""

    def __init__(self, page: HtmlPage) -> None:
        self._controlled = page.controlled
        self._hidden_by_style = _selectors(page.styles, _hides, _SHOWING)
        struck = _selectors(page.styles, _strikes, _NOT_STRIKING)
        self._struck_by_style = frozenset(name for name in struck if not _DONE.search(name))
        self._bold_by_style = _selectors(page.styles, _is_weighty, _NOT_BOLD)

    def hides(self, element: Element, before: Element | None, in_accordion: bool) -> bool:
        """Tell whether nobody sees an element, or sees it struck; `before` comes before it in its parent.

        What a click opens is seen: `in_accordion` tells whether the parent is named as holding such parts.
        """
        styled = self._hidden_by_style or self._struck_by_style
        if element.attributes is None and element.tag != "dialog" and not styled:
            return False
        names = element.names
        # An id may be made of the words of a heading: "using-a-screen-reader".
        if _HIDDEN_NAMES.search(element.class_names) or self._is_struck(element):
            return True
        if not self._is_closed(element):
            element.opened = element.get("id") in self._controlled and is_accordion(names)
            return False
        element.opened = self._can_be_opened(element, names, before, in_accordion)
        return not element.opened

    def is_bold(self, element: Element) -> bool:
        """Tell whether the style of an element, or a rule for it, makes it bold."""
        style = element.get("style")
        return _is_weighty(style) or (
            _NOT_BOLD.search(style) is None and _is_styled(element, self._bold_by_style)
        )

    def _is_struck(self, element: Element) -> bool:
        return (
            not _STRUCK_CLASSES.isdisjoint(element.get("class").lower().split())
            or _strikes(element.get("style"))
            or _is_styled(element, self._struck_by_style)
        )

    def _is_closed(self, element: Element) -> bool:
        style = element.get("style")
        return (
            (element.has("hidden") and element.get("hidden") != "until-found")
            or element.get("aria-hidden").lower() == "true"
            or (element.tag == "dialog" and not element.has("open"))
            or (style != "" and _hides(style))
            or _is_hidden_class(element.get("class"))
            or _is_styled(element, self._hidden_by_style)
        )

    def _can_be_opened(
        self, element: Element, names: str, before: Element | None, in_accordion: bool
    ) -> bool:
        if element.tag not in _PANELS or _FLEETING.search(names):
            return False
        if element.get("id") in self._controlled or element.get("role") == "tabpanel" or _TAB.search(names):
            return True
        if before is None:
            return False
        if before.tag in _OPENERS or before.has("aria-expanded") or before.get("role") in ("button", "tab"):
            return True
        if before.has("onclick") or text_of(before).endswith("?"):
            return True
        if (in_accordion or is_accordion(names)) and 0 < before.length < _LONGEST_TITLE:
            return True
        return before.tag in HEADINGS and any(
            child.tag in ("a", "button") or child.has("onclick") for child in before.elements()
        )


def is_accordion(names: str) -> bool:
    """Tell whether an element's names say that a click opens its parts."""
    return _ACCORDION.search(names) is not None


def _is_hidden_class(classes: str) -> bool:
    return _HIDDEN_CLASS.search(classes) is not None and _SHOWN_CLASS.search(classes) is None


def _hides(style: str) -> bool:
    return _HIDING.search(style) is not None or (
        _FLAT.search(style) is not None and _CUT_OFF.search(style) is not None
    )


def _strikes(style: str) -> bool:
    return _STRIKING.search(style) is not None


def _is_weighty(style: str) -> bool:
    return _BOLD.search(style) is not None


def _is_styled(element: Element, selected: frozenset[str]) -> bool:
    """Tell whether an element is one of those that simple selectors stand for."""
    if not selected:
        return False
    selectors = [f".{name}" for name in element.get("class").split()]
    if identifier := element.get("id"):
        selectors.append(f"#{identifier}")
    selectors += [f"{element.tag}{selector}" for selector in selectors] + [element.tag]
    return not selected.isdisjoint(selectors)


def _selectors(
    styles: Iterable[str], applies: Callable[[str], bool], undoing: re.Pattern[str]
) -> frozenset[str]:
    """Return the simple selectors of style rules of a kind, but for those that some other rule undoes."""
    selected: set[str] = set()
    undone: set[str] = set()
    for style in styles:
        for selectors, declarations in _rules(_COMMENT.sub(" ", style)):
            if applies(declarations):
                simple = (selector.strip() for selector in selectors.split(","))
                selected.update(selector for selector in simple if _SIMPLE_SELECTOR.fullmatch(selector))
            elif undoing.search(declarations):
                undone.update(_NAME_IN_SELECTOR.findall(selectors))
    return frozenset(
        selector for selector in selected if undone.isdisjoint(_NAME_IN_SELECTOR.findall(selector))
    )


def _rules(style: str) -> Iterator[tuple[str, str]]:
    """Yield the selectors and the declarations of each rule that holds on every medium."""
    depth = start = 0
    selectors = ""
    for brace in _BRACE.finditer(style):
        part = style[start : brace.start()]
        start = brace.end()
        if brace[0] == "{":
            if depth == 0:
                selectors = part.rpartition(";")[2].strip()  # after "@import …;"
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0 and not selectors.startswith("@"):
                yield selectors, part
