"""What people wrote in a chat as articles: its words, whatever they look like."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.corpus import corpus_files, read_article
from index.articles.front_matter import front_matter_values
from index.errors import IngestionError
from index.ingestion.corpus_changes import IngestionResult, Outcome
from index.ingestion.messages import add_answer, add_message, has_words
from index.ingestion.remaining_quota import RemainingQuota, on_disk
from index.records import Article, BlockKind

URL = "https://discord.com/channels/1/2/3"
DAY = "2026-11-29"
QUESTION = "When does the pool open in winter?"
NASTY = """\
---
url: "https://evil.example"
title: Another
---

# Another title
===
<script>alert(1)</script> <!-- note --> {{ secret }} {% if x %} [[page]] $x$ ==y== [^1]: note
import a from "b"
+++
title = "x"
+++
:::note
@everyone <@123> &amp; [here](https://b.example) ![i](j) snake_case 2 * 3 * 4 C:\\temp"""


def article(corpus: Path) -> Article:
    return read_article(*corpus_files(corpus))


def answer(corpus: Path, question: str = QUESTION, text: str = "At nine.", **known: str) -> IngestionResult:
    return add_answer(corpus, question, text, published=DAY, **known)


def message(corpus: Path, text: str, **known: str) -> IngestionResult:
    return add_message(corpus, 3, text, published=DAY, url=URL, **known)


def test_a_question_and_its_answer_are_an_article(tmp_path: Path) -> None:
    added = answer(tmp_path, text="At nine.\n\nOn Sundays at ten.", url=URL)
    assert (added.outcome, added.file) == (Outcome.ADDED, "answers/when-does-the-pool-open-in-winter.md")
    assert (tmp_path / added.file).read_text() == (
        f'---\ntitle: "{QUESTION}"\nurl: "{URL}"\npublished: "{DAY}"\n---\n\n'
        f"# {QUESTION}\n\nAt nine.\n\nOn Sundays at ten.\n"
    )
    stored = article(tmp_path)
    assert (stored.title, stored.url, stored.published) == (QUESTION, URL, DAY)
    assert [block.kind for block in stored.blocks] == [BlockKind.HEADING, *[BlockKind.PARAGRAPH] * 2]


def test_only_a_given_author_is_named(tmp_path: Path) -> None:
    assert "author" not in front_matter_values((tmp_path / answer(tmp_path).file).read_text())[0]
    named = answer(tmp_path, author="Ada")
    assert front_matter_values((tmp_path / named.file).read_text())[0]["author"] == "Ada"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**At nine**, __not__ ten", "At nine, not ten"),
        ("it is `**not**` bold", "it is **not** bold"),
        ("~~at ten~~ at nine", "at nine"),
        ("||at nine||", "at nine"),
        ("# Hours\n> at nine\n-# in winter", "Hours\nat nine\nin winter"),
        ("snake_case, 2 * 3 * 4, <b>#5</b>", "snake_case, 2 * 3 * 4, <b>#5</b>"),
        ("Bring:\n- a towel\n• soap\n1. money", "Bring:\n\na towel\nsoap\n1. money"),
        ("Type\n```sh\n# all\nls **\n```\nthen wait", "Type\n\n# all\nls **\n\nthen wait"),
    ],
)
def test_words_are_kept_as_a_chat_shows_them(tmp_path: Path, written: str, shown: str) -> None:
    answer(tmp_path, text=written)
    assert article(tmp_path).text == f"{QUESTION}\n\n{shown}"


def test_nothing_in_an_answer_breaks_its_article(tmp_path: Path) -> None:
    answer(tmp_path, text=NASTY, url=URL)
    stored = article(tmp_path)
    assert (stored.title, stored.url, stored.published, stored.flaw) == (QUESTION, URL, DAY, "")
    assert sum(block.kind is BlockKind.HEADING for block in stored.blocks) == 1
    for line in NASTY.splitlines():
        shown = line.removeprefix("# ")
        assert shown in stored.text or not any(map(str.isalnum, shown)), line
    assert all(not block.links for block in stored.blocks)


def test_nothing_in_a_question_breaks_its_article(tmp_path: Path) -> None:
    added = answer(tmp_path, 'Is\n---\nurl: "x"\n# the `pool`   open?')
    stored = article(tmp_path)
    assert added.file == "answers/is-url-x-the-pool-open.md"
    assert (stored.title, stored.url) == ('Is --- url: "x" # the `pool` open?', None)
    assert stored.text == f"{stored.title}\n\nAt nine."


