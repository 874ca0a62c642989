"""What a language model wrote, as lines of a reply: footnotes, what is left out, and Discord's limits."""

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.discord.questions.written_answers import Draft
from bot.discord.replies.answer_reply import answer_reply, read_back
from bot.discord.replies.markdown import units
from bot.discord.replies.reply import Reply
from bot.discord.replies.tickets import ContextTicket
from bot.discord.replies.without_embed import without_embed
from bot.discord.replies.written_text import (
    RESTARTING,
    SMALL_PRINT,
    failure_line,
    room_in,
    writing_lines,
    written_lines,
)
from index.errors import LanguageModelError, Reason
from index.records import Citation, Source
from index.writing.written_answer import WrittenAnswer, WrittenSentence, make_written_answer
from tests.preview.golden import FINGERPRINT, RAQQA, answered, cite, show
from tests.support.replies import TEXTS, URLS, check, sent

MODEL = "llama3.2"
CITED = [replace(cite(RAQQA, 3, "", 0.8), link="https://example.org/a#s3"), cite(RAQQA, 2, "", 0.1, nth=2)]


def wrote(text: str, *citations: int, supported: bool = True) -> WrittenSentence:
    return WrittenSentence(text, citations, supported, 1.0 if supported else 0.0)


def written(*sentences: WrittenSentence, failure: Reason | None = None) -> WrittenAnswer:
    error = LanguageModelError("http://10.0.0.1 reports an error", reason=failure) if failure else None
    return make_written_answer(sentences, MODEL, failure=error)


def test_each_footnote_is_a_link_to_its_sentence_or_its_number() -> None:
    unlinked = [CITED[0], replace(CITED[1], link=None, article=Source("b", "B", None))]
    lines = written_lines(written(wrote("It is *long*.", 1), wrote("It is hard.", 1, 2)), unlinked)
    assert lines.splitlines() == [
        "-# Written by llama3.2, each sentence checked against those below:",
        "It is \\*long\\*. [1](<https://example.org/a#s3>) "
        "It is hard. [1](<https://example.org/a#s3>) \\[2\\]",
    ]


def test_a_footnote_without_a_link_of_its_own_leads_to_the_article() -> None:
    cited = [replace(CITED[0], link=None, article=Source("b", "B", "https://example.org/b"))]
    assert "[1](<https://example.org/b>)" in written_lines(written(wrote("It is long.", 1)), cited)


@pytest.mark.parametrize(
    ("answer", "last"),
    [
        (written(wrote("True.", 1)), "True. [1](<https://example.org/a#s3>)"),
        (
            written(wrote("True.", 1), wrote("False.", 2, supported=False)),
            "-# 1 sentence left out: its sources don't say so.",
        ),
        (
            written(*(wrote("False.", 2, supported=False),) * 2, wrote("True.", 1)),
            "-# 2 sentences left out: their sources don't say so.",
        ),
        (
            written(wrote("False.", 2, supported=False)),
            "-# What llama3.2 wrote is left out: the sentences that it names don't say so.",
        ),
        (
            replace(written(), declined=True),
            "-# llama3.2 finds that these sentences don't answer it.",
        ),
        (written(), "-# llama3.2 wrote nothing."),
        (written(failure=Reason.LANGUAGE_MODEL_LATE), "-# llama3.2 took too long."),
        (
            written(wrote("True.", 1), failure=Reason.LANGUAGE_MODEL_CUT_OFF),
            "-# llama3.2 stopped in the middle.",
        ),
        (written(failure=Reason.LANGUAGE_MODEL_KEY_REFUSED), "-# llama3.2 could not write about this."),
        (written(failure=Reason.LANGUAGE_MODEL_BUSY), "-# llama3.2 has too much to write right now."),
    ],
)
def test_small_print_says_what_is_missing_and_nothing_of_the_server(answer: WrittenAnswer, last: str) -> None:
    lines = written_lines(answer, CITED).splitlines()
    assert lines[-1] == last
    assert "False" not in "".join(lines)
    assert "10.0.0.1" not in "".join(lines)


def test_who_stops_the_bot_is_named_and_not_the_model() -> None:
    lines = written_lines(written(wrote("True.", 1)), CITED, note=RESTARTING).splitlines()
    assert lines[1:] == [
        "True. [1](<https://example.org/a#s3>)",
        "-# I'm restarting, so llama3.2 stopped writing.",
    ]


