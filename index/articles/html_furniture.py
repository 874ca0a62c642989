"""Names that say of an element of an HTML page that it is furniture: what every page of a site has.

Classes are given for looks, so that any words of one count. An id is often made of the words of a heading,
"adding-a-footer", by Sphinx, MkDocs, Hugo and others: it counts as a whole only, for what can be furniture.
"""

import re

from index.articles.html_tree import HEADINGS, Element, pattern_of_names, text_of, words_in

# Elements whose ids count. Those of headings, terms, items and rows, and in lines, are places to link to.
_HOLDING_PARTS = frozenset(
    "article aside center details dialog dir div dl fieldset footer form header main menu nav ol p section "
    "table td ul".split()
)
# What is added to the names of furniture in ids: "left-sidebar", "p-navigation", "footer_wrapper", "nav2".
_BEFORE = "bottom|global|header|left|main|mw|my|p|page|primary|right|secondary|site|top"
_AFTER = (
    r"area|bar|bottom|box|buttons?|container|content|form|header|inner|left|links?|main|menu|outer|right|row|"
    r"section|thread|top|widgets?|wrap|wrapper|\d+"
)
# "3.2. " before a heading, and any number: "4 Navigation", "navigation-1"
_NUMBER_OF_SECTION = re.compile(r"\A\s*(?:\d+\.)+\d*(?=\s)")
_NUMBER = re.compile(r"(?<= )\d+ ")
_MOST_NODES_BEFORE_HEADING = 20
_LONGEST_HEADING = 200  # characters: a longer one names no furniture, nor does a longer id
_LONGEST_ID = 100


class FurnitureNames:
    """Names of a kind of furniture, in which `_` stands for a space.

    `titled` tells that it may have its own name as its heading where it is not in the page's main part.
    """

    def __init__(self, names: str, *, titled: bool = False) -> None:
        self._pattern = pattern_of_names(names)
        alternatives = "|".join(names.split()).replace("_", " ")
        self._around = re.compile(rf" (?:(?:{_BEFORE}) )?(?:{alternatives})(?: (?:{_AFTER})){{0,2}} ")
        self._titled = titled

    def fits(self, element: Element, in_main: bool) -> bool:
        """Tell whether the classes or the id of an element are such names.

        `in_main` tells whether it stands in the page's main part.
        """
        if self._pattern.search(element.class_names):
            return True
        if element.tag not in _HOLDING_PARTS or not 0 < len(element.get("id")) <= _LONGEST_ID:
            return False
        words = words_in(element.get("id"))
        if not (self._pattern if in_main else self._around).fullmatch(words):
            return False
        linked = element.links.characters if element.links else 0
        if not in_main and (self._titled or 2 * linked >= element.length):
            return True
        return not is_named_by_heading(element, counts=self._titled)


def is_named_by_heading(element: Element, *, counts: bool = False) -> bool:
    """Tell whether the id of an element is made of the words of the heading that it begins with.

    `counts` tells that a number in the heading may count something, "3 comments", which is no heading's id.
    """
    heading = words_in(_NUMBER_OF_SECTION.sub("", _first_heading(element)))
    words = words_in(element.get("id"))
    return words == heading if counts else _NUMBER.sub("", words) == _NUMBER.sub("", heading)


def _first_heading(element: Element) -> str:
    """Return the text of the heading that an element begins with, "" if it begins with none."""
    waiting: list[Element | str] = [element]
    for _ in range(_MOST_NODES_BEFORE_HEADING):
        if not waiting:
            break
        node = waiting.pop()
        if isinstance(node, str):
            if node.strip():
                break
        elif node.tag in HEADINGS:
            return text_of(node, _LONGEST_HEADING)
        else:
            waiting += reversed(node.children[:_MOST_NODES_BEFORE_HEADING])
    return ""


FURNITURE = FurnitureNames(
    r"ads? advert\w* back_to_top breadcrumbs? cat_?links consent cookiebanner cookieconsent edit_?section "
    r"cookies?(?:_\w+)?_(?:banner|bar|consent|dialog|info|message|modal|notice|overlay|policy|popup|wall) "
    r"fn_bracket footer gdpr jumpbox\w* linenodiv linenos? mast_?head most_(?:popular|read) mw_cite_backlink "
    r"mw_collapsible_toggle mw_jump_link mw_portlet mw_redirectedfrom nav navbar navbox nav_?links "
    r"navigation newsletter no_?print online_list page_header_(?:actions|categories) pager pagination "
    r"paywall postprofile post_likes print_only printfooter side_?bar site_(?:header|notice|sub) sponsor\w* "
    r"skip skip_(?:to_content|link|nav) you_may_also_like"
)
"""Names of furniture alone."""
MAYBE_FURNITURE = FurnitureNames(
    r"feedback menu modal popup promo read_more recommend\w* related share sharing social subscribe "
    r"subscription tags toolbar top_?bar trending widgets?"
)
"""Names of furniture that other elements have, too."""
COMMENTS = FurnitureNames(
    "comments comment_(?:list|section|form) commentlist disqus(?:_thread)? respond", titled=True
)
"""Names of what readers wrote below an article."""
