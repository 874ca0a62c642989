"""Numbers before headings: what is one, and when a question asks for it."""

import pytest

from index.reading.enumerators import enumerator_length, unasked_length


@pytest.mark.parametrize(
    ("heading", "rest"),
    [
        ("7.1 Fees", "Fees"),
        ("7.1.2. Dogs", "Dogs"),
        ("7.1: Fees", "Fees"),
        ("7.1 - Fees", "Fees"),
        ("7.1 “Quiet hours”", "“Quiet hours”"),
        ("3.2 Hours", "Hours"),
        ("12. Loan period", "Loan period"),
        ("12. LOAN PERIOD", "LOAN PERIOD"),
        ("2. Marketing", "Marketing"),
        ("3) Posts", "Posts"),
        ("(b) Boats", "Boats"),
        ("(iv) Boats", "Boats"),
        ("IV. Fires", "Fires"),
        ("§ 4 Fees", "Fees"),
        ("§4.2 Fees", "Fees"),
        ("Rule 4: Dogs", "Dogs"),
        ("Rule IV: Dogs", "Dogs"),
        ("Section 1.4: Noise", "Noise"),
        ("Section 1.4 Noise", "Noise"),
        ("Appendix A: Fees", "Fees"),
        ("Chapter 4 - The harbour", "The harbour"),
        ("Step 3 – Glue it", "Glue it"),
    ],
)
def test_the_number_of_a_heading_is_left_out(heading: str, rest: str) -> None:
    assert heading[unasked_length(heading, "How is it?") :] == rest


@pytest.mark.parametrize(
    "heading",
    [
        "2024 season",
        "10 ways to win",
        "Part 2",
        "1.8.2",
        "1.8.2 - 3 May",
        "2.4 (beta)",
        "7.1 5 crowns",
        "1914. War begins",
        "24. December",
        "3.5.2024 Meeting",
        "24.12.24 Christmas Eve",
        "Version 2.4: Dark mode",
        "Unit 5: Flats",
        "7.2 Magnitude earthquake",
        "2.5 Million visitors",
        "8.30 Breakfast",
        "12.00 Lunch",
        "2.4 GHz Wi-Fi",
        "3.5 mm jack",
        "2.5 million visitors",
        "E. coli",
        "J. R. R. Adams",
        "A. Philip Boats",
        "Chapter 11 bankruptcy",
        "Section 3 of the Act",
        "Part 1 and 2",
        "",
    ],
)
def test_what_only_looks_like_a_number_of_sections_stays(heading: str) -> None:
    assert unasked_length(heading, "How is it?") == 0


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("7.1 Fees", "what does 7.1 say"),
        ("7.1 Fees", "7.1?"),
        ("7.1 Fees", "Which rule is it?"),
        ("7.1 Fees", "which of the sections covers fees"),
        ("7.1 Fees", "Under which heading are fees?"),
        ("7.1 Fees", "What number is the rule on dogs?"),
        ("7.1 Fees", "what's the rule number"),
        ("2.4 Beta", "in which Version was it added"),
        ("2.4 Beta", "What's the latest version?"),
        ("Rule 4: Dogs", "What does rule four say?"),
        ("b) Boats", "what is b)?"),
        ("Rule 4: Dogs", "Tell me about rule 4"),
        ("Rule 4: Dogs", "rule4"),
        ("Rule 4: Dogs", "What is the 4th rule?"),
        ("Rule 4: Dogs", "and the fourth rule"),
        ("IV. Fires", "What does IV say about fires?"),
        ("IV. Fires", "What is in chapter 4?"),
        ("(b) Boats", "what is (b)?"),
        ("Section A: Boats", "Does section A say so?"),
        ("(iv) Boats", "And clause (iv)?"),
    ],
)
def test_a_number_that_is_asked_for_stays(heading: str, question: str) -> None:
    assert unasked_length(heading, "How is it?") > 0
    assert unasked_length(heading, question) == 0


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("7.1 Fees", "What holds in 7.12?"),
        ("7.1 Fees", "What cost 17.1 crowns?"),
        ("7.1 Fees", "What are the rules for dogs?"),
        ("7.1 Fees", "What are rules for dogs?"),
        ("7.1 Fees", "What about the fees?"),
        ("7.1 Fees", "Which party pays?"),
        ("7.1 Fees", "Are there rules I must follow?"),
        ("7.1 Fees", "What is part of the fee?"),
        ("7.1 Fees", "What is the number of pitches?"),
        ("(a) Boats", "How much is a boat?"),
        ("Rule I: Boats", "May I take one?"),
    ],
)
def test_a_number_is_not_asked_for_by_what_looks_like_it(heading: str, question: str) -> None:
    assert unasked_length(heading, question) > 0


@pytest.mark.parametrize(
    ("text", "rest"),
    [("2. Rinse it.", "Rinse it."), ("(b) cats", "cats"), ("Rule 4 Dogs", "Dogs"), ("A cat", "A cat")],
)
def test_the_number_that_a_text_begins_with_is_no_part_of_an_answer(text: str, rest: str) -> None:
    assert text[enumerator_length(text) :] == rest


@pytest.mark.parametrize(
    ("text", "length"),
    [("3. Feed them", 3), ("3. May I swim?", 3), ("24. December: closed", 0), ("3. May 2024", 0)],
)
def test_the_day_of_a_date_is_no_number_of_an_item(text: str, length: int) -> None:
    assert enumerator_length(text) == length
