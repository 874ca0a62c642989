import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.terminal.blocks import show
from bot.terminal.layouts import answer_blocks, article_blocks, citation_blocks
from index.records import Answer, Article, BlockKind, Citation, Sentence, Source

URL = "https://example.org/raqqa"
ARTICLE = Source("raqqa", "Long and hard", URL)
SENTENCE = (
    "US Lieutenant General Steve Townsend predicts the fight for Raqqa will be long and hard, but decisive."
)
FIRST = Citation(1, ARTICLE, SENTENCE, 100, 100 + len(SENTENCE), (103, 136), 0.97, position=20, sentences=33)
SAME = Citation(2, ARTICLE, "Raqqa is a city.", 0, 16, None, 0.31, position=1, sentences=33)
OTHER = Citation(
    3, Source("b", "Another", None), "Raqqah, they said.", 5, 23, None, 0.05, position=2, sentences=2
)
ANSWER = Answer("Who?", True, 0.97, "Lieutenant General Steve Townsend", (FIRST, SAME, OTHER), 4.0)
UNANSWERED = replace(ANSWER, answerable=False, answer=None, confidence=0.31)
MAYBE = replace(UNANSWERED, maybe=True)

PLAIN = f"""\
Lieutenant General Steve Townsend

[1] {SENTENCE}
    Long and hard, sentence 20 of 33 · 97%
    https://example.org/raqqa

Next best:
[2] Raqqa is a city.
    sentence 1 of 33 · 31%
[3] Raqqah, they said.
    Another, sentence 2 of 2 · 5%
"""

HOSTILE = "\x1b]8;;https://evil.example\x1b\\now\x1b[2J [bold]x[/bold] :smile: \u202egnp"


def without_styles(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", text)


def test_a_pipe_gets_plain_unbroken_lines(capsys: pytest.CaptureFixture[str]) -> None:
    show(answer_blocks(ANSWER))
    assert capsys.readouterr().out == PLAIN


def test_an_answer_that_is_the_whole_sentence_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    first = replace(FIRST, highlight=None)
    show(answer_blocks(replace(ANSWER, answer=SENTENCE, citations=(first,))))
    assert capsys.readouterr().out == (
        f"{SENTENCE}\n\n[1] Long and hard, sentence 20 of 33 · 97%\n    {URL}\n"
    )


def test_articles_with_one_title_are_told_apart_by_their_ids(capsys: pytest.CaptureFixture[str]) -> None:
    twin = replace(OTHER, article=Source("old/raqqa", "Long and\nhard", None))
    show(answer_blocks(replace(ANSWER, citations=(FIRST, SAME, twin))))
    out = capsys.readouterr().out
    assert "    Long and hard (raqqa), sentence 20" in out
    assert "    Long and hard (old/raqqa), sentence 2 of 2" in out


def test_less_than_a_percent_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    show(citation_blocks((FIRST, replace(SAME, score=0.0099), replace(OTHER, score=0.01))))
    out = capsys.readouterr().out
    assert "    sentence 1 of 33\n" in out
    assert "sentence 2 of 2 · 1%\n" in out


def test_numbers_of_two_digits_stand_apart_from_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    citations = tuple(replace(OTHER, number=number) for number in range(1, 11))
    for blocks in (answer_blocks(replace(ANSWER, citations=citations)), citation_blocks(citations)):
        show(blocks)
        lines = capsys.readouterr().out.splitlines()
        assert "[9]  Raqqah, they said." in lines
        assert lines[-2:] == ["[10] Raqqah, they said.", "     sentence 2 of 2 · 5%"]


def test_unanswered_is_one_plain_line_and_the_nearest_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    show(answer_blocks(UNANSWERED))
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "The articles do not say.",
        "",
        "The nearest sentences, for you to judge:",
        f"[1] {SENTENCE}",
    ]


