from dataclasses import replace

from bot.web.answer_view import answer_view, article_link
from bot.web.text_pieces import TextPiece
from index.records import NO_ANSWER, NOT_SURE, Answer, BlockKind, Citation, Source

BEES = Source("bees", "Bees", "https://example.org/bees", 9)


def cited(number: int, sentence: str, score: float, mark: tuple[int, int] | None = None) -> Citation:
    return Citation(number, BEES, sentence, 0, len(sentence), mark, score, position=number, sentences=9)


KEPT = cited(1, "It is kept at 35 degrees.", 0.9, (14, 24))
OTHERS = (cited(2, "Bees shiver.", 0.4), cited(3, "Bees fly.", 0.3), cited(4, "Rain.", 0.001))


def test_an_answer_with_its_sentences() -> None:
    view = answer_view(Answer("How warm?", True, 0.9, "35 degrees", (KEPT, *OTHERS), 41.3), limit=2)
    assert (view.verdict, view.opening, view.confidence) == ("answered", "35 degrees", "Very confident (90%)")
    assert (view.seconds, view.contact, view.sources_heading) == ("0.04 s", "", "")
    first, second = view.sources
    assert first.quotation[1] == TextPiece("35 degrees", marked=True)
    assert first.path == "a/bees?q=How+warm%3F#s1"
    assert (first.place, first.score, first.url) == ("sentence 1 of 9", "90%", "https://example.org/bees")
    assert not first.is_next_best
    assert second.is_next_best


def test_a_whole_sentence_is_not_repeated() -> None:
    whole = cited(1, "Bees shiver.", 0.9)
    view = answer_view(Answer("Why?", True, 0.9, "Bees shiver.", (whole,), 1.0), limit=3)
    assert view.sources[0].quotation == ()


def test_what_may_answer_is_introduced_as_such() -> None:
    view = answer_view(
        Answer("How warm?", False, 0.2, None, (KEPT,), 1.0, maybe=True), limit=3, contact="Ask us."
    )
    assert (view.verdict, view.opening, view.contact) == ("maybe", NOT_SURE, "")
    assert view.sources[0].quotation[1].marked


def test_what_a_misspelt_question_was_read_as_is_shown() -> None:
    answer = Answer("defualt?", False, 0.1, None, (), 1.0, read_as="default?")
    assert answer_view(answer, limit=3).read_as == "Read as: default?"
    assert answer_view(replace(answer, read_as=None), limit=3).read_as == ""


def test_where_the_articles_do_not_say_nothing_is_marked() -> None:
    view = answer_view(Answer("Why?", False, 0.1, None, (KEPT, *OTHERS), 1.0), limit=3, contact="Ask us.")
    assert (view.verdict, view.opening, view.contact) == ("declined", NO_ANSWER, "Ask us.")
    assert view.confidence == "Too unsure to answer (10%)"
    assert view.sources_heading
    assert not any(piece.marked for source in view.sources for piece in source.quotation)
    assert not any(source.is_next_best for source in view.sources)
    assert not answer_view(Answer("Why?", False, 0.1, None, (), 1.0), limit=3).sources_heading


def test_all_items_of_a_list_that_answers_are_shown_and_only_web_addresses_linked() -> None:
    source = Source("a", "A", "javascript:alert(1)")
    items = tuple(
        Citation(
            *(number, source, f"item {number}", 0, 6, (0, 4), 0.9),
            block=BlockKind.LIST_ITEM,
            links=("https://example.org/x", "ftp://no"),
        )
        for number in range(1, 6)
    )
    view = answer_view(Answer("Which?", True, 0.9, "item", items, 1.0), limit=1)
    assert len(view.sources) == 5
    assert view.sources[0].url == ""
    assert view.sources[0].links == ("https://example.org/x",)


def test_an_article_without_a_title_is_named_by_its_id() -> None:
    assert article_link("x\u202ey", "", "1 sentence").title == "x\\u202ey"
