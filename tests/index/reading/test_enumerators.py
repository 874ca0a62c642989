"""Numbers before headings: what is one, and when a question asks for it."""

import pytest

from index.reading.enumerators import enumerator_length, unasked_length


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("7.1 Fees", "Fees"),
        ("7.1.2. Dogs", "Dogs"),
        ("12. Loan period", "Loan period"),
        ("3) Posts", "Posts"),
        ("(b) Boats", "Boats"),
        ("IV. Fires", "Fires"),
        ("§ 4 Fees", "Fees"),
        ("Rule 4: Dogs", "Dogs"),
        ("Section 1.4 Noise", "Noise"),
        ("Chapter 4 - The harbour", "The harbour"),
        ("Step 3 – Glue it", "Glue it"),
        ("2024 season", "2024 season"),
        ("10 ways to win", "10 ways to win"),
        ("Part 2", "Part 2"),
        ("1.8.2", "1.8.2"),
        ("", ""),
    ],
)
def test_the_number_that_a_text_begins_with(text: str, rest: str) -> None:
    assert text[enumerator_length(text) :] == rest
    assert text[unasked_length(text, "How is it?") :] == rest


@pytest.mark.parametrize("heading", ["1.8.2 - 3 May", "2.4 (beta)", "7.1 5 crowns"])
def test_a_number_without_words_after_it_may_be_all_that_a_heading_says(heading: str) -> None:
    assert unasked_length(heading, "How is it?") == 0


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("7.1 Fees", "what does 7.1 say"),
        ("7.1 Fees", "7.1?"),
        ("7.1 Fees", "Which rule is it?"),
        ("2.4 Beta", "in which Version was it added"),
        ("7.1 Fees", "what's the rule number"),
        ("Rule 4: Dogs", "What about rule 4?"),
        ("A. Boats", "What does section A say?"),
        ("(iv) Boats", "And clause (iv)?"),
    ],
)
def test_a_number_that_is_asked_for_stays(heading: str, question: str) -> None:
    assert unasked_length(heading, question) == 0


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("7.1 Fees", "What holds in 7.12?"),
        ("7.1 Fees", "What cost 17.1 crowns?"),
        ("7.1 Fees", "What are the rules for dogs?"),
        ("7.1 Fees", "What is the number of pitches?"),
        ("A. Boats", "How much is a boat?"),
        ("I. Boats", "May I take one?"),
    ],
)
def test_a_number_is_not_asked_for_by_what_looks_like_it(heading: str, question: str) -> None:
    assert unasked_length(heading, question) > 0
