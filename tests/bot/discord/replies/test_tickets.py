"""Tickets: what they are written as, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.replies.markdown import units
from bot.discord.replies.message_limits import CUSTOM_ID
from bot.discord.replies.tickets import (
    PREFIX,
    AnswerTicket,
    ArticlesTicket,
    ContextTicket,
    MoreTicket,
    NoteTicket,
    PageTicket,
    SentenceMark,
    Ticket,
    VerdictTicket,
    clean_query,
    parse_ticket,
    sentence_digest,
)
from index.storage.catalog import article_key

COUNTS = st.integers(0, 999_999_999)
KEYS = st.text().map(article_key)
DIGESTS = st.text().map(sentence_digest)
SPANS = st.tuples(COUNTS, COUNTS).filter(lambda pair: pair[0] != pair[1]).map(sorted)
TICKETS: st.SearchStrategy[Ticket] = st.one_of(
    st.builds(lambda key, span, digest: ContextTicket(key, *span, digest), KEYS, SPANS, DIGESTS),
    st.builds(PageTicket, KEYS, COUNTS, st.booleans(), st.none() | st.builds(SentenceMark, COUNTS, DIGESTS)),
    st.builds(MoreTicket, st.none() | KEYS, COUNTS),
    st.builds(
        VerdictTicket,
        st.booleans(),
        st.from_regex(r"[0-9A-Za-z_.-]{1,48}", fullmatch=True),
        st.none() | KEYS,
        st.integers(0, 2**64 - 1),
    ),
    st.builds(NoteTicket, COUNTS),
    st.just(AnswerTicket()),
    st.builds(ArticlesTicket, COUNTS, st.text().map(clean_query), st.booleans()),
)
LOOKALIKES = st.tuples(st.sampled_from("acpmvnlo"), st.text()).map(lambda parts: PREFIX + ":".join(parts))


@pytest.mark.slow
@given(TICKETS)
def test_a_ticket_is_read_back_from_its_custom_id(ticket: Ticket) -> None:
    assert units(ticket.custom_id) <= CUSTOM_ID
    assert parse_ticket(ticket.custom_id) == ticket


@pytest.mark.parametrize(
    ("ticket", "custom_id"),
    [
        (ContextTicket("kAntsyJ4LhQf", 364, 543, "ET4w3rZY"), "fn1:c:kAntsyJ4LhQf:364:543:ET4w3rZY"),
        (PageTicket("kAntsyJ4LhQf", 8), "fn1:p:kAntsyJ4LhQf:+8"),
        (
            PageTicket("kAntsyJ4LhQf", 8, True, SentenceMark(3, "ET4w3rZY")),
            "fn1:p:kAntsyJ4LhQf:-8:3:ET4w3rZY",
        ),
        (MoreTicket(None, 3), "fn1:m::3"),
        (MoreTicket("kAntsyJ4LhQf", 3), "fn1:m:kAntsyJ4LhQf:3"),
        (VerdictTicket(True, "5d41402abc4b"), "fn1:v:yes:5d41402abc4b"),
        (VerdictTicket(False, "5d41402abc4b", "kAntsyJ4LhQf"), "fn1:v:no:5d41402abc4b:kAntsyJ4LhQf"),
        (VerdictTicket(True, "5d41402abc4b", None, 42), "fn1:v:yes:5d41402abc4b:@42"),
        (VerdictTicket(True, "5d4", "kAntsyJ4LhQf", 42), "fn1:v:yes:5d4:kAntsyJ4LhQf:@42"),
        (NoteTicket(7), "fn1:n:7"),
        (AnswerTicket(), "fn1:a"),
        (ArticlesTicket(2, "syria"), "fn1:l:2:syria"),
        (ArticlesTicket(2, "syria", changeable=True), "fn1:o:2:syria"),
    ],
)
def test_buttons_that_were_sent_before_stay_valid(ticket: Ticket, custom_id: str) -> None:
    assert ticket.custom_id == custom_id
    assert parse_ticket(custom_id) == ticket


@given(st.one_of(st.text(), st.text().map(PREFIX.__add__), LOOKALIKES))
def test_a_custom_id_that_is_read_is_one_that_a_ticket_has(custom_id: str) -> None:
    ticket = parse_ticket(custom_id)
    assert ticket is None or ticket.custom_id == custom_id


@pytest.mark.slow
@given(TICKETS, st.data())
def test_a_ticket_with_one_character_changed_is_another_one_or_none(
    ticket: Ticket, data: st.DataObject
) -> None:
    written = ticket.custom_id
    at = data.draw(st.integers(0, len(written) - 1))
    forged = written[:at] + data.draw(st.characters()) + written[at + data.draw(st.integers(0, 1)) :]
    read = parse_ticket(forged)
    assert read is None or read.custom_id == forged


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "fn1",
        "fn1:",
        "fn1:x:1",
        "fn2:n:1",
        "FN1:n:1",
        "fn1:n:01",
        "fn1:n:-1",
        "fn1:n:+1",
        "fn1:n:1 ",
        "fn1:n:1\n",
        "fn1:n:١",
        "fn1:n:1000000000000",
        "fn1:c:kAntsyJ4LhQf:543:364:ET4w3rZY",
        "fn1:c:kAntsyJ4LhQf:364:364:ET4w3rZY",
        "fn1:c:../../etc/pas:1:2:ET4w3rZY",
        "fn1:c:kAntsyJ4LhQf:1:2:ET4w3rZ",
        "fn1:p:kAntsyJ4LhQf:8",
        "fn1:p:kAntsyJ4LhQf:+8:3",
        "fn1:m:short:3",
        "fn1:v:maybe:abc",
        "fn1:v:yes:",
        "fn1:v:yes:a b",
        "fn1:v:yes:a:@042",
        "fn1:v:yes:a:@0",
        "fn1:v:yes:a:@",
        "fn1:v:yes:'; DROP TABLE feedback",
        "fn1:l:0: a",
        "fn1:l:0:a\u202eb",
        f"fn1:l:0:{'a' * 81}",
        f"fn1:l:0:{'👍' * 41}",
    ],
)
def test_forged_tickets_are_refused(forged: str) -> None:
    assert parse_ticket(forged) is None


def test_a_digest_tells_sentences_apart() -> None:
    assert len({sentence_digest(text) for text in ("", "a", "A", "a ", "\ud800")}) == 5


@given(st.text())
def test_a_clean_query_stays_as_it_is(query: str) -> None:
    assert clean_query(clean_query(query)) == clean_query(query)
