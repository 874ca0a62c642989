"""Links to sentences: their grammar, the words that they name, and where there are none."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.links import LONGEST_ARTICLE, LONGEST_LINK, PageText, sentence_link
from index.records import Block, BlockKind, Cell
from index.segmentation.blocks import split_blocks
from index.segmentation.sentences import split_sentences
from tests.support.tables import each_row

URL = "https://example.org/ferry"

# https://wicg.github.io/scroll-to-text-fragment/#syntax
STRING = r"(?:[A-Za-z0-9!$'()*+./:;=?@_~]|%[0-9A-F]{2})+"
DIRECTIVE = re.compile(
    rf"(?:(?P<prefix>{STRING})-,)?(?P<start>{STRING})(?:,(?P<end>{STRING}))?(?:,-(?P<suffix>{STRING}))?"
)


def parsed(link: str | None, url: str = URL) -> dict[str, str]:
    """Return the parts of a link's directive that it has, as a browser parses them."""
    assert link is not None
    address, delimiter, directive = link.partition("#:~:text=")
    assert (address, delimiter) == (url, "#:~:text=")
    match = DIRECTIVE.fullmatch(directive)
    assert match, directive
    return {name: unquote(part, errors="strict") for name, part in match.groupdict().items() if part}


def link_to(
    text: str, sentence: str, nth: int = 0, *, url: str = URL, file: str = "a.md", **block: object
) -> str | None:
    """Return the link to the nth place of a sentence in a text whose paragraphs are its blocks."""
    start = [match.start() for match in re.finditer(re.escape(sentence), text)][nth]
    first, last = next(span for span in split_blocks(text) if span[0] <= start < span[1])
    kind = block.pop("kind", BlockKind.PARAGRAPH)
    stands_in = Block(kind, first, last, **block)  # type: ignore[arg-type]
    return sentence_link(url, file, PageText(text), stands_in, start, start + len(sentence))


def test_a_short_sentence_is_named_whole() -> None:
    text = "It is spring. The ferry runs again. It is blue."
    assert link_to(text, "The ferry runs again.") == f"{URL}#:~:text=The%20ferry%20runs%20again."


def test_a_long_sentence_is_named_by_how_it_begins_and_ends() -> None:
    sentence = "The ferry between Harbour and Lund Island runs again from Monday after a winter of repairs."
    assert parsed(link_to(f"Spring. {sentence} It is blue.", sentence)) == {
        "start": "The ferry between Harbour and",
        "end": "a winter of repairs.",
    }


def test_what_has_a_meaning_in_a_link_is_encoded() -> None:
    link = link_to("Tea & cake-shop, 50%? (Yes!)", "Tea & cake-shop, 50%? (Yes!)")
    assert link == f"{URL}#:~:text=Tea%20%26%20cake%2Dshop%2C%2050%25%3F%20%28Yes%21%29"


@pytest.mark.parametrize(
    "sentence",
    [
        "“It’s late,” he said.",
        "Cre\u0300me bru\u0302le\u0301e is hot.",
        "القطار يصل إلى المحطة.",
        "הרכבת מגיעה בבוקר.",
        "We ship it 🚀 with 👩\u200d🔬.",
        "No. 12-B costs 1,140.50\u00a0€ (+4%).",
        "人口は千四百万人です。",
        "R&D, e.g. the x-ray; see #4?",
    ],
)
def test_any_script_comes_back_from_a_link(sentence: str) -> None:
    assert parsed(link_to(f"Once.\n\n{sentence}\n\nEnd.", sentence)) == {"start": sentence}


def test_a_sentence_that_stands_there_twice_is_named_by_the_words_around_it() -> None:
    text = "Set the dial. Press start. Wait.\n\nOpen the lid. Press start. Go home."
    assert parsed(link_to(text, "Press start.", 0)) == {"start": "Press start."}
    assert parsed(link_to(text, "Press start.", 1)) == {"prefix": "Open the lid.", "start": "Press start."}


def test_words_behind_a_sentence_name_it_if_those_before_do_not() -> None:
    text = "Open the lid. Press start. Wait.\n\nOpen the lid. Press start. Go home."
    assert parsed(link_to(text, "Press start.", 1)) == {"start": "Press start.", "suffix": "Go home."}