def test_what_is_checked_so_far_is_shown_while_more_comes() -> None:
    assert writing_lines((), CITED, MODEL) == "-# llama3.2 is writing …"
    lines = writing_lines([wrote("True.", 1), wrote("False.", 1, supported=False)], CITED, MODEL)
    assert lines.splitlines()[1] == "True. [1](<https://example.org/a#s3>) …"


def test_links_are_given_up_before_sentences_and_sentences_before_the_sources() -> None:
    far = [replace(citation, link=f"https://example.org/{'a' * 300}") for citation in CITED]
    many = written(*(wrote(f"Sentence {number} is here.", 1, 2) for number in range(8)))
    lines = written_lines(many, far)
    assert "example.org" not in lines
    assert "Sentence 7 is here. \\[1\\] \\[2\\]" in lines
    few = written_lines(many, far, room=100)
    assert few.splitlines()[1:] == [
        r"Sentence 0 is here. \[1\] \[2\] Sentence 1 is here. \[1\] \[2\] Sentence 2 is here. \[1\] \[2\]",
        "-# 5 sentences left out: there is no room for them.",
    ]
    assert "Sentence 3" not in writing_lines(many.sentences, far, MODEL, room=100)


def test_a_long_sentence_is_shown_whole_or_not_at_all() -> None:
    long = f"It is {'very ' * 100}long."
    assert f"{long} [1]" in written_lines(written(wrote(long, 1)), CITED)
    lines = written_lines(written(wrote(long, 1), wrote("It is hard.", 1)), CITED, room=500).splitlines()
    assert lines[1:] == [
        "It is hard. [1](<https://example.org/a#s3>)",
        "-# 1 sentence left out: there is no room for it.",
    ]
    nothing = written(wrote(long, 1), wrote("False.", 2, supported=False), failure=Reason.LANGUAGE_MODEL_LATE)
    assert written_lines(nothing, CITED, room=500).splitlines() == [
        "-# 1 sentence left out: its sources don't say so.",
        "-# What llama3.2 wrote is left out: there is no room for it beside its sources.",
        "-# llama3.2 took too long.",
    ]


@settings(max_examples=40)
@given(
    st.lists(st.integers(1, 500), min_size=1, max_size=8),
    st.lists(
        st.tuples(st.integers(1, 90), st.lists(st.integers(1, 8), min_size=1, max_size=3, unique=True)),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 400),
    st.booleans(),
)
@example(lengths=[500] * 5, sentences=[(30, [3])] * 4, link=400, bare=False)
@example(lengths=[1, 294, 500], sentences=[(77, [2])], link=131, bare=True)
def test_no_citation_that_a_footnote_names_has_to_go_for_what_is_written(
    lengths: list[int], sentences: list[tuple[int, list[int]]], link: int, bare: bool
) -> None:
    source = Source("a", "A", f"https://example.org/{'a' * link}")
    cited = [Citation(n, source, "a" * long, n, n + long, None, 0.5) for n, long in enumerate(lengths, 1)]
    answer = answered("Why?", "a" * lengths[0], *cited)

    def compose(lines: str) -> Reply:
        return answer_reply(answer, asked_in=None, fingerprint=FINGERPRINT, written=lines)

    draft = Draft(replace(answer, citations=answer.citations[: compose("").cited]), compose)
    if bare:
        draft = draft.without_embed(name_permission=True)
    room, below = draft.room, draft.answer.citations
    result = written(
        *(
            wrote(f"{'word ' * long}ends.", *sorted({number % len(below) + 1 for number in numbers}))
            for long, numbers in sentences
        ),
        failure=Reason.LANGUAGE_MODEL_ENDLESS,
    )
    lines = written_lines(result, below, room=room, keeps=draft.keeps, note=RESTARTING)
    reply = draft.compose(lines)
    check(reply)
    text = reply.content if reply.embed is None else reply.embed.description
    for number in set(re.findall(r"\[(\d)(?:\]\(<|\\\])", lines)):
        assert f"\n-# {number} · A" in (text or "") or f"\n-# {number} · [A]" in (text or "")
    left_out = re.search(r"(\d) sentences? left out: there is no room", lines)
    left = int(left_out[1]) if left_out else 0 if "ends." in lines else len(sentences)
    assert lines.count("ends.") + left == len(sentences)


