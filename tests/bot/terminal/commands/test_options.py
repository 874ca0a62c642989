"""Options that several commands share."""

import pytest
from click.testing import CliRunner

from bot.terminal.cli import main


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["ask", "x", "--top-k", "0"], "'--top-k': expected a whole number from 1 to 50 (found '0')"),
        (["ask", "x", "--top-k", "51"], "'--top-k': expected a whole number from 1 to 50 (found '51')"),
        (
            ["show", "x", "--around", "many"],
            "'--around': expected a whole number of 1 or more (found 'many')",
        ),
        (["feedback", "--forget", "-1"], "'--forget': expected a whole number of 1 or more (found '-1')"),
        (["feedback", "--forget", "9" * 5000], "(found '999"),
    ],
)
def test_a_number_out_of_bounds_is_refused_in_words(arguments: list[str], expected: str) -> None:
    result = CliRunner().invoke(main, arguments, prog_name="footnote")
    assert (result.exit_code, result.stdout) == (2, "")
    assert expected in result.stderr
