"""Files of a corpus folder: which are listed, with which ids, and which are refused."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.corpus import article_ids, corpus_files, describe_counts, read_article, unsupported_files
from index.errors import ConfigurationError, UnreadableFileError
from index.records import Article
from tests.support.paths import CORPUS
from tests.support.small_corpus import put


def ids(folder: Path) -> list[str]:
    return [file.id for file in corpus_files(folder)]


def test_the_first_article_is_its_file() -> None:
    (file,) = corpus_files(CORPUS)
    article = read_article(file)
    assert replace(article, blocks=()) == Article(
        id="coalition-strikes-near-al-tanf",
        title="Coalition Strikes Pro-Assad Shiite Militias Again Near Key Outpost In Syria",
        text=file.path.read_text(encoding="utf-8"),
        file="coalition-strikes-near-al-tanf.txt",
        updated=int(file.path.stat().st_mtime),
    )


def test_what_is_listed(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "sub/deep/c.HTML", "image.png", "none", ".hidden.txt", ".git/x.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    assert [(file.id, file.file) for file in corpus_files(tmp_path)] == [
        ("a", "a.txt"),
        ("b", "b.md"),
        ("sub/deep/c", "sub/deep/c.HTML"),
    ]


def test_files_that_would_share_an_id_keep_their_extensions(tmp_path: Path) -> None:
    for name in ("a.txt", "a.md", "a.txt.md", "b.md", "v1.2.txt"):
        put(tmp_path, name)
    assert ids(tmp_path) == ["a.md", "a.txt", "a.txt.md", "b", "v1.2"]


def test_odd_names(tmp_path: Path) -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    names = [
        " a b .txt",
        "new\nline.txt",
        "-rf.txt",
        "a..txt",
        f"{decomposed}.txt",
        "🐝.md",
        "a;b'c\".txt",
    ]
    for name in names:
        put(tmp_path, name)
    os.close(os.open(os.fsencode(tmp_path) + b"/bad\xe9.txt", os.O_CREAT))
    assert set(ids(tmp_path)) == {
        " a b ",
        "new\nline",
        "-rf",
        "a.",
        composed,
        "🐝",
        "a;b'c\"",
        r"bad\xe9",
    }
    put(tmp_path, f"{composed}.txt")
    assert {f"{composed}.txt", f"{decomposed}.txt"} < set(ids(tmp_path))
    for name in (r"bad\xe9.txt", r"bad\\xe9.txt", r"a\b.txt"):
        put(tmp_path, name)
    os.close(os.open(os.fsencode(tmp_path) + b"/bad\\\xe9.txt", os.O_CREAT))
    assert {r"bad\xe9", r"bad\\xe9", r"bad\\\xe9", r"bad\\\\xe9", r"a\b"} < set(ids(tmp_path))
    assert len({file.file for file in corpus_files(tmp_path)}) == len(ids(tmp_path)) == 13


@pytest.mark.slow
@given(
    st.lists(
        st.lists(st.text("ab.é/ ", min_size=1, max_size=4), min_size=1, max_size=3),
        max_size=12,
        unique_by=str,
    ),
    st.data(),
)
def test_ids_are_unique(stems: list[list[str]], data: st.DataObject) -> None:
    files = {"/".join(parts) + data.draw(st.sampled_from([".txt", ".md", ".txt.md"])) for parts in stems}
    ids = article_ids(sorted(files))
    assert len(set(ids)) == len(ids) == len(files)


def test_links(tmp_path: Path) -> None:
    corpus, outside = tmp_path / "corpus", tmp_path / "outside"
    put(outside, "secret.txt", "A secret.")
    put(corpus, "a.txt", "Some words.")
    put(corpus, "store/data.bin.txt", "Some words.")
    (corpus / "inside.txt").symlink_to("a.txt")
    (corpus / "store" / "loop").symlink_to(corpus)
    (corpus / "self.txt").symlink_to("self.txt")
    (corpus / "broken.txt").symlink_to("nothing.txt")
    (corpus / "leak.txt").symlink_to("../outside/secret.txt")
    (corpus / "leaks").symlink_to("../outside")
    files = {file.file: file for file in corpus_files(corpus)}
    assert set(files) == {
        "a.txt",
        "broken.txt",
        "inside.txt",
        "leak.txt",
        "leaks/",
        "self.txt",
        "store/data.bin.txt",
    }
    assert read_article(files["inside.txt"]).text == "Some words."
    for name, reason in {
        "leak.txt": "leaves the corpus",
        "leaks/": "leaves the corpus",
        "broken.txt": "No such file",
        "self.txt": "cannot be read",
    }.items():
        with pytest.raises(UnreadableFileError, match=reason):
            read_article(files[name])


def test_a_corpus_behind_a_link(tmp_path: Path) -> None:
    put(tmp_path / "real", "a.txt")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real" / "b.txt").symlink_to("a.txt")
    assert [read_article(file).id for file in corpus_files(tmp_path / "link")] == ["a", "b"]


def test_a_corpus_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no-folder: no such corpus folder"):
        corpus_files(tmp_path / "no-folder")
    file = put(tmp_path, "a.txt").path
    with pytest.raises(ConfigurationError, match=r"a\.txt: the corpus must be a folder"):
        corpus_files(file)
    (tmp_path / "empty").mkdir()
    assert corpus_files(tmp_path / "empty") == []


def test_folders_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.txt")
    put(tmp_path, "closed/b.txt")
    listed, closed = os.scandir, [tmp_path / "closed"]

    def scandir(path: Path) -> object:
        if Path(path) in closed:  # a superuser, as tests may be, is refused nothing
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    folder, file = sorted(corpus_files(tmp_path), key=lambda file: file.file, reverse=True)
    assert (folder.file, file.file) == ("closed/", "a.txt")
    with pytest.raises(UnreadableFileError, match="could not be listed"):
        read_article(folder)
    closed.append(tmp_path)
    with pytest.raises(ConfigurationError, match="cannot be read: Permission denied"):
        corpus_files(tmp_path)


def test_a_file_without_a_title_is_named_by_its_file(tmp_path: Path) -> None:
    assert read_article(put(tmp_path, "sub/the file.txt", "Bees dance.\nThey do.")).title == "the file"


def test_a_section_far_down_names_no_article(tmp_path: Path) -> None:
    body = "Of the board\n\nDate: 9 March\n\nThe offer was accepted.\n\nThe rest was not.\n\n"
    assert read_article(put(tmp_path, "a.md", f"{body}## Shift plan\n\nNobody.\n")).title == "Of the board"
    assert read_article(put(tmp_path, "b.md", f"{body}# Minutes\n\nNobody.\n")).title == "Minutes"
    assert read_article(put(tmp_path, "c.md", "9 March\n\n## Minutes\n\nNobody.\n")).title == "Minutes"


def test_comments_in_code_are_no_titles(tmp_path: Path) -> None:
    text = "Set it up\nin a shell:\n\n```bash\n# install deps\nmake\n```\n\nThen run it.\n"
    assert read_article(put(tmp_path, "setup.md", text)).title == "Set it up in a shell:"
    assert read_article(put(tmp_path, "code.md", "```bash\n# install deps\n```\n")).title == "code"
    assert read_article(put(tmp_path, "plain.txt", "# The title\n\nBody.")).title == "The title"


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    file = put(tmp_path, "huge.txt", "words")
    with file.path.open("r+b") as stream:
        stream.truncate(100 * 2**20)
    with pytest.raises(UnreadableFileError, match="is too large: 100 MB, at most 50 MB"):
        read_article(file)


def test_a_file_that_goes_away(tmp_path: Path) -> None:
    file = put(tmp_path, "a.txt")
    file.path.unlink()
    with pytest.raises(UnreadableFileError, match=r"^cannot be read: No such file"):
        read_article(file)


def test_listing_files_imports_no_framework(tmp_path: Path) -> None:
    import subprocess

    program = (
        "import sys; from pathlib import Path; from index.articles.corpus import corpus_files; "
        "corpus_files(Path(sys.argv[1])); from index.segmentation.sentences import split_sentences; "
        "print([name for name in ('llama_index', 'lxml', 'pypdfium2', 'yaml', 'torch') "
        "if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(CORPUS)],
        capture_output=True,
        text=True,
        check=True,
        cwd=CORPUS.parent,
    )
    assert run.stdout == "[]\n"


def test_files_of_unsupported_formats_are_counted(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.XLSX", "sub/c.xlsx", "notes", "d.txt", ".hidden.xlsx", ".git/e.xlsx"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert unsupported_files(tmp_path) == {".xlsx": 3, "": 1}
    assert unsupported_files(tmp_path, tmp_path / "sub") == {".xlsx": 2, "": 1}
    assert describe_counts({".xlsx": 3, "": 1}) == "3 .xlsx, 1 without extension"
