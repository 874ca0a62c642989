"""Copies of a sentence: one place, with the other articles named; newer versions first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from index.reading.reader import RankedQuestion, Reading
from index.reading.repeated_sentences import EQUALLY_NEW, CitedReading, merge_copies
from index.records import Article, Block, BlockKind, Passage, Sentence
from index.storage.catalog import MOST_COPIES, Catalog
from index.storage.catalog_writer import CatalogWriter
from tests.support.candidates import candidate

OLD, NEW = 1_500_000_000, 1_700_000_000
STEPS = "It has nine steps."
PORTS = (("mail", 8080), ("web", 9090))
REBUILT_1901, REBUILT_1902 = (f"The weir was rebuilt in {year} after a flood." for year in (1901, 1902))


def article(id_: str, title: str, text: str, updated: int = 0, section: tuple[str, ...] = ()) -> Article:
    """Return an article of one sentence."""
    block = Block(BlockKind.PARAGRAPH, 0, len(text), section=section)
    return Article(id_, title, text, f"{id_}.md", blocks=(block,), updated=updated)


@dataclass(frozen=True)
class Shelf:
    """A catalog of articles, each of one sentence in the row of the article."""

    catalog: Catalog

    def reading(self, row: int, score: float = 0.5, mark: str = "") -> Reading:
        article = self.catalog.article(row)
        place = article.text.index(mark)
        found = replace(
            candidate(row, article.text), article=row, block=article.blocks[0], title=article.title
        )
        return Reading(found, (place, place + len(mark)) if mark else None, score)

    def cite(
        self, readings: Sequence[Reading], question: str = "How?", count: int = 3, *, narrowed: bool = False
    ) -> list[CitedReading]:
        ranked = RankedQuestion(question, (), lambda _: 1.0, count, narrowed=narrowed)
        return merge_copies(ranked, readings, self.catalog)


def shelf(folder: Path, *articles: Article) -> Shelf:
    with CatalogWriter(folder) as writer:
        for each in articles:
            end = len(each.text)
            writer.add(each, [Sentence(0, end)], [Passage(0, end, 0, 1)])
    return Shelf(Catalog(folder))


def test_equal_sentences_take_one_place_and_name_the_other_articles(tmp_path: Path) -> None:
    library = shelf(
        tmp_path,
        article("copy/weir", "The weir", STEPS),
        article("toll", "The toll house", "It was sold."),
        article("weir", "The weir", "It  has nine Steps.", NEW),
    )
    readings = [library.reading(0, 0.9, "nine steps"), library.reading(2, 0.8), library.reading(1, 0.1)]
    first, second = library.cite(readings)
    assert (first.article.id, [source.id for source in first.also]) == ("weir", ["copy/weir"])
    assert (first.reading.score, first.reading.highlight, first.also_count) == (0.9, (8, 18), 1)
    assert (second.article.id, second.also, second.also_count) == ("toll", (), 0)


def test_copies_that_were_not_read_are_named_and_the_newest_is_cited(tmp_path: Path) -> None:
    library = shelf(tmp_path, *(article(f"a{n}", "A", STEPS, OLD + n * EQUALLY_NEW) for n in range(9)))
    (cited,) = library.cite([library.reading(3, 0.9, "nine")])
    assert (cited.article.id, cited.reading.candidate.row, cited.reading.highlight) == ("a8", 8, (7, 11))
    assert [source.id for source in cited.also] == [f"a{n}" for n in reversed(range(8))]


def test_of_hundreds_of_copies_all_are_counted_and_the_newest_listed(tmp_path: Path) -> None:
    library = shelf(tmp_path, *(article(f"{n:03}", "A", STEPS, n) for n in range(3 * MOST_COPIES)))
    (cited,) = library.cite([library.reading(0)])
    assert (cited.article.id, cited.also_count) == ("000", 3 * MOST_COPIES - 1)  # equally new as far as known
    assert [source.id for source in cited.also] == [f"{n:03}" for n in range(299, 199, -1)]


def test_files_of_nearly_the_same_time_are_equally_new(tmp_path: Path) -> None:
    library = shelf(tmp_path, article("a", "A", STEPS, NEW), article("b", "A", STEPS, NEW + EQUALLY_NEW))
    assert [library.cite([library.reading(row)])[0].article.id for row in (0, 1)] == ["a", "b"]


@pytest.mark.parametrize(
    ("question", "cited"), [("How many steps?", "new"), ("How many steps has the old weir?", "old")]
)
def test_a_question_that_names_an_article_is_answered_from_it(
    tmp_path: Path, question: str, cited: str
) -> None:
    library = shelf(
        tmp_path, article("new", "The mill", STEPS, NEW), article("old", "The old weir", STEPS, OLD)
    )
    (first,) = library.cite([library.reading(1)], question)
    assert first.article.id == cited
    assert first.also_count == 1


def test_a_question_to_one_article_is_answered_from_it(tmp_path: Path) -> None:
    library = shelf(tmp_path, article("new", "A", STEPS, NEW), article("old", "A", STEPS, OLD))
    (cited,) = library.cite([library.reading(1)], narrowed=True)
    assert (cited.article.id, [source.id for source in cited.also]) == ("old", ["new"])


def test_equal_sentences_below_other_headings_are_no_copies(tmp_path: Path) -> None:
    library = shelf(
        tmp_path,
        article("a", "Fees", "It is 50.", section=("North",)),
        article("b", "Fees", "It is 50.", section=("South",)),
    )
    assert [cited.also for cited in library.cite([library.reading(0), library.reading(1)])] == [(), ()]


def test_of_two_versions_the_newer_comes_first_and_scores_keep_their_places(tmp_path: Path) -> None:
    library = shelf(
        tmp_path,
        article("a/weir", "The weir", REBUILT_1901, OLD),
        article("b/weir", "The weir", REBUILT_1902, NEW),
    )
    newer, older = library.cite([library.reading(0, 0.9), library.reading(1, 0.4)])
    assert (newer.article.id, newer.reading.score) == ("b/weir", 0.9)
    assert (older.article.id, older.reading.score) == ("a/weir", 0.4)


def test_short_versions_may_differ_in_their_numbers(tmp_path: Path) -> None:
    library = shelf(
        tmp_path,
        article("a/fees", "Fees", "It costs 12 euros.", OLD),
        article("b/fees", "Fees", "It costs 15 euros.", NEW),
        article("c/fees", "Fees", "12.", OLD),
        article("d/fees", "Fees", "15.", NEW),
    )
    prices = library.cite([library.reading(0, 0.9), library.reading(1, 0.4)], "How much does it cost?")
    assert [cited.article.id for cited in prices] == ["b/fees", "a/fees"]
    room = library.cite([library.reading(0, 0.9), library.reading(1, 0.4)], "What costs 12 euros?")
    assert room[0].article.id == "a/fees"
    numbers = library.cite([library.reading(2, 0.9), library.reading(3, 0.4)])
    assert numbers[0].article.id == "c/fees"  # nothing says that they are about the same


def test_what_lacks_a_word_of_the_question_that_the_other_has_is_no_version(tmp_path: Path) -> None:
    mail, web = (
        f"The {name} server in the north office uses TCP port {port} by day." for name, port in PORTS
    )
    library = shelf(tmp_path, article("mail", "Settings", mail, OLD), article("web", "Settings", web, NEW))
    readings = [library.reading(0, 0.9), library.reading(1, 0.4)]
    for question, first in (("Which port has the mail server?", "mail"), ("Which TCP port?", "web")):
        assert library.cite(readings, question)[0].article.id == first


def test_of_three_versions_the_newest_comes_first(tmp_path: Path) -> None:
    texts = (REBUILT_1901, "Salmon pass here.", REBUILT_1901.replace("1901", "1899"), REBUILT_1902)
    times = (OLD, OLD, OLD + 10_000, NEW)
    library = shelf(
        tmp_path,
        *(article(f"{n}", "A", text, time) for n, (text, time) in enumerate(zip(texts, times, strict=True))),
    )
    cited = library.cite([library.reading(row) for row in range(4)], count=4)
    assert [one.article.id for one in cited] == ["3", "1", "2", "0"]


def test_a_sentence_that_says_something_else_is_no_version(tmp_path: Path) -> None:
    library = shelf(
        tmp_path,
        article("a", "The weir", REBUILT_1901, OLD),
        article("b", "The weir", "Salmon pass through a ladder.", NEW),
    )
    cited = library.cite([library.reading(0, 0.9), library.reading(1, 0.4)])
    assert [one.article.id for one in cited] == ["a", "b"]


def test_no_more_are_returned_than_asked_for(tmp_path: Path) -> None:
    library = shelf(tmp_path, *(article(f"{n}", "A", f"Sentence number {n}.") for n in range(5)))
    assert len(library.cite([library.reading(row) for row in range(5)], count=2)) == 2
    assert library.cite([], count=2) == []
