"""The description of an article in a file beside it."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from index.articles.corpus import corpus_files, read_article, unsupported_files
from index.articles.front_matter import front_matter, quoted, split_front_matter
from index.articles.sidecar import describe, sidecar_content
from tests.support.small_library import write_corpus


def test_a_file_beside_an_article_describes_it(tmp_path: Path) -> None:
    facts = 'title = "Bees"\nurl = "https://example.org/b"\npublished = 2026-05-03\n'
    text = "# Old\n\nBees hum."
    write_corpus(tmp_path, {"a.txt": text, "a.txt.toml": facts, "b.txt": text})
    first, second = corpus_files(tmp_path)
    article = read_article(first)
    assert (article.title, article.url, article.published) == ("Bees", "https://example.org/b", "2026-05-03")
    assert read_article(second).title == "Old"
    assert unsupported_files(tmp_path) == {}


def test_several_authors(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"a.txt": "Bees hum.", "a.txt.toml": 'authors = ["Ada", "Bo"]'})
    assert read_article(*corpus_files(tmp_path)).author == "Ada, Bo"


def test_what_it_does_not_say_is_as_the_article_says(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"a.md": "---\ntitle: Bees\nauthor: Ada\n---\nBees hum."})
    write_corpus(tmp_path, {"a.md.toml": 'url = "https://example.org/b"'})
    article = read_article(*corpus_files(tmp_path))
    assert (article.title, article.author, article.url) == ("Bees", "Ada", "https://example.org/b")


def test_one_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"a.md": "Bees hum."})
    write_corpus(tmp_path, {"a.md.toml": "title = Bees"})
    assert "a.md.toml" in read_article(*corpus_files(tmp_path)).flaw


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"outside.toml": 'title = "Secret"'})
    write_corpus(tmp_path / "corpus", {"a.md": "# Bees\n\nBees hum."})
    (tmp_path / "corpus" / "a.md.toml").symlink_to(tmp_path / "outside.toml")
    assert read_article(*corpus_files(tmp_path / "corpus")).title == "Bees"


@given(st.text().filter(lambda text: any(map(str.isalnum, text))))
def test_any_title_is_read_back(title: str) -> None:
    from tempfile import TemporaryDirectory

    seen = " ".join("".join(char if char.isprintable() else " " for char in title).split())
    description, text = split_front_matter(front_matter({"title": title, "url": ""}) + "\nBees hum.")
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.pdf.toml")
        path.write_bytes(sidecar_content({"title": title}))
        beside = describe(description, path)
    assert quoted(title).isprintable()
    assert text.strip() == "Bees hum." and not description.flaw and not beside.flaw
    if len(seen) < 1_000 and seen not in ("~", "null"):
        assert description.title == beside.title == seen