@pytest.mark.parametrize("citations", [(), (replace(FIRST, score=0.01), replace(SAME, score=0.01))])
def test_unanswered_without_a_sentence_worth_showing_is_that_line(
    citations: tuple[Citation, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    show(answer_blocks(replace(UNANSWERED, citations=citations)))
    assert capsys.readouterr().out == "The articles do not say.\n"


def test_whom_to_ask_stands_below_a_refusal_alone(capsys: pytest.CaptureFixture[str]) -> None:
    contact = "Ask in <#123> or a moderator"
    show(answer_blocks(UNANSWERED, contact))
    assert capsys.readouterr().out.startswith(f"The articles do not say.\n{contact}\n\nThe nearest")
    for answer in (ANSWER, MAYBE):
        show(answer_blocks(answer, contact))
        assert contact not in capsys.readouterr().out


def test_what_may_answer_is_shown_as_such_and_marked(
    drawn: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    screen = drawn(lambda: show(answer_blocks(MAYBE)))
    assert without_styles(screen).startswith("Not sure, but this may be it:\n\n[1] US Lieutenant")
    assert "\x1b[1;4mLieutenant General Steve Townsend\x1b[0m predicts" in screen
    show(answer_blocks(MAYBE))
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["Not sure, but this may be it:", "", f"[1] {SENTENCE}"]
    assert "The articles do not say." not in lines


def test_sentences_that_are_not_worth_showing_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    show(answer_blocks(replace(ANSWER, citations=(FIRST, replace(SAME, score=0.01), OTHER))))
    out = capsys.readouterr().out
    assert "Raqqa is a city." not in out
    assert "[2] Raqqah, they said." in out
    show(answer_blocks(replace(ANSWER, citations=(FIRST, replace(SAME, score=0.01)))))
    assert "Next best" not in capsys.readouterr().out


def test_a_terminal_gets_the_answer_marked_and_the_title_linked(drawn: Callable[..., str]) -> None:
    screen = drawn(lambda: show(answer_blocks(ANSWER)))
    assert "\x1b[1;32mLieutenant General Steve Townsend\x1b[0m" in screen
    assert "\x1b[1;4mLieutenant General Steve Townsend\x1b[0m predicts" in screen
    assert re.search(r"\x1b\]8;id=\d+;https://example\.org/raqqa\x1b\\\x1b\[36mLong and hard", screen)
    assert URL not in without_styles(screen)


@pytest.mark.parametrize("columns", [80, 40, 24, 12])
def test_lines_fit_the_terminal_and_hang_under_their_number(drawn: Callable[..., str], columns: int) -> None:
    lines = without_styles(drawn(lambda: show(answer_blocks(ANSWER)), columns=columns)).splitlines()
    assert max(map(len, lines)) <= columns
    inside = [line for line in lines[lines.index("Next best:") + 1 :] if line]
    assert all(line.startswith(("[2] ", "[3] ", "    ")) for line in inside)
    words = " ".join(" ".join(lines).split())
    if columns > 12:
        assert SENTENCE in words


def test_a_terminal_that_does_not_know_its_width_is_drawn_on(drawn: Callable[..., str]) -> None:
    zero, eighty = (
        without_styles(drawn(lambda: show(answer_blocks(ANSWER)), columns=columns)) for columns in (0, 80)
    )
    assert zero == eighty


def test_no_color_keeps_the_mark_and_drops_the_colours(
    drawn: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    screen = drawn(lambda: show(answer_blocks(ANSWER)))
    assert "\x1b[1;4mLieutenant General Steve Townsend\x1b[0m predicts" in screen
    assert not re.search(r"\x1b\[[\d;]*3\d[;m]", screen)


def test_a_dumb_terminal_gets_no_escapes_and_the_links_in_words(drawn: Callable[..., str]) -> None:
    screen = drawn(lambda: show(answer_blocks(ANSWER)), term="dumb")
    assert "\x1b" not in screen
    assert f"    {URL}\n" in screen
    assert max(map(len, screen.splitlines())) <= 80


def test_text_of_articles_cannot_steer_the_terminal(
    drawn: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    source = Source("a", f"Title {HOSTILE}", "https://x\x1b]8;;")
    citation = Citation(1, source, HOSTILE, 0, len(HOSTILE), (0, 20), 0.9)
    hostile = Answer(HOSTILE, True, 0.9, HOSTILE[:20], (citation,), 1.0)
    article = Article("a", HOSTILE, HOSTILE, "\x1b[31m.txt", "javascript:x", HOSTILE, HOSTILE)

    def write() -> None:
        show(answer_blocks(hostile))
        show(article_blocks(article, [Sentence(0, len(HOSTILE))]))

    screen = drawn(write)
    assert "\x1b[2J" not in screen
    assert "\x1b]8;" not in screen
    assert "\u202e" not in screen
    assert "[bold]x[/bold] :smile: gnp" in without_styles(screen)
    write()
    assert not set(capsys.readouterr().out) & set("\x1b\u202e")


def test_an_article_is_shown_with_its_sentences_numbered(capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n".join(f"Sentence {number}." for number in range(1, 11))
    spans = [Sentence(match.start(), match.end()) for match in re.finditer(r".+", text)]
    show(article_blocks(Article("t", "Ten", text, "t.md", URL, "2020-01-02", "A. Uthor"), spans))
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == ["Ten", "A. Uthor", "2020-01-02", "t.md", URL]
    assert lines[6] == " 1  Sentence 1."
    assert lines[-1] == "10  Sentence 10."


def test_a_source_links_to_the_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    linked = [
        replace(citation, link=f"{URL}#:~:text={citation.sentence[:5].strip()}") for citation in (FIRST, SAME)
    ]
    show(citation_blocks([*linked, replace(OTHER, link="https://x\x1b]8;;")]))
    shown = capsys.readouterr().out
    assert f"Long and hard, sentence 20 of 33 · 97%\n    {URL}#:~:text=US Li" not in shown, "no address"
    assert re.findall("    (https.*)", shown) == [URL, f"{URL}#:~:text=Raqqa"]


def test_a_source_says_section_page_links_and_other_articles(capsys: pytest.CaptureFixture[str]) -> None:
    citation = replace(
        FIRST,
        section=("Rules", "At night"),
        page=12,
        links=("https://example.org/x", "mailto:a@example.org"),
        also=tuple(Source(f"copy/{n}", "Long and hard", None) for n in range(5)),
        also_count=5,
    )
    show(citation_blocks((citation,)))
    source = " ".join(capsys.readouterr().out.split())
    assert "Long and hard › Rules › At night, page 12 · 97% · https://example.org/x · mailto:" in source
    assert "also in copy/0, copy/1 and 3 more" in source


def test_a_sentence_is_shown_with_the_names_of_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    row = replace(OTHER, shown="Boat: Marigold · Seats: 120", shown_highlight=(24, 27))
    show(citation_blocks((row,)))
    assert "[3] Boat: Marigold · Seats: 120\n" in capsys.readouterr().out


def test_the_items_of_a_list_stand_below_the_first_and_not_as_next_best(
    capsys: pytest.CaptureFixture[str],
) -> None:
    items = [replace(FIRST, number=n, block=BlockKind.LIST_ITEM, highlight=None) for n in (1, 2, 3)]
    show(answer_blocks(replace(ANSWER, answer=SENTENCE, citations=(*items, OTHER))))
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("[", "Next"))]
    assert [line[:4] for line in lines] == ["[1] ", "[2] ", "[3] ", "Next", "[4] "]
