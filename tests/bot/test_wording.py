import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wording import confidence_in_words, read_as_in_words, safe, safe_link
from index.records import Answer


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, “quoted” – dashed", "plain, “quoted” – dashed"),
        (
            "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
            "�]8;;https://evil.example�\\click�]8;;�\\",
        ),
        ("\x1b[2Jgone", "�[2Jgone"),
        ("\x9b31mred\x9d0;title\x9c", "�31mred�0;title�"),
        ("bell\x07 nul\0 del\x7f back\x08", "bell� nul� del� back�"),
        ("two\r\nlines\tand\u2028more\x85end", "two lines and more end"),
        ("\u202egnp.exe\u202c \u2066isolated\u2069", "gnp.exe isolated"),
        ("zero\u200bwidth\ufeff\u2060 pass\u200dword soft\u00adhyphen", "zerowidth password softhyphen"),
        ("tagged\U000e0041\U000e007f", "tagged"),
        ("half \ud83d a pair", "half � a pair"),
        ("می\u200cخواهم 👩\u200d🚀 क्\u200dष", "می\u200cخواهم 👩\u200d🚀 क्\u200dष"),
        ("[bold]x[/bold]", "[bold]x[/bold]"),
        ("a\u200b\u200dé b\u200d\u200cé é\u200d\u200dz", "aé bé éz"),
    ],
)
def test_what_a_terminal_obeys_is_neutralised_and_the_rest_stays(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_no_control_surrogate_or_line_break_is_left(text: str) -> None:
    shown = safe(text)
    assert not [
        character for character in shown if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
    ]
    assert not {unicodedata.bidirectional(character) for character in shown} & {
        "RLO",
        "LRO",
        "RLE",
        "LRE",
        "RLI",
    }
    shown.encode("utf-8")


@given(st.text(st.sampled_from("a é👩\n\x1b\u00ad\u200b\u200c\u200d\u202e\ufeff")))
def test_what_is_safe_stays_as_it_is(text: str) -> None:
    assert safe(safe(text)) == safe(text)


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://example.org/a?b=c#d", True),
        ("HTTP://example.org/é", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https://example.org/\x1b]8;;", False),
        ("https://example.org/\u202egnp", False),
        ("https://example.org/ two", False),
        (" https://example.org", False),
        ("", False),
        (None, False),
    ],
)
def test_only_plain_web_addresses_are_linked(url: str | None, linked: bool) -> None:
    assert safe_link(url) == (url if linked else None)


@pytest.mark.parametrize(
    ("confidence", "answerable", "words"),
    [
        (0.999, True, "Very confident (99%)"),
        (0.7, True, "Confident (70%)"),
        (0.5, True, "Fairly confident (50%)"),
        (0.31, True, "Not very confident (31%)"),
        (0.004, False, "Too unsure to answer (under 1%)"),
        (0.0, False, "Too unsure to answer (0%)"),
    ],
)
def test_how_sure_an_answer_is(confidence: float, answerable: bool, words: str) -> None:
    assert confidence_in_words(confidence, answerable=answerable) == words


def test_what_a_question_was_read_as_is_one_safe_line() -> None:
    answer = Answer("who recieves?", False, 0.1, None, (), 1.0)
    assert read_as_in_words(answer) == ""
    corrected = replace(answer, read_as="who\nreceives\x1b[2J?")
    assert read_as_in_words(corrected) == "Read as: who receives\ufffd[2J?"
