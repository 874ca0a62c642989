"""An answer as a reply."""

from dataclasses import replace
from unittest.mock import MagicMock

from bot.discord.drawing import Manner, drawn, find_places
from bot.discord.replies.answer_reply import Place
from index.library import Library
from tests.preview import golden
from tests.preview.golden import HOSTILE, RAQQA, answered, cite


def test_places_are_looked_up_in_the_library() -> None:
    library = MagicMock()
    library.sentences.side_effect = lambda id_: golden.spans({RAQQA.id: RAQQA, HOSTILE.id: HOSTILE}[id_])
    cited = (cite(RAQQA, 3, "", 0.9), cite(HOSTILE, 2, "", 0.8, nth=2), cite(RAQQA, 15, "", 0.7, nth=3))
    found = find_places(library, answered("Who?", None, *cited))
    assert found == {1: Place(4, 16), 2: Place(3, 3), 3: Place(16, 16)}
    assert library.sentences.call_count == 2


def test_an_answer_outlives_its_article(library: Library) -> None:
    answer = library.ask("How long is the red bridge?")
    first, *rest = answer.citations
    gone = replace(answer, citations=(replace(first, article=replace(first.article, id="gone")), *rest))
    reply = drawn(library, gone, Manner())
    assert reply.embed is not None
    assert reply.embed.description is not None
    assert "900 metres" in reply.embed.description
    assert "sentence" not in reply.embed.description
