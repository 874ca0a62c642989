"""Tabs of an HTML page: each panel below the tab that shows it, like a part that a click opens."""

from itertools import islice

from index.articles.html_tree import Element, pattern_of_names

_TAB = pattern_of_names("tabs_(?:item|label|link|tab|title) tab_(?:button|item|label|link|title|trigger)")
_TABS = pattern_of_names("tabbed_labels")
_PANEL = pattern_of_names("tab_(?:body|content|pane|panel) tabbed_block tabs_panel")
_PANELS = frozenset(("article", "div", "section"))
_LONGEST_TAB = 100  # characters


def join_tabs(root: Element) -> None:
    """Make each panel of a set of tabs a part that a click opens, with the tab as its summary.

    As many tabs as there are panels stand right before the panels, or one before each.
    """
    tabs: list[Element] = []  # one right after the other
    waiting: list[tuple[Element, Element | None, bool]] = [(root, None, False)]
    while waiting:
        element, around, is_first_panel = waiting.pop()
        if _is_tab(element, around):
            tabs.append(element)
            continue
        if around is not None and is_first_panel:
            _join_panels(around, tabs)
        if is_first_panel or any(
            isinstance(child, str) and not child.isspace() for child in element.children
        ):
            tabs = []
        children = list(element.elements())
        panels = list(islice(filter(_is_panel, children), 2))
        first_panel = panels[0] if len(panels) > 1 else None
        waiting += [(child, element, child is first_panel) for child in reversed(children)]


def _join_panels(around: Element, tabs: list[Element]) -> None:
    """Join the panels in an element, the first of which comes next, to the tabs before or between them."""
    panels = [child for child in around.elements() if _is_panel(child)]
    between = [child for child in around.elements() if _is_tab(child, around)]
    for group in (tabs, between):
        if len(group) == len(panels):
            for tab, panel in zip(group, panels, strict=True):
                _join(tab, panel)
            return


def _is_tab(element: Element, around: Element | None) -> bool:
    if not 0 < element.length <= _LONGEST_TAB:
        return False
    if element.get("role") == "tab" or _TAB.search(element.names):
        return True
    return element.tag == "label" and around is not None and _TABS.search(around.names) is not None


def _is_panel(element: Element) -> bool:
    named = element.get("role") == "tabpanel" or _PANEL.search(element.names) is not None
    return named and element.tag in _PANELS


def _join(tab: Element, panel: Element) -> None:
    """Move the words of a tab to the top of its panel."""
    summary = Element("summary")
    summary.children, tab.children = tab.children, []
    summary.length, tab.length = tab.length, 0
    tab.links = None
    panel.tag = "details"
    panel.children.insert(0, summary)
    panel.length += summary.length
