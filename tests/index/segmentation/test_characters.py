"""Characters: what a person sees as one stays one, and what no tokenizer takes is replaced."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segmentation.characters import clean, grapheme_clusters, replace_surrogates


@pytest.mark.parametrize(
    "cluster",
    [
        "e\u0301\u0323",
        "👩\u200d👩\u200d👧",
        "👍🏽",
        "❤\ufe0f",
        "🇫🇷",
        "1\ufe0f\u20e3",
        "ก็",
        "한",
        "क्षि",
        "\r\n",
    ],
)
def test_what_a_person_sees_as_one_character_is_one_cluster(cluster: str) -> None:
    assert grapheme_clusters(f"a{cluster}b{cluster}") == ["a", cluster, "b", cluster]


def test_flags_are_told_apart() -> None:
    assert grapheme_clusters("🇩🇪🇫🇷") == ["🇩🇪", "🇫🇷"]


@pytest.mark.slow
@given(st.text(st.characters()))
def test_the_clusters_together_are_the_text(text: str) -> None:
    assert "".join(grapheme_clusters(text)) == text


def test_importing_costs_no_regular_expression_library() -> None:
    code = "import sys, index.segmentation.characters; sys.exit('regex' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@given(st.text(st.characters()))
def test_a_clean_text_is_as_long_and_can_be_encoded(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) == len(text)
    assert b"\0" not in cleaned.encode()


@given(st.text(st.characters()))
def test_without_surrogates_a_text_is_as_long_and_otherwise_the_same(text: str) -> None:
    replaced = replace_surrogates(text)
    assert [(old, new) for old, new in zip(text, replaced, strict=True) if old != new] == [
        (old, "\ufffd") for old in text if "\ud800" <= old <= "\udfff"
    ]