def test_a_whole_paragraph_that_stands_there_twice_is_named_by_the_one_above() -> None:
    text = "Version 2\n\nSmall fixes here.\n\nVersion 1\n\nSmall fixes here."
    assert parsed(link_to(text, "Small fixes here.", 1)) == {
        "prefix": "Version 1",
        "start": "Small fixes here.",
    }


def test_twice_is_whatever_the_case_accents_quotes_and_line_breaks() -> None:
    text = "Cafe\u0301 ’Roma’\nis closed.\n\nOn Monday, cafe 'ROMA' is closed."
    assert parsed(link_to(text, "cafe 'ROMA' is closed."))["prefix"] == "On Monday,"


def test_copies_that_nothing_tells_apart_have_no_link() -> None:
    assert link_to("Go on.\n\nGo on.\n\nGo on.\n\nGo on.", "Go on.", 2) is None


def test_the_beginning_grows_until_it_stands_nowhere_before() -> None:
    start = "The ferry to Lund runs on every day of the"
    text = f"{start} year but Sunday, or so they say.\n\n{start} week in summer, and twice on Sundays."
    assert parsed(link_to(text, text.split("\n\n")[1]))["start"] == f"{start} week"


def test_the_end_grows_until_it_stands_at_the_end_alone() -> None:
    text = "A boat that goes to the old pier first goes later on to the old pier first"
    assert parsed(link_to(text, text)) == {"start": "A boat that goes to", "end": "to the old pier first"}


def test_an_end_is_not_found_within_a_word() -> None:
    row = "Bookbinding\t18:00\t8"
    cells = (Cell("", 0, 11), Cell("", 12, 17), Cell("", 18, 19))
    link = link_to(row, row, kind=BlockKind.TABLE_ROW, cells=cells)
    assert parsed(link) == {"start": "Bookbinding", "end": "8"}


def test_words_in_two_lines_or_cells_are_named_apart() -> None:
    text = "Spring\n\nSevern Street\nBristol"
    assert parsed(link_to(text, "Severn Street\nBristol")) == {"start": "Severn Street", "end": "Bristol"}
    row = "Harbour\t06:15\t21:45"
    cells = tuple(Cell("", 8 + at, 8 + at + size) for at, size in ((0, 7), (8, 5), (14, 5)))
    link = link_to(f"Bounds\n\n{row}", row, kind=BlockKind.TABLE_ROW, cells=cells)
    assert parsed(link) == {"prefix": "Bounds", "start": "Harbour", "end": "21:45"}


def test_the_first_row_of_a_table_follows_the_name_of_its_last_column() -> None:
    row = "Harbour\t06:15"
    cells = (Cell("From", 17, 24), Cell("First boat", 25, 30))
    link = link_to(f"From First boat\n\n{row}", row, kind=BlockKind.TABLE_ROW, cells=cells)
    assert parsed(link) == {"prefix": "First boat", "start": "Harbour", "end": "06:15"}


def test_a_term_that_stood_before_leads_to_what_is_said_about_it() -> None:
    text = "Use timezone or not.\n\ntimezone\nThe zone of all times."
    link = link_to(text, "timezone\nThe zone of all times.", kind=BlockKind.DEFINITION)
    assert parsed(link) == {"prefix": "timezone", "start": "The zone of all times."}


def test_a_heading_is_told_from_the_menu_by_what_is_above_it() -> None:
    text = "It ends here.\n\nSettings\n\nAll of them."
    assert parsed(link_to(text, "Settings", kind=BlockKind.HEADING)) == {
        "prefix": "It ends here.",
        "start": "Settings",
    }


def test_unspaced_scripts_are_cut_behind_punctuation_only() -> None:
    sentence = f"自転車は船に持ち込めますが、{'混雑する土曜日と日曜日は' * 6}、窓口で予約してください。"
    link = link_to(f"港の案内。{sentence}犬は駄目です。", sentence)
    assert parsed(link) == {"start": "自転車は船に持ち込めますが、", "end": "窓口で予約してください。"}