SENTENCES = st.lists(
    st.builds(
        WrittenSentence,
        TEXTS,
        st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True).map(tuple),
        st.booleans(),
        st.just(1.0),
    ),
    max_size=5,
)


@given(
    SENTENCES,
    TEXTS,
    URLS,
    TEXTS,
    st.sampled_from([None, *Reason]),
    st.booleans(),
    st.sampled_from(["", RESTARTING]),
)
def test_whatever_is_written_the_reply_is_harmless_within_limits_and_can_be_read_back(
    sentences: list[WrittenSentence],
    text: str,
    url: str | None,
    model: str,
    failure: Reason | None,
    still: bool,
    note: str,
) -> None:
    source = Source("a", text, url)
    cited = [Citation(n, source, text, n, n + len(text), None, 0.5, link=url) for n in range(1, 5)]
    answer = answered("Why?", text, *cited)
    error = LanguageModelError("it fails", reason=failure) if failure else None
    result = make_written_answer(tuple(sentences), model, failure=error)

    def compose(lines: str):  # type: ignore[no-untyped-def]
        return answer_reply(answer, asked_in=None, fingerprint=FINGERPRINT, written=lines)

    plain = read_back(sent(compose("")))
    for bare in (False, True):
        shape = (lambda reply: without_embed(reply, name_permission=True)) if bare else (lambda reply: reply)
        room = room_in(shape(compose("")))
        lines = (
            writing_lines(sentences, cited, model, room=room)
            if still
            else written_lines(result, cited, room=room, note=note)
        )
        reply = shape(compose(lines))
        check(reply)
        shown = read_back(sent(reply))
        assert shown is not None
        assert plain is not None
        assert (shown.question, shown.asked_in) == (plain.question, plain.asked_in)
        if not bare:  # there the answer may be shortened
            assert shown.answer == plain.answer
        assert any(isinstance(ticket, ContextTicket) for ticket in shown.tickets)


def test_the_longest_reply_keeps_its_first_source() -> None:
    url = f"https://example.org/{'a' * 470}"
    cited = [
        Citation(n, Source("a", "[" * 500, url), "*" * 9000, n, n + 9000, None, 0.5, link=url)
        for n in range(1, 9)
    ]
    answer = answered("*" * 500, "*" * 9000, *cited)
    result = make_written_answer(tuple(wrote("[" * 500, 1, 2, 3) for _ in range(9)), "*" * 99)
    plain = answer_reply(answer, asked_in=None, fingerprint=FINGERPRINT)
    lines = written_lines(result, cited, room=room_in(plain), note=RESTARTING)
    reply = answer_reply(answer, asked_in=None, fingerprint=FINGERPRINT, written=lines)
    check(reply)
    assert reply.embed is not None
    assert "\n-# 1 · " in (reply.embed.description or "")


def test_the_small_print_has_its_room() -> None:
    for reason in Reason:
        result = replace(
            written(
                wrote("True.", 1),
                *(wrote("False.", 1, supported=False),) * 10,
                *(wrote("Long. " * 900, 1),) * 10,
                failure=reason,
            ),
            model="*" * 99,
        )
        for note in ("", RESTARTING):
            lines = written_lines(result, CITED, note=note)
            assert len(lines.splitlines()) == 5
            assert units(lines) - units(lines.splitlines()[1]) <= SMALL_PRINT
        assert units(failure_line(reason, "*" * 99)) <= SMALL_PRINT


def test_the_answer_above_is_what_it_is_without_anything_written() -> None:
    bare, more = (
        show(LONG_ANSWER),
        show(LONG_ANSWER, written=written_lines(written(wrote("True.", 1)), CITED)),
    )
    assert bare.embed is not None
    assert more.embed is not None
    first, *rest = (more.embed.description or "").split("\n", 3)
    assert (bare.embed.description or "").startswith(first)
    assert rest[2] in (bare.embed.description or "")
    assert (bare.content, bare.buttons) == (more.content, more.buttons)


LONG_ANSWER = answered("Who predicts it?", "Townsend", cite(RAQQA, 3, "Townsend", 0.8))
