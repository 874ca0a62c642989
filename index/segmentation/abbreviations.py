"""Abbreviations whose full stop does not end a sentence, and what may follow those whose full stop may."""

import re

from index.segmentation.protected_spans import SENTENCE_STARTERS

# The sentence goes on after these, whatever follows.
_NEVER_LAST = frozenset(
    """
    approx cf ca e.g eg excl fig figs ft i.e ie incl mt nr op par ser tab tbsp tel tsp viz vol vols vs
    col gen lt maj sgt capt cmdr rev hon messrs gov sen rep prof dr mr mrs ms s.s h.m.s m.v u.s.s
    """.split()
)
# The sentence goes on after these unless a word follows that often begins one: "3 bn. Euros", "5 deg. C", but
# not in lower case: "max. for two".
_SELDOM_LAST = frozenset(
    "st bn mn tn deg temp pts max min avg dept est no nos ed eds trans art sec ch pt pp p".split()
)
# The sentence goes on after these if a word in lower case or a digit follows.
_OTHERS = frozenset(
    """
    abbr amt apt assn asst ave bldg blvd bros co cont corp dist etc ext gal govt hr hrs hwy inc intl jr lb lbs
    ltd mgr min mins misc natl orig oz pop prev prop qty rd ref refs resp sec secs sr tech univ yr yrs a.m p.m
    am pm al
    """.split()
)
_DAYS = "mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday"
_MONTHS = (
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august "
    "september october november december"
)
_ZONES = (
    "gmt utc bst cet cest est edt cst cdt mst mdt pst pdt eastern central mountain pacific greenwich local"
)
_DAYS_AND_MONTHS = frozenset(f"{_DAYS} {_MONTHS}".split())
_AFTER_TIMES = _DAYS_AND_MONTHS | set(_ZONES.split())
_GERMAN_MONTHS = frozenset(
    "januar februar märz april mai juni juli august september oktober november dezember".split()
)
# The last word and its full stop: "approx.", "p.m.", "al. [14]"
_LAST_WORD = re.compile(r"(?:^|[\s(\[/-])((?:[^\W\d_]+\.)*[^\W\d_]+|\d{1,2})\.(?:\s?\[[^\[\]]*\])?$")
_FIRST_WORD = re.compile(r"\s*[\"'“‘(\[]*([^\W_]+)")


def goes_on(before: str, following: str, capitalised: bool) -> bool:
    """Tell whether a sentence that seems to end with `before` goes on with `following`.

    `capitalised` tells whether sentences of this text begin with capital letters.
    """
    match = _LAST_WORD.search(before[-24:])
    first = _FIRST_WORD.match(following)
    if match is None or first is None:
        return False
    last, word = match[1].lower(), first[1].lower()
    if last in _DAYS_AND_MONTHS and word.isdigit():
        return True
    if last.isdigit():  # "am 3. Mai", "two things: 1. a compass"
        return word in _GERMAN_MONTHS or (capitalised and first[1].islower())
    if last in _NEVER_LAST:
        return True
    if last in _SELDOM_LAST:
        return word not in SENTENCE_STARTERS or (capitalised and first[1].islower())
    if last in ("a.m", "p.m", "am", "pm") and first[1][0].isupper():
        return word in _AFTER_TIMES
    if first[1][0].isupper():
        return False
    return last in _OTHERS or last in _DAYS_AND_MONTHS
