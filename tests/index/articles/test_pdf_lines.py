"""Spaces between the words of a line."""

from pathlib import Path

from index.articles.corpus import read_article
from tests.support.pdf_files import (
    pdf_of_operators,
)
from tests.support.small_corpus import put


def test_spaces_are_what_is_seen(tmp_path: Path) -> None:
    """Whether written or not: letters far apart are one word, words apart without a space are two."""
    operators = [
        b"BT /F1 12 Tf 50 400 Td [(Th)-20( )280(e bo)10(at)] TJ ET",  # a space that is taken back
        b"BT /F1 12 Tf 50 400 Td [(The)-300(boat)] TJ ET",  # a gap for a space
        b"BT /F1 12 Tf 50 400 Td 4 Tc [(The)-400(boat)] TJ ET",  # letters apart
    ]
    for number, shown in enumerate(operators):
        article = read_article(put(tmp_path, f"{number}.pdf", pdf_of_operators(shown)))
        assert article.text == "The boat"
