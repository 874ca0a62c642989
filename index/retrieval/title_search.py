"""Search for articles by what people call them, or by part of their titles, as fast among a million as ten.

Everything is looked up in the catalog's file; nothing is read into memory beforehand.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from index.errors import UnknownArticleError
from index.retrieval.article_names import row_of_earlier_key, rows_called
from index.segmentation.characters import escape_unseen, replace_surrogates
from index.storage.catalog import ArticleRow
from index.storage.joined import AnyCatalog
from index.storage.title_index import FoldedTitle, fold_title, title_words

_MOST_TYPED_WORDS = 12  # more would only take longer
_LONGEST_TYPED = 200
_NAMED = 3  # ids that an error names
_SIMILAR = 60  # percent; less similar ids are named only if there are no others
_KEY = re.compile("[A-Za-z0-9_-]{12}")  # an `article_key`
_CANDIDATES = 100  # titles that are compared with all that was typed

_WHOLE, _BEGUN, _INSIDE, _MISTAKE = 1.0, 0.9, 0.7, 0.1
_LIKENESS = 0.3  # weight of how similar the whole title is to what was typed, and whether it begins so
_SHORTEST_MISTYPED, _SHORTEST_TWICE_MISTYPED = 3, 6  # characters
_MOST_SIMILAR = 64  # words that contain a typed one, and that it may be mistyped for


@dataclass(frozen=True, slots=True)
class TitleSearch:
    """Search in the titles of a catalog; safe to share between threads."""

    catalog: AnyCatalog

    def __len__(self) -> int:
        """Count the articles."""
        return len(self.catalog)

    def page(self, first: int, count: int) -> list[ArticleRow]:
        """List `count` articles from the `first`, counted from 0, in the order of their titles."""
        return self.catalog.article_rows(self.catalog.titles.page(first, count))

    def search(self, typed: str, limit: int = 25) -> list[ArticleRow]:
        """Find up to `limit` articles whose titles are most similar to what was `typed`, best first.

        Words may come in any order and may be incomplete; one that begins no word of a title may be part of
        one, or be mistyped. Finds the first of all titles if nothing is typed, none if none is similar.
        """
        text = fold_title(replace_surrogates(typed[:_LONGEST_TYPED]))
        completions = self.catalog.titles.beginning_with(text, limit)
        words = self._typed_words(text)
        if not words:
            return self.catalog.article_rows(title.article for title in completions)
        ranked = sorted(
            (-_score(title.folded, text, words), title.folded, title.article)
            for title in {*completions, *self._candidates(words, limit)}
        )
        return self.catalog.article_rows(article for _, _, article in ranked[:limit])

    def find(self, key: str) -> ArticleRow | None:
        """Find the article whose `article_key` is `key`; None for no such article, or no key at all.

        The key of an id that has gained or lost the file's extension since still finds its article.
        """
        if article := self.catalog.article_by_key(replace_surrogates(key)):
            return article
        row = row_of_earlier_key(self.catalog, key) if _KEY.fullmatch(key) else None
        return None if row is None else self.catalog.article_row(row)

    def resolve(self, text: str) -> ArticleRow | None:
        """Find the article with the key `text`, or that `row_called` finds; of equal titles the first."""
        if article := self.find(text.strip()):
            return article
        rows = rows_called(self.catalog, text.strip())
        row = rows[0] if len(rows) == 1 else self.catalog.titles.equal(fold_title(replace_surrogates(text)))
        return None if row is None else self.catalog.article_row(row)

    def row_called(self, name: str) -> int:
        """Find the row of the one article with that id, file or title, or a beginning of it, in any case.

        Raises UnknownArticleError if there is none or more than one: it names the nearest ids.
        """
        rows = rows_called(self.catalog, name)
        if len(rows) == 1:
            return rows[0]
        if rows:
            ids = tuple(row.id for row in self.catalog.article_rows(rows[:_NAMED]))
            more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
            could_be = ", ".join(map(escape_unseen, ids))
            raise UnknownArticleError(f"{name[:_LONGEST_TYPED]!r} could be {could_be}{more}", nearest=ids)
        ids = tuple(self._nearest(name))
        near = ", ".join(map(escape_unseen, ids))
        raise UnknownArticleError(
            f"no article is called {name[:_LONGEST_TYPED]!r}; the nearest: {near}", nearest=ids
        )

    def _nearest(self, name: str) -> list[str]:
        """List the ids of the articles whose ids or titles are most similar to a name; at least one."""
        typed = fold_title(replace_surrogates(name[:_LONGEST_TYPED]))
        titles = {row.id: fold_title(row.title) for row in self.search(name, _NAMED)} if typed else {}
        ids = dict.fromkeys([*self.catalog.nearest_ids(name, _NAMED), *titles])
        likeness = {
            id_: max(fuzz.partial_ratio(typed, text) for text in (fold_title(id_), titles.get(id_, "")))
            for id_ in ids
        }
        nearest = sorted(ids, key=lambda id_: -likeness[id_])
        return [id_ for id_ in nearest if likeness[id_] >= _SIMILAR][:_NAMED] or nearest[:1]

    def _typed_words(self, text: str) -> "list[_TypedWord]":
        titles = self.catalog.titles
        vocabulary = cache(titles.words)
        words = [_TypedWord(word) for word in dict.fromkeys(title_words(text))][:_MOST_TYPED_WORDS]
        return [
            word
            if titles.matching(word.prefix_query, 1)
            else replace(word, similar=_similar(word.text, vocabulary))
            for word in words
        ]

    def _candidates(self, words: "Sequence[_TypedWord]", limit: int) -> list[FoldedTitle]:
        """List titles with all of the words that any title has; if these are too few, with some of them."""
        known = [word for word in words if word.known]
        if not known:
            return []
        titles, count = self.catalog.titles, max(_CANDIDATES, 2 * limit)
        candidates = titles.matching(" AND ".join(word.whole for word in known), count)
        if len(candidates) < count:
            candidates += titles.matching(" AND ".join(word.prefix_query for word in known), count)
        if len(candidates) < limit and len(known) > 1:
            candidates += titles.matching_most([word.prefix_query for word in known], 2 * limit)
        return candidates


@dataclass(frozen=True, slots=True)
class _TypedWord:
    """A word that was typed; if no title has one that begins so, the `similar` ones with their scores."""

    text: str
    similar: dict[str, float] | None = None

    @property
    def known(self) -> bool:
        return self.similar != {}

    @property
    def whole(self) -> str:
        return self._either() if self.similar else f'"{self.text}"'

    @property
    def prefix_query(self) -> str:
        return self._either() if self.similar else f'"{self.text}" *'

    def score(self, words: Sequence[str]) -> float:
        """Score how well one of the `words` of a title is this word, from 0 to 1."""
        if self.similar is not None:
            return max((self.similar.get(word, 0.0) for word in words), default=0.0)
        if self.text in words:
            return _WHOLE
        return _BEGUN if any(word.startswith(self.text) for word in words) else 0.0

    def _either(self) -> str:
        return "(" + " OR ".join(f'"{word}"' for word in self.similar or ()) + ")"


def _score(title: str, text: str, words: Sequence[_TypedWord]) -> float:
    """Score how well a folded title matches the folded text that was typed, and its words."""
    in_title = title_words(title)
    matched = sum(word.score(in_title) for word in words) / len(words)
    return matched + _LIKENESS * (fuzz.ratio(text, title) / 100 + title.startswith(text))


def _similar(word: str, vocabulary: Callable[[], dict[str, str]]) -> dict[str, float]:
    """Score the words that contain `word`, and those up to two typing mistakes away from it.

    As what is typed may go on, a longer word counts as far as it was typed.
    """
    if len(word) < _SHORTEST_MISTYPED:
        return {}
    by_initial = vocabulary()
    scores = _mistyped(word, by_initial.get(word[0], "").split(" "))
    text = f" {' '.join(by_initial.values())} "
    for match in islice(re.finditer(re.escape(word), text), _MOST_SIMILAR):
        scores[text[text.rindex(" ", 0, match.start()) + 1 : text.index(" ", match.end())]] = _INSIDE
    # The first letter is seldom the wrong one, and leaves few words to compare.
    return scores or _mistyped(word, text.split())


def _mistyped(word: str, words: Sequence[str]) -> dict[str, float]:
    mistakes = 1 if len(word) < _SHORTEST_TWICE_MISTYPED else 2
    matches = process.extract(
        word,
        [other[: len(word) + 1] for other in words],
        scorer=OSA.distance,
        score_cutoff=mistakes,
        limit=_MOST_SIMILAR,
    )
    return {words[place]: _INSIDE - _MISTAKE * distance for _, distance, place in matches}
