"""Protected spans: what misleads a segmenter is hidden, and every place stays where it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segmentation.protected_spans import LONGEST_ENCLOSED, protect
from tests.support.growth import LINEAR, growth


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (
            "See asyncio.Queue.Empty, e.g. at https://a.b/c?d. Yes",
            "See asyncioaQueueaEmpty, e.g. at aaaaaaaaaaaaaaa. Yes",
        ),
        ("`a. B` of x@y.example. He left.Then", "aaaaaa of aaaaaaaaaaa. He left.Then"),
        ("the '60s. 'Tis rock 'n' roll, workers' hall", "the a60s. aTis rock ana roll, workersa hall"),
        ('6\' high, 9" long, "Quoted 6"', '6a high, 9a long, "Quoted 6"'),
        ("'He left. She stayed,' he said (so.", "'He left. She stayed,' he said  so."),
        ("lost :( found :)", "lost !! found !!"),
        ("1) one, [two] and “three", "1  one, [two] and  three"),
    ],
)
def test_what_misleads_is_hidden(text: str, hidden: str) -> None:
    assert protect(text) == hidden


def test_a_bracket_waits_for_its_other_half_not_for_ever() -> None:
    near, far = f"({'a' * (LONGEST_ENCLOSED - 2)})", f"({'a' * LONGEST_ENCLOSED})"
    assert protect(near) == near
    assert protect(far) == f" {'a' * LONGEST_ENCLOSED} "


@given(st.text(st.sampled_from("aB1 .'’\"“”()[]`:/@n\n")))
def test_the_length_stays(text: str) -> None:
    assert len(protect(text)) == len(text)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["(", "'a ", "`", "a.", "a@", '"', "[(", "n' ", "http://"])
def test_the_time_grows_with_the_length_of_a_text(part: str) -> None:
    assert growth(protect, part * 10_000, part * 40_000) < LINEAR
