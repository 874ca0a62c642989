"""E-mails in plain text: the subject, who writes what, and who is quoted."""

from pathlib import Path

import pytest

from index.articles.corpus import read_article
from index.articles.document import Document
from index.articles.outline import with_outline
from index.articles.plain_text import read_plain_text
from tests.support.blocks import assert_sound, shown
from tests.support.growth import LINEAR, growth
from tests.support.small_corpus import put

THREAD = """From agathe at choir.example  Tue Mar 12 14:02:11 2024
From: agathe at choir.example (Agathe Lorne)
Date: Tue, 12 Mar 2024
Subject: Tour: bus
 and rooms
Message-ID: <1@choir.example>

Hi all,

the coach costs 1,240 euros.

On Mon, 11 Mar 2024 at 09:10, Bram Ode
<bram@choir.example> wrote:

> The hostel wanted
> 31 euros. Who carries the stands?

Ferran does.

From ferran at choir.example  Wed Mar 13 08:11:00 2024
From: "Ferran Ibs" <ferran@choir.example>
Subject: Re: Tour

Agathe Lorne wrote:
> Ferran does.

I can take 30.
"""


def _leads(document: Document) -> dict[str, str]:
    blocks = with_outline(document.text, document.blocks, "", document.section_ends)
    return {document.text[block.start : block.end]: block.lead for block in blocks}


def test_each_part_has_who_writes_it() -> None:
    document = read_plain_text(THREAD)
    assert_sound(document)
    assert document.text == THREAD.replace("\n> 31", "\n31")
    assert document.description.title == "Tour: bus and rooms"
    assert shown(document) == [
        ("contents", "From agathe at choir.example  Tue Mar 12 14:02:11 2024"),
        ("caption", "From: agathe at choir.example (Agathe Lorne)"),
        ("caption", "Date: Tue, 12 Mar 2024"),
        ("heading", "Tour: bus\n and rooms"),
        ("contents", "Message-ID: <1@choir.example>"),
        ("paragraph", "Hi all,"),
        ("paragraph", "the coach costs 1,240 euros."),
        ("contents", "On Mon, 11 Mar 2024 at 09:10, Bram Ode\n<bram@choir.example> wrote"),
        ("quotation", "The hostel wanted\n31 euros. Who carries the stands?"),
        ("paragraph", "Ferran does."),
        ("contents", "From ferran at choir.example  Wed Mar 13 08:11:00 2024"),
        ("caption", 'From: "Ferran Ibs" <ferran@choir.example>'),
        ("heading", "Re: Tour"),
        ("contents", "Agathe Lorne wrote"),
        ("quotation", "Ferran does."),
        ("paragraph", "I can take 30."),
    ]
    leads = _leads(document)
    assert leads["the coach costs 1,240 euros."] == "Agathe Lorne, Tue, 12 Mar 2024"
    assert leads["The hostel wanted\n31 euros. Who carries the stands?"].endswith(
        "Ode <bram@choir.example> wrote"
    )
    assert leads["I can take 30."] == "Ferran Ibs"


def test_an_answer_below_a_quoted_question_has_it() -> None:
    document = read_plain_text(THREAD.replace("Ferran does.\n\nFrom", "He does.\n\nFrom"))
    assert _leads(document)["He does."] == "Who carries the stands? › Agathe Lorne, Tue, 12 Mar 2024"


def test_a_message_ends_the_section_of_the_one_above() -> None:
    text = THREAD.replace("I can take 30.", "NUMBERS\n\nI can take 30.") + THREAD.replace(
        "Tour: bus", "Robes"
    )
    document = read_plain_text(text)
    blocks = with_outline(text, document.blocks, "", document.section_ends)
    sections = {
        text[block.start : block.end]: block.section for block in blocks if block.kind.value == "caption"
    }
    assert set(sections.values()) == {()}


@pytest.mark.parametrize(
    "text",
    [
        "From: Vienna\nTo: Brno\nDate: 3 May\n\nThe train is slow.\n",
        "Subject: geometry\nLevel: 3\n\nThe course begins in May.\n",
        "He wrote:\n\nThe train is slow.\n",
        "As follows:\n> make\n",
    ],
)
def test_what_is_no_mail(text: str) -> None:
    assert "contents" not in {kind for kind, _ in shown(read_plain_text(text))}


def test_marks_of_quotations_are_no_text() -> None:
    document = read_plain_text("He said:\n\n> > one\n> > two\n>three\n\nBoat  Seats\nTern  40\nGull  12\n")
    assert_sound(document)
    assert document.text == "He said:\n\n> > one\ntwo\nthree\n\nBoat  Seats\nTern  40\nGull  12\n"
    cells = [document.text[cell.start : cell.end] for block in document.blocks for cell in block.cells]
    assert cells == ["Boat", "Seats", "Tern", "40", "Gull", "12"]


def test_front_matter_names_the_article(tmp_path: Path) -> None:

    assert read_article(put(tmp_path, "a.txt", f"---\ntitle: Bus\n---\n{THREAD}")).title == "Bus"


@pytest.mark.slow
@pytest.mark.parametrize(
    "part", [THREAD, "Name: value\n", "On it goes\n", "a" * 50, "From: a\nSubject: b\n\n"]
)
def test_time_is_linear(part: str) -> None:
    assert growth(read_plain_text, part * 200, part * 800) < LINEAR