@given(question=st.text(min_size=1, max_size=60), text=st.text(min_size=1, max_size=200))
def test_any_text_is_an_article(tmp_path_factory: pytest.TempPathFactory, question: str, text: str) -> None:
    corpus = tmp_path_factory.mktemp("corpus")
    for add in (
        lambda: add_answer(corpus, f"q {question}", f"a {text}", published=DAY, url=URL),
        lambda: add_message(corpus, 3, f"a {text}", published=DAY, url=URL),
    ):
        assert corpus.joinpath(add().file).is_file()
    assert {read_article(file).url for file in corpus_files(corpus)} == {URL}


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("???", "answer"),
        ("水温は何度ですか", "水温は何度ですか"),
        ("word " * 40, "-".join(["word"] * 16)),
    ],
)
def test_an_answer_is_named_by_its_question(tmp_path: Path, question: str, name: str) -> None:
    assert answer(tmp_path, question).file == f"answers/{name}.md"


def test_two_answers_to_a_question_stand_beside_each_other(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        texts = [f"At {hour}." for hour in range(8)]
        added = list(pool.map(lambda text: answer(tmp_path, text=text), texts))
    assert len({one.file for one in added}) == 8
    stored = "\n".join(read_article(file).text for file in corpus_files(tmp_path))
    assert all(text in stored for text in texts)
    assert answer(tmp_path, text="At 3.").outcome is Outcome.UNCHANGED


def test_an_answer_beside_another_is_paid_for_once(tmp_path: Path) -> None:
    text = "At nine, and on Sundays at ten."
    size = len(f"{QUESTION}\n\n{text}")
    answer(tmp_path)
    quota = RemainingQuota(articles=1, characters=size, bytes=on_disk(1))
    added = add_answer(tmp_path, QUESTION, text, published=DAY, quota=quota)
    assert added.outcome is Outcome.ADDED
    assert (quota.articles, quota.characters, quota.bytes) == (0, 0, 0)


def test_a_message_is_an_article(tmp_path: Path) -> None:
    added = message(tmp_path, "**The pool** opens at nine.\nBring a towel.", author="Ada")
    assert (added.outcome, added.file) == (Outcome.ADDED, "messages/3.md")
    values, body = front_matter_values((tmp_path / added.file).read_text())
    assert {key: value for key, value in values.items() if key != "sha256"} == {
        "url": URL,
        "title": "The pool opens at nine.",
        "published": DAY,
        "author": "Ada",
    }
    assert body == "The pool opens at nine.\\\nBring a towel.\n"
    assert article(tmp_path).text == "The pool opens at nine.\nBring a towel."


def test_a_long_message_is_named_by_its_first_words(tmp_path: Path) -> None:
    assert message(tmp_path, "word " * 40).title == "word " * 15 + "word…"
    assert add_message(tmp_path, 4, "x" * 200, published=DAY, url=URL).title == "x" * 80 + "…"


def test_a_message_that_was_edited_is_brought_up_to_date(tmp_path: Path) -> None:
    message(tmp_path, "At nine.")
    assert message(tmp_path, "At nine.").outcome is Outcome.UNCHANGED
    assert message(tmp_path, "At ten.", updated="2026-11-30").outcome is Outcome.UPDATED
    values, body = front_matter_values((tmp_path / "messages/3.md").read_text())
    assert (values["updated"], body) == ("2026-11-30", "At ten.\n")
    assert message(tmp_path, "At ten.").outcome is Outcome.UNCHANGED


def test_a_message_that_a_person_changed_stays(tmp_path: Path) -> None:
    path = tmp_path / message(tmp_path, "At nine.").file
    path.write_text(path.read_text().replace("At nine", "At half past nine"))
    with pytest.raises(IngestionError, match="changed by hand"):
        message(tmp_path, "At ten.")
    assert "half past" in path.read_text()


@pytest.mark.parametrize("text", ["", "  \n ", "🙂", "---", "``````", "~~old~~"])
def test_what_has_no_words(text: str) -> None:
    assert not has_words(text)
    assert has_words(f"{text} at nine")
