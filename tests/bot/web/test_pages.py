"""The pages, as a person reads them."""

from urllib.parse import urlsplit

import pytest

from bot.live.question_queue import DeadlineError, QueueFullError
from bot.small_talk import SmallTalk
from bot.web.pages import NOTHING_ASKED, TALK, whole_number
from index.errors import IndexDamagedError
from tests.support.discord_questions import BEES
from tests.support.reading_rooms import Room, Rooms, queue_that


async def test_the_first_page_has_a_box_to_ask_in_and_is_small(room: Room) -> None:
    page = await room.get("/")
    assert page.status == 200
    assert '<label for="q">' in page.text
    assert "4 articles" in page.words
    assert len(page.text.encode()) + len((await room.get("/style.css")).text.encode()) < 30_000


async def test_an_answer_leads_to_its_sentence(room: Room) -> None:
    page = await room.get("/", params={"q": "How long is the red bridge?"})
    assert page.status == 200
    assert "900 metres" in page.words
    assert "<mark>900 metres" in page.text
    assert "sentence 2 of 4" in page.words
    (link,) = page.links("The red bridge")
    article = await room.get(urlsplit(link).path.removeprefix(".") + "?" + urlsplit(link).query)
    assert urlsplit(link).fragment == "s2"
    assert '<span class="sentence" id="s2">' in article.text
    assert "<mark>900 metres" in article.text
    assert "Opened for How long is the red bridge?" in article.words


async def test_why_is_folded_away_or_a_link_when_others_wait(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await room.get("/", params={"q": "How long is the red bridge?"})
    details = page.text[page.text.index("<details") : page.text.index("</details>")]
    assert "open" not in details.partition(">")[0]
    assert "What the confidence is made of" in details
    monkeypatch.setattr(type(room.services.question_queue), "is_idle", False)
    page = await room.get("/", params={"q": "How long is the red bridge?"})
    assert "<details" not in page.text
    (link,) = page.links("Why this answer?")
    assert "<details" in (await room.get("/" + link.removeprefix("./"))).text


async def test_an_honest_no_with_the_contact(rooms: Rooms) -> None:
    room = await rooms.open(answer={"contact": "Ask <the> librarian."})
    page = await room.get("/", params={"q": "What is the capital of Peru?"})
    assert "The articles do not say." in page.words
    assert "Ask &lt;the&gt; librarian." in page.text
    assert "<mark>" not in page.text


async def test_one_article_is_asked(room: Room) -> None:
    page = await room.get("/", params={"q": "How long is the bridge?", "article": "bridges/green"})
    assert "40 metres" in page.words
    assert "Asked in The green bridge only." in page.words
    (everywhere,) = page.links("Ask all articles")
    assert "article=" not in everywhere
    missing = await room.get("/", params={"q": "How long?", "article": "bridges/rex"})
    assert missing.status == 404
    assert missing.links("bridges/red") == ["./a/bridges/red"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("hello", TALK[SmallTalk.GREETING]),
        ("thanks!", TALK[SmallTalk.THANKS]),
        ("what can you do?", TALK[SmallTalk.HELP]),
        ("bye", TALK[SmallTalk.GOODBYE]),
        (" \u200b", NOTHING_ASKED),
    ],
)
async def test_what_is_no_question_is_answered_kindly(room: Room, asked: str, said: str) -> None:
    page = await room.get("/", params={"q": asked})
    assert page.status == 200
    assert said in page.words


async def test_too_long_a_question(room: Room) -> None:
    page = await room.get("/", params={"q": "why " * 300})
    assert page.status == 400
    assert "A question can have 500 characters" in page.words


async def test_articles_are_listed_page_by_page_and_searched(room: Room, rooms: Rooms) -> None:
    page = await room.get("/articles")
    assert page.links("The red bridge") == ["./a/bridges/red"]
    assert "Anonymous · 2021-12-01 · 3 sentences" in page.words
    found = await room.get("/articles", params={"q": "gren bridge"})
    assert found.links("The green bridge")
    nothing = await room.get("/articles", params={"q": "zzzzzzzz"})
    assert "No title is like that." in nothing.words
    rooms.articles_on_a_page = 3
    room = await rooms.open()
    first, last = await room.get("/articles"), await room.get("/articles?page=2")
    assert first.links("Further titles") == ["./articles?page=2"]
    assert not first.links("Earlier titles")
    assert last.links("Earlier titles") == ["./articles?page=1"]
    assert not last.links("Further titles")
    assert (await room.get("/articles?page=9")).status == 200


async def test_an_article_is_found_by_what_people_call_it(room: Room) -> None:
    for name in ("bridges/re", "The%20red%20bridge", "bridges/red.txt", "BRIDGES%2FRED"):
        reply = await room.get(f"/a/{name}?q=How+long%3F")
        assert reply.status == 302
        assert reply.headers["Location"].endswith("a/bridges/red?q=How+long?")
    page = await room.get("/a/notes/bees")
    assert "Anonymous · 2021-12-01 · 3 sentences" in page.words
    assert page.links("source") == ["https://example.org/bees"]
    assert '<input type="hidden" name="article" value="notes/bees">' in page.text


async def test_an_unknown_article_names_the_nearest(room: Room) -> None:
    page = await room.get("/a/bridges/rex")
    assert page.status == 404
    assert page.links("bridges/red") == ["../../a/bridges/red"]


async def test_an_article_is_shown_even_if_its_question_has_to_wait(rooms: Rooms) -> None:
    room = await rooms.open(questions_per_minute=1)
    assert (await room.get("/", params={"q": BEES})).status == 200
    assert "Opened for" in (await room.get("/a/notes/bees", params={"q": BEES})).words  # remembered
    page = await room.get("/a/notes/bees", params={"q": "How warm is it?"})
    assert page.status == 200
    assert "Opened for" not in page.words


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (QueueFullError(7), 503, "Busy"),
        (DeadlineError(7), 503, "That took too long"),
        (IndexDamagedError("damaged"), 503, "Nothing can be looked up at the moment"),
    ],
)
async def test_what_prevents_an_answer_is_a_page(
    room: Room, error: Exception, status: int, title: str
) -> None:
    with queue_that(room, error):
        page = await room.get("/", params={"q": "Who?"})
        assert page.status == status
        assert title in page.words
        assert int(page.headers["Retry-After"]) >= 1
        article = await room.get("/a/bridges/red", params={"q": "Who?"})
        assert article.status == 200
        assert "900 metres" in article.words
        assert "Opened for" not in article.words


@pytest.mark.parametrize("error", [QueueFullError(7), DeadlineError(7), IndexDamagedError("damaged")])
async def test_an_answer_is_shown_even_if_its_explanation_has_to_wait(
    room: Room, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(room.services.question_queue, "run", refuse)
    page = await room.get("/", params={"q": "How long is the red bridge?", "why": "1"})
    assert page.status == 200
    assert "900 metres" in page.words
    assert page.links("Why this answer?")


def test_numbers_of_a_query() -> None:
    asked = ("7", "0", "", "-1", "٣", "1" * 10, "1" * 99, "x")
    assert [whole_number(text, 5) for text in asked] == [7, 0, 5, 5, 5, 10**9, 5, 5]
