import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.json_output import answer_object, article_object, dump
from bot.wording import safe
from index.records import Answer, Article, Citation, Sentence, Source

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    max_leaves=8,
)


def whole(text: str) -> str:
    """Return text with neighbouring half pairs joined, which is what any JSON reader makes of them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


@pytest.mark.slow
@given(VALUES, st.sampled_from(["utf-8", "UTF-8", "ascii", "cp1252", None]), st.sampled_from([None, 2]))
def test_what_is_dumped_reads_back_equal_and_fits_the_encoding(
    value: Any, encoding: str | None, indent: int | None
) -> None:
    text = dump(value, encoding, indent)
    text.encode(encoding or "ascii")
    assert dump(json.loads(text), encoding, indent) == dump(json.loads(json.dumps(value)), encoding, indent)


@given(ANY_TEXT.map(whole))
def test_a_dumped_text_is_one_line_that_a_terminal_can_take(text: str) -> None:
    line = dump(text)
    assert json.loads(line) == text
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
    assert "\u202e" not in line


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_json_is_not_written(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        dump(value)


def test_readable_text_is_not_escaped() -> None:
    assert dump("Städte – 都市 😀") == '"Städte – 都市 😀"'
    assert dump("é😀", "ascii") == r'"\u00e9\ud83d\ude00"'


def test_an_answer_has_the_promised_keys_in_their_order() -> None:
    citation = Citation(1, Source("a/b", "Title", None), "It is so.", 10, 19, (13, 15), 0.97)
    found = answer_object(Answer("Is it?", True, 0.97, "is", (citation,), 4.2))
    assert json.loads(dump(found)) == found
    assert dump(found) == (
        '{"question": "Is it?", "answerable": true, "maybe": false, "confidence": 0.97, "answer": "is", '
        '"citations": [{"number": 1, "article": {"id": "a/b", "title": "Title", "url": null}, '
        '"sentence": "It is so.", "start": 10, "end": 19, "highlight": [13, 15], "section": [], '
        '"page": null, "block": "paragraph", "link": null, "links": [], "also": [], "also_count": 0, '
        '"score": 0.97}], '
        '"elapsed_ms": 4.2}'
    )


def test_what_a_question_was_read_as_is_there_if_words_were_corrected() -> None:
    found = answer_object(Answer("defualt?", False, 0.1, None, (), 1.0, read_as="default?"))
    assert list(found)[:3] == ["question", "read_as", "answerable"]
    assert (found["question"], found["read_as"]) == ("defualt?", "default?")


def test_an_answer_without_highlight_says_null() -> None:
    citation = Citation(1, Source("a", "T", "https://example.org"), "So.", 0, 3, None, 0.1)
    citation = replace(citation, link="https://example.org#:~:text=So.")
    found = answer_object(Answer("?", False, 0.1, None, (citation,), 1.0, maybe=True))
    assert (found["answerable"], found["maybe"], found["answer"]) == (False, True, None)
    assert found["citations"][0]["highlight"] is None
    assert found["citations"][0]["article"]["url"] == "https://example.org"
    assert found["citations"][0]["link"] == "https://example.org#:~:text=So."


def test_an_article_counts_characters_not_bytes() -> None:
    text = "Zwölf Boxkämpfer. 👩‍🚀."
    found = article_object(Article("a", "T", text, "a.txt"), [Sentence(0, 17), Sentence(18, len(text))])
    assert found["characters"] == len(text)
    assert [found["text"][start:end] for start, end in found["sentences"]] == ["Zwölf Boxkämpfer.", "👩‍🚀."]
    assert list(found) == ["id", "title", "url", "file", "characters", "sentences", "text"]
    assert safe(text) == text
