"""What docs/writing-articles.md says of articles is what becomes of them."""

import re
from pathlib import Path

import pytest

from index.articles.corpus import corpus_files, read_article
from index.library import Library
from index.records import Article
from tests.support.paths import ROOT
from tests.support.small_library import build, make_config, provide_encoder, write_corpus

GUIDE = (ROOT / "docs" / "writing-articles.md").read_text("utf-8")
HALL, DOGS, PRICES = re.findall(r"```markdown\n(.*?)```", GUIDE, re.DOTALL)
OTHERS = {
    "library.md": "# The library\n\nThe library closes at six. It closes then, too. No dogs come in.\n",
    "fees.md": "# Fees\n\n## Sauna\n\nThe fee is 5 euros.\n\n## Wardrobe\n\nThe fee is 2 euros.\n",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, encoder_folder: Path) -> Library:
    folder = tmp_path_factory.mktemp("guide")
    write_corpus(
        folder / "corpus", {"gritstone-hall.md": HALL, "dogs.md": DOGS, "prices.md": PRICES, **OTHERS}
    )
    config = make_config(folder)
    provide_encoder(config, encoder_folder)
    build(config)
    return Library.open(config)


def read(folder: Path, name: str, content: str) -> Article:
    write_corpus(folder, {name: content})
    (file,) = corpus_files(folder)
    return read_article(file)


def test_the_front_matter_names_the_article(tmp_path: Path) -> None:
    article = read(tmp_path, "doc3-final.md", HALL)
    assert (article.title, article.url) == ("Gritstone Hall", "https://example.org/gritstone-hall")
    assert (article.published, article.author) == ("2026-10-01", "The hall team")
    assert not article.text.startswith("---")


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("# Gritstone Hall\n\nIt is open.\n", "Gritstone Hall"),
        ("Gritstone Hall\n\nIt is open. Come in.\n", "Gritstone Hall"),
        ("It is open. Come in.\nThe door is red. So is the roof.\n", "gritstone"),
    ],
)
def test_a_heading_a_first_line_or_the_file_names_it_otherwise(
    tmp_path: Path, content: str, title: str
) -> None:
    assert read(tmp_path, "gritstone.md", content).title == title


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (
            "When is the boulder room open on Tuesdays?",
            "The boulder room is open from 9:00 to 22:00 on Tuesdays.",
        ),
        ("Can I bring my dog?", "Dogs are allowed in the garden, but not in the hall."),
        ("What does a single visit cost for children under 12?", "Single visit\t11 €\t5 €"),
        ("How much are ten visits?", "Ten visits\t90 €\t40 €"),
        ("What shoes do I need to enter the hall?", "clean shoes"),
        ("When does the library close?", "The library closes at six."),
        ("What is the fee for the sauna?", "The fee is 5 euros."),
        ("What is the fee for the wardrobe?", "The fee is 2 euros."),
    ],
)
def test_the_sentence_that_the_guide_would_write_is_found_first(
    library: Library, question: str, sentence: str
) -> None:
    answer = library.ask(question)
    assert answer.citations[0].sentence == sentence
    assert not any("?" in citation.sentence for citation in answer.citations[:1])


def test_what_nobody_sees_is_not_read(tmp_path: Path) -> None:
    hidden = "It is open.\n\n<!-- a comment -->\n\n![A plan of the hall](plan.png)\n"
    assert "comment" not in read(tmp_path, "hall.md", hidden).text
    assert "A plan of the hall" in read(tmp_path, "hall.md", hidden).text
    page = "<nav>a menu</nav><main><h1>Hall</h1><p>It is open all year round.</p><p hidden>secret</p></main>"
    (tmp_path / "hall.md").unlink()
    assert read(tmp_path, "hall.html", page).text.split() == "Hall It is open all year round.".split()


def test_front_matter_may_be_toml(tmp_path: Path) -> None:
    assert (
        read(tmp_path, "a.md", '+++\ntitle = "The hall"\n+++\n\nIt is open. Come in.\n').title == "The hall"
    )
