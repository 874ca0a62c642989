"""Windows: whole sentences, verbatim, of one article, within the limit."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.windows import CHARACTERS, REACH, Window, make_windows, window_around
from index.records import Block, BlockKind, Sentence
from tests.support.sentence_texts import SentenceTexts

GAPS = st.sampled_from([" ", "\n\n", "\n\n## ", "\n- ", "\u3000", ""])
LETTERS = st.sampled_from("aé東👍\U0001f468.?")
TEXTS = st.builds(lambda letter, size: letter * size, LETTERS, st.integers(1, 260) | st.integers(450, 600))
ARTICLES = st.lists(st.lists(st.tuples(GAPS, TEXTS), min_size=1, max_size=24), min_size=1, max_size=3)


def windows(shelf: SentenceTexts, *rows: int, own: int = 0) -> list[Window]:
    return list(make_windows([shelf.candidate(row) for row in rows], shelf.texts, own))


def rows(window: Window) -> list[int]:
    return [one.row for one in window.sentences]


@pytest.mark.slow
@given(ARTICLES, st.data())
def test_a_window_is_a_run_of_whole_sentences_as_the_article_has_them(
    articles: list[list[tuple[str, str]]], data: st.DataObject
) -> None:
    shelf = SentenceTexts(*articles)
    last = len(shelf.sentences) - 1
    asked = data.draw(st.lists(st.integers(0, last), max_size=8, unique=True))
    left = list(asked)
    for window in windows(shelf, *asked):
        centre = left.pop(0)  # the first that no window before held
        held = rows(window)
        left = [row for row in left if row not in held]
        first, after = held[0], held[-1] + 1
        assert held == list(range(first, after))
        assert centre in held
        assert centre - first <= REACH
        assert after - 1 - centre <= REACH
        (article,) = {one.article for one in window.sentences}
        assert window.sentences[0].start == window.sentences[0].start
        end = window.sentences[-1].end
        assert len(window.text) == end - window.sentences[0].start
        inside = {at for one in window.sentences for at in range(one.start, one.end)}
        for at, (shown, real) in enumerate(
            zip(window.text, shelf.articles[article][window.sentences[0].start : end], strict=True),
            window.sentences[0].start,
        ):
            assert shown == (real if at in inside else " ")
        assert len(window.text) <= CHARACTERS or held == [centre]
        # None more would have fitted.
        known = [one for one in shelf.sentences if one.article == article]
        if first > known[0].row and centre - first < REACH:
            assert end - shelf.sentences[first - 1].start > CHARACTERS
        if after <= known[-1].row and after - 1 - centre < REACH:
            assert shelf.sentences[after].end - window.sentences[0].start > CHARACTERS
    assert left == []


def test_what_comes_before_is_taken_first() -> None:
    sentences = [Sentence(number * 100, number * 100 + 99) for number in range(9)]
    assert window_around(sentences, 4, 99) == (4, 5)
    assert window_around(sentences, 4, 199) == (3, 5)
    assert window_around(sentences, 4, 299) == (3, 6)
    assert window_around(sentences, 4, 399) == (2, 6)
    assert window_around(sentences, 4, 398) == (3, 6)
    assert window_around(sentences, 0, 299) == (0, 3)
    assert window_around(sentences, 8, 299) == (6, 9)
    assert window_around(sentences, 4, 10_000) == (0, 9)


def test_it_grows_after_where_what_comes_before_is_too_long() -> None:
    sentences = [Sentence(0, 400), Sentence(401, 500), Sentence(501, 600)]
    assert window_around(sentences, 1) == (1, 3)
    assert window_around(sentences, 0, 399) == (0, 1)


@pytest.mark.parametrize("size", [CHARACTERS + 1, 5_000])
def test_a_sentence_longer_than_the_limit_stands_alone(size: int) -> None:
    shelf = SentenceTexts.of(["Before.", "x" * size, "After."])
    (window,) = windows(shelf, 1)
    assert rows(window) == [1]
    assert (window.sentences[0].start, window.text) == (8, "x" * size)
    assert rows(windows(shelf, 2)[0]) == [2]  # its neighbours do not take it in


def test_no_window_crosses_articles() -> None:
    shelf = SentenceTexts.of(["One."], ["Two.", "Three."], ["Four."])
    assert [rows(window) for window in windows(shelf, 2, 3, 0)] == [[1, 2], [3], [0]]
    assert [window.text for window in windows(shelf, 1, 0)] == ["Two. Three.", "One."]


def test_only_what_no_window_before_holds_makes_one() -> None:
    shelf = SentenceTexts.of([f"Sentence {number} {'x' * 138}." for number in range(9)])
    made = windows(shelf, 4, 3, 5, 0, 2, 8)
    assert [rows(window) for window in made] == [[3, 4, 5], [0, 1, 2], [6, 7, 8]]
    assert windows(shelf) == []
    # Windows may share sentences: one is made as if it were alone.
    assert [rows(window) for window in windows(shelf, 4, 6)] == [[3, 4, 5], [5, 6, 7]]


def test_the_first_have_a_window_each_but_none_is_made_twice() -> None:
    shelf = SentenceTexts.of([f"Sentence {number} {'x' * 138}." for number in range(9)])
    made = windows(shelf, 4, 3, 5, 0, own=2)
    assert [rows(window) for window in made] == [[3, 4, 5], [2, 3, 4], [0, 1, 2]]
    short = SentenceTexts.of(["One.", "Two.", "Three."])
    assert [rows(window) for window in windows(short, 2, 0, 1, own=3)] == [[0, 1, 2]]
    # Of two whose windows are the same one is made.
    ends = windows(shelf, 0, 1, 8, 7, own=4)
    assert [rows(window) for window in ends] == [[0, 1, 2], [6, 7, 8]]


def test_windows_that_differ_at_one_end_are_two() -> None:
    shelf = SentenceTexts.of([f"{number}." for number in range(2 * REACH + 2)])
    made = windows(shelf, REACH - 1, REACH, REACH + 1, REACH + 2, own=4)
    last = 2 * REACH + 1
    assert [(rows(one)[0], rows(one)[-1]) for one in made] == [
        (0, last - 2),
        (0, last - 1),
        (1, last),
        (2, last),
    ]


def test_windows_are_made_as_they_are_needed() -> None:
    shelf = SentenceTexts.of(*([f"Article {number}."] for number in range(5)))
    read: list[int] = []

    def texts(some: range) -> list:  # type: ignore[type-arg]
        read.append(len(some))
        return shelf.texts(some)

    made = make_windows([shelf.candidate(row) for row in range(5)], texts, 0)  # type: ignore[arg-type]
    next(made), next(made)
    assert len(read) == 2


def test_a_folded_window_leads_back_to_the_text() -> None:
    shelf = SentenceTexts.of(["Before.", "An eﬃ\u00adcient “inter-\nnational” ﬁre brigade."])
    (window,) = windows(shelf, 1)
    assert "efficient" in window.text
    assert "international" in window.text
    words = ("efficient", "international", "fire")
    starts = np.array([window.text.index(word) for word in words])
    sources, ends = window.sources(starts, starts + np.array([len(word) for word in words]))
    found = [shelf.articles[0][start:end] for start, end in zip(sources, ends, strict=True)]
    assert found == ["eﬃ\u00adcient", "inter-\nnational", "ﬁre"]


def test_a_window_does_not_cross_a_heading_and_stands_below_the_ones_above_it() -> None:
    shelf = SentenceTexts.of(["Weight: 42 kg", "Weight: 88 kg", "Flue: 150 mm"])
    blocks = [
        Block(BlockKind.LIST_ITEM, sentence.start, sentence.end, section=(name,))
        for sentence, name in zip(shelf.sentences, ("Ember 3", "Ember 7", "Ember 7"), strict=True)
    ]
    shelf.sentences = [
        sentence._replace(block=block, section=section)
        for sentence, block, section in zip(shelf.sentences, blocks, (1, 2, 2), strict=True)
    ]
    centre = replace(shelf.candidate(1), block=blocks[1], section=2, title="Stoves")
    (window,) = make_windows([centre], shelf.texts, 1)
    assert window.text == "Stoves: Ember 7: Weight: 88 kg. Flue: 150 mm"
    assert rows(window) == [1, 2]


def headed(*kinds: BlockKind, texts: list[str]) -> SentenceTexts:
    """Return an article of blocks of a sentence each, all in one section below its title."""
    shelf = SentenceTexts.of(texts)
    shelf.sentences = [
        sentence._replace(block=Block(kind, sentence.start, sentence.end, section=("Camping",)), section=1)
        if kind is not BlockKind.HEADING
        else sentence._replace(block=Block(kind, sentence.start, sentence.end), section=1)
        for sentence, kind in zip(shelf.sentences, kinds, strict=True)
    ]
    return shelf


def read_window(shelf: SentenceTexts, row: int, question: str, title: str = "") -> Window:
    candidate = replace(shelf.candidate(row), block=shelf.sentences[row].block, section=1, title=title)
    (window,) = make_windows([candidate], shelf.texts, 1, question)
    return window


def test_a_title_stands_above_a_window_that_begins_with_a_heading_but_not_above_itself() -> None:
    kinds = (BlockKind.HEADING, BlockKind.PARAGRAPH)
    shelf = headed(*kinds, texts=["Camping", "A tent costs 9 crowns."])
    asked = "How much is a tent?"
    for row in (0, 1):
        assert (
            read_window(shelf, row, asked, "Lake House").text == "Lake House: Camping. A tent costs 9 crowns."
        )
        assert read_window(shelf, row, asked, "CAMPING").text == "Camping. A tent costs 9 crowns."
        assert read_window(shelf, row, asked, "Camp").text == "Camp: Camping. A tent costs 9 crowns."


def test_the_number_of_a_heading_is_left_out_unless_it_is_asked_for() -> None:
    shelf = headed(BlockKind.HEADING, BlockKind.PARAGRAPH, texts=["7.1 Fees", "It is so."])
    window = read_window(shelf, 1, "What holds?")
    assert window.text == "Fees. It is so."
    starts, ends = window.sources(np.array([0, 6]), np.array([4, 8]))
    assert [shelf.articles[0][start:end] for start, end in zip(starts, ends, strict=True)] == ["Fees", "It"]
    assert read_window(shelf, 1, "Which rule holds?").text == "7.1 Fees. It is so."


def test_the_number_of_a_heading_above_is_left_out_and_that_of_a_title() -> None:
    shelf = SentenceTexts.of(["It is so."])
    block = Block(BlockKind.PARAGRAPH, 0, 9, section=("7.1 Fees",))
    shelf.sentences = [shelf.sentences[0]._replace(block=block, section=1)]
    assert read_window(shelf, 0, "What holds?", "7. Camping").text == "Camping: Fees: It is so."
    assert read_window(shelf, 0, "Is 7. Camping open?", "7. Camping").text == "7. Camping: Fees: It is so."


def test_the_number_of_an_item_is_read() -> None:
    shelf = headed(BlockKind.LIST_ITEM, texts=["1. Rinse the rice."])
    assert read_window(shelf, 0, "What is first?").text.endswith("1. Rinse the rice.")


def test_a_title_stands_above_unless_it_holds_all_that_is_asked() -> None:
    shelf = SentenceTexts.of(["They shiver."])
    candidate = replace(shelf.candidate(0), title="How bees keep warm", outer_title="How bees keep warm")

    def text(question: str) -> str:
        (window,) = make_windows([candidate], shelf.texts, 1, question)
        return window.text

    assert text("Who shivers?") == "How bees keep warm: They shiver."
    assert text("How do bees keep warm?") == "They shiver."


@given(
    st.lists(
        st.tuples(
            st.sampled_from([" ", "\n\n", ""]),
            st.lists(
                st.sampled_from(
                    ["two", "May", "3", "rd", "1974", "pm", "14:00", "%", "\ufb01", " ", ", ", "hundred"]
                ),
                min_size=1,
            ).map("".join),
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["2", "200", "3 May 1974", "2 pm on May 3rd, 40 per cent", "seventy-two", ""]),
)
def test_every_span_of_a_window_has_its_place_in_the_article(
    sentences: list[tuple[str, str]], question: str
) -> None:
    shelf = SentenceTexts(sentences)
    (window,) = make_windows([shelf.candidate(0)], shelf.texts, 1, question)
    size = len(window.text)
    starts, ends = np.array([(i, j) for i in range(size) for j in range(i + 1, min(size, i + 12) + 1)]).T
    for first, last in zip(*window.sources(starts, ends), strict=True):
        inside_one = any(one.start <= first < last <= one.end for one in window.sentences)
        assert inside_one or first == -1


def test_numbers_are_read_as_the_question_writes_them() -> None:
    shelf = SentenceTexts.of(["Seventy-two steps lead up.", "Ten men died."])
    (window,) = make_windows([shelf.candidate(0)], shelf.texts, 1, "Where do the 72 steps lead?")
    assert window.text == "72 steps lead up. Ten men died."
    assert [*map(int, np.concatenate(window.sources(np.array([0, 3]), np.array([2, 8]))))] == [0, 12, 11, 17]