@each_row(
    "url, opened",
    [
        (URL, f"{URL}#:~:text=Bees%20hum."),
        (f"{URL}?a=1&b=2", f"{URL}?a=1&b=2#:~:text=Bees%20hum."),
        (f"{URL}#top", f"{URL}#top:~:text=Bees%20hum."),
        (f"{URL}#", f"{URL}#:~:text=Bees%20hum."),
        (f"{URL}#top:~:text=old", f"{URL}#top:~:text=Bees%20hum."),
        ("HTTP://example.org", "HTTP://example.org#:~:text=Bees%20hum."),
        ("ftp://example.org/a", None),
        ("javascript:alert(1)", None),
        ("/a", None),
        ("https://", None),
        ("https://[", None),
        ("https://example.org/a b", None),
        ("https://example.org/\x1b]8;;", None),
        (f"{URL}/{'a' * LONGEST_LINK}", None),
        ("https://discord.com/channels/1/2/3", None),
        ("https://ptb.discord.com/channels/1/2/3", None),
    ],
)
def test_the_words_are_put_behind_what_the_address_has(url: str, opened: str | None) -> None:
    assert link_to("Bees hum.", "Bees hum.", url=url) == opened


def test_a_pdf_opens_at_the_page() -> None:
    assert link_to("Bees hum.", "Bees hum.", file="a.PDF", page=12) == f"{URL}#page=12"
    assert link_to("Bees hum.", "Bees hum.", file="a.pdf", url=f"{URL}#page=1", page=12) == f"{URL}#page=12"
    assert link_to("Bees hum.", "Bees hum.", file="a.pdf") is None


@pytest.mark.parametrize("file", ["a.csv", "a.docx", "a.epub", "a.ipynb", "a.json"])
def test_what_a_browser_does_not_show_has_no_link(file: str) -> None:
    assert link_to("Bees hum.", "Bees hum.", file=file) is None


def test_what_a_page_shows_otherwise_has_no_link() -> None:
    assert link_to("run  it", "run  it", kind=BlockKind.CODE) is None
    assert link_to("From To\n\nA b\tC d", "From To", kind=BlockKind.CAPTION) is None
    assert link_to("The quay", "The quay", kind=BlockKind.CAPTION) is not None
    assert link_to("Bees\x00hum.", "Bees\x00hum.") is None
    assert link_to("Beeshum.", "hum.") is None  # no word begins there


def test_an_article_that_is_too_long_to_look_through_has_no_links() -> None:
    assert link_to(f"Bees hum. {'a' * LONGEST_ARTICLE}", "Bees hum.") is None


MARKS = " \t\n🌊-."
WORDS = (
    "tide Tide über Uber CAFÉ 18–20 a,b x-y A&B “oh” 'oh' 🌊 水。 شمس - 80\u00a0% (no) e\u0301 İ ß ss".split(
        " "
    )
)
TEXTS = st.lists(
    st.tuples(st.sampled_from(WORDS), st.sampled_from([" ", " ", " ", ". ", ".\n\n", "\n", "  ", "\t"])),
    max_size=60,
).map(lambda pairs: "".join(word + gap for word, gap in pairs))


@given(TEXTS)
def test_every_link_leads_to_its_sentence_first(text: str) -> None:
    """A browser's search, in other words: parts that follow each other, whatever the space between."""
    page = PageText(text)
    blocks = [Block(BlockKind.PARAGRAPH, *span) for span in split_blocks(text)]
    for sentence in split_sentences(text, blocks):
        link = sentence_link(URL, "a.txt", page, blocks[sentence.block], sentence.start, sentence.end)
        if link is None:
            continue
        parts = {name: _pattern(part) for name, part in parsed(link).items()}
        first = re.search(
            rf"{parts.get('prefix', '')}\s*(?P<start>{parts['start']})\s*{parts.get('suffix', '')}",
            text,
            re.I,
        )
        assert first, link
        assert sentence.start <= first.start("start") < sentence.end
        assert first.end("start") <= sentence.end
        if end := parts.get("end"):
            last = re.search(end, text[first.end("start") :], re.I)
            assert last
            assert text[first.end("start") + last.end() : sentence.end].strip(MARKS) == ""
        else:
            assert text[first.end("start") : sentence.end].strip(MARKS) == ""


def _pattern(words: str) -> str:
    return r"\s+".join(map(re.escape, words.split()))
