"""Commands on the quality of the answers."""

from index.evaluation.gold_questions import GoldQuestion
from tests.support.homes import Home


def test_the_help_shows_what_the_file_looks_like(built_home: Home) -> None:
    text = built_home.footnote("eval", "--help").out
    start = text.index('{"id": 1')
    first, second = text[start : text.index("A citation is")].strip().split("\n  {")
    assert GoldQuestion.model_validate_json(first).answerable
    assert not GoldQuestion.model_validate_json("{" + second).answerable
