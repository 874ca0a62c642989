"""Words hyphenated at the ends of lines."""

from pathlib import Path

from tests.support.pdf_files import read_drawn, write_lines


def test_words_that_are_hyphenated_at_line_ends_are_joined(tmp_path: Path) -> None:
    article = read_drawn(
        tmp_path,
        lambda canvas: write_lines(
            canvas,
            """
            The well-known order is inter-
            national, and its most well-
            known member, a sea captain, sails the Mediter-
            ranean. He was there in the years 1914-
            1918 with the Anglo-
            Saxon fleet.""".replace("            ", ""),
        ),
    )
    assert article.text == (
        "The well-known order is international, and its most well-known member, a sea captain, sails "
        "the Mediterranean. He was there in the years 1914-1918 with the Anglo-Saxon fleet."
    )
