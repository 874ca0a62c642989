"""Blocks that fit a question: code only if it asks for code, its own version, headings with its date."""

import pytest

from index.records import Block, BlockKind, Candidate
from index.retrieval.block_fit import BLOCK_PENALTIES, block_penalty, other_section_penalties
from index.retrieval.ranking import Ranker
from tests.support.candidates import candidate, idf
from tests.support.tables import each_row


def block(kind: BlockKind, *section: str) -> Block:
    return Block(kind, 0, 0, section)


def code(row: int, text: str, dense: float = 0.5) -> Candidate:
    return candidate(row, text, dense, block=block(BlockKind.CODE))


@each_row(
    "question, line",
    [
        ("Which command starts the ferry server?", "ferryd --start"),
        ("What do I type to start the ferry server?", "ferryd --start"),
        ("How do I start the server?", "ferryd --start"),
        ("how to reset the tide table", "tides reset"),
        ("What must be run first?", "make tides"),
        ("what should we enter there?", "tide 7"),
        ("What does the log say about the pump?", "12:04 pump 2 stopped"),
        ("Which error means that the pump is dry?", "E42: pump is dry"),
        ("What does E42 mean?", "E42: pump is dry"),
        ("What is --dry-run for?", "ferryd --dry-run  # nothing sails"),
        ("What is max_seats?", "max_seats = 120"),
        ("Which port does the ferry server use?", "port = 8080"),
        ("How many seats are there at most?", "max_seats: 120"),
        ("What does maxSeats stand at?", "maxSeats = 120"),
        ("What is in ferry.toml?", "cat ferry.toml"),
    ],
)
def test_code_may_answer_what_asks_for_code(question: str, line: str) -> None:
    assert block_penalty(question, code(1, line)) == 0


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("Who is the captain of the ferry?", 'print("captain of the ferry")'),
        ("When does the ferry sail?", "2024-05-03 12:04 ferry sails"),
        ("How many boats sail on Sunday?", "for boat in boats: sail(boat)"),
        ("How many people work at the port?", "port_of_call = harbour"),
        ("How do people get to the island?", "boat.run()"),
        ("Was version 2.3.1 better?", "ferry==2.3.1"),
        ("Who can run for office?", "run office"),
        ("Where can you enter the park?", "enter park"),
    ],
)
def test_code_is_no_answer_to_other_questions(question: str, line: str) -> None:
    assert block_penalty(question, code(1, line)) == BLOCK_PENALTIES[BlockKind.CODE]


def first(question: str, *candidates: Candidate) -> int:
    return Ranker.load().rank(question, candidates, idf)[0][0].row


def test_prose_comes_before_code_unless_code_is_asked_for() -> None:
    line = code(1, "ferry.restart()  # restart the ferry pump")
    prose = candidate(2, "A mechanic has to restart the ferry pump.", 0.45)
    assert first("Who has to restart the ferry pump?", line, prose) == 2
    assert first("Which command will restart the ferry pump?", line, prose) == 1


def heading(row: int, text: str) -> Candidate:
    return candidate(row, text, 0.4, block=Block(BlockKind.HEADING, 0, len(text), level=2))


def test_a_heading_has_the_date_of_what_it_names() -> None:
    headings = [heading(1, "[2.3.1] - 2023-08-19"), heading(3, "[2.3.0] - 2023-06-30")]
    item = candidate(2, "Sorts by colour when a note was released.", 0.4)
    assert first("When was Inkpot 2.3.1 released?", item, *headings) == 1
    assert first("When was Inkpot 2.3.0 released?", item, *headings) == 3
    assert first("What was released in Inkpot 2.3.1?", item, *headings) == 2
    fair = heading(1, "Spring fair, 12 May 2024")
    assert first("When is the spring fair?", candidate(2, "The spring fair has stalls."), fair) == 1
    assert first("Who opens the spring fair?", candidate(2, "The mayor opens the fair."), fair) == 2


def test_items_below_another_version_lose() -> None:
    def item(row: int, *section: str, text: str = "Crash on start.") -> Candidate:
        return candidate(row, text, block=block(BlockKind.LIST_ITEM, *section))

    question = "What was fixed in 2.3.1?"
    own, other = item(1, "[2.3.1] - 2023-08-19", "Fixed"), item(2, "[2.4.0] - 2023-11-02", "Fixed")
    undated, names_it = item(3, "Unreleased"), item(4, "2.4.0", text="As in 2.3.1.")
    penalties = other_section_penalties(question, [own, other, undated, names_it])
    assert [penalty > 0 for penalty in penalties] == [False, True, False, False]
    assert other_section_penalties(question, [other, undated]) == [0, 0]
    assert other_section_penalties("What was fixed?", [own, other]) == [0, 0]
    years = [item(1, "2023"), item(2, "2024"), item(3, "Rules", "7 Fees")]
    assert [p > 0 for p in other_section_penalties("Who won in 2023?", years)] == [False, True, False]
