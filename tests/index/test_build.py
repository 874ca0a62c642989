"""Building and updating an index, with the real model and the real readers."""

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from build_helpers import ARTICLES, build, make_config, provide_encoder, write_corpus

from index import build as build_module
from index import changes, sentences, store
from index.build import is_stale, update
from index.config import Config
from index.encoder import Encoder
from index.errors import (
    ConfigurationError,
    FootnoteError,
    IndexBusyError,
    IndexDamagedError,
    ModelMissingError,
)
from index.lexical import Lexical, terms
from index.readers import CorpusFile, read_article
from index.records import Article
from index.reuse import Earlier

IDS = ("cats", "news/weather", "raqqa")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, encoder_folder: Path) -> Path:
    base = tmp_path_factory.mktemp("built")
    config = make_config(base)
    write_corpus(base / "corpus", ARTICLES)
    provide_encoder(config, encoder_folder)
    report = build(config)
    assert (report.added, report.rebuilt, report.skipped) == (IDS, None, ())
    assert report.embedded > 6
    return base


@pytest.fixture
def config(built: Path, tmp_path: Path) -> Config:
    """An index of ARTICLES to change."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True, copy_function=os.link)
    for path in (tmp_path / "corpus").rglob("*.*"):  # a copy of its own, for tests that write to it
        content, status = path.read_bytes(), path.stat()
        path.unlink()
        path.write_bytes(content)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    return make_config(tmp_path)


def earlier(config: Config) -> Earlier:
    return store.open_current(config.index_directory, Earlier.load)


def texts(config: Config) -> dict[str, list[str]]:
    """All sentences by article, after checking that the index is consistent with itself."""
    index = earlier(config)
    lexical = Lexical.load(index.generation.folder, len(index.sentences))
    found: dict[str, list[str]] = {}
    for row in index.catalog.articles():
        article = index.catalog.article(row.row)
        stored = index.catalog.sentences(row.sentence_rows)
        for sentence in stored:
            assert article.text[sentence.start : sentence.end] == sentence.text
            assert all(lexical.scores([term])[sentence.row] > 0 for term in terms(sentence.text))
        found[article.id] = [sentence.text for sentence in stored]
    rows = sum(map(len, found.values()))
    assert len(index.sentences) == rows == index.generation.facts["sentences"]
    assert len(index.passages) == index.generation.facts["passages"]
    return found


def check_vectors(config: Config) -> None:
    """Compare every stored vector with a fresh one of its text."""
    index = earlier(config)
    encoder = Encoder.load(index.generation.encoder)
    for row in index.catalog.articles():
        text = index.catalog.article(row.row).text
        for spans, rows, vectors in (
            (index.catalog.spans(row.row), row.sentence_rows, index.sentences),
            (index.catalog.passages(row.row), row.passage_rows, index.passages),
        ):
            fresh = encoder.encode_texts([text[span.start : span.end] for span in spans])
            assert np.allclose(vectors.rows(rows.start, rows.stop), fresh, atol=1e-4)


def write(config: Config, name: str, text: str | bytes) -> None:
    write_corpus(config.corpus_directory, {name: text})
    path = config.corpus_directory / name
    os.utime(path, (2 * 10**9 - 10**9 // 2, 10**9 + 12345))


def current(config: Config) -> str:
    return (config.index_directory / "current").read_text(encoding="utf-8")


def test_the_index_holds_every_sentence_with_its_vector(config: Config) -> None:
    assert "The general predicts a long fight." in texts(config)["raqqa"]
    check_vectors(config)
    index = earlier(config)
    question = Encoder.load(index.generation.encoder).encode_queries(["How many people live in Raqqa?"])
    (row,) = index.sentences.search(question, 1)[1][0]
    assert index.catalog.sentences([row])[0].text == "About 90,000 people live there."


def test_nothing_changed_writes_nothing(config: Config) -> None:
    before = current(config)
    assert is_stale(config) is None
    report = build(config)
    assert (report.unchanged, report.embedded, report.added, report.updated) == (IDS, 0, (), ())
    assert current(config) == before
    assert sorted(path.name for path in config.index_directory.iterdir()) == [
        "current",
        "encoders",
        "generations",
        "lock",
    ]


def test_nothing_changed_imports_no_framework(config: Config) -> None:
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from build_helpers import make_config, build\nfrom index.build import is_stale\n"
        "config = make_config(Path(sys.argv[2]))\n"
        "assert is_stale(config) is None\n"
        "assert len(build(config).unchanged) == 3\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'llama_index', 'bm25s', 'scipy'}\n"
        "assert not loaded & heavy"
    )
    subprocess.run([sys.executable, "-c", code, Path(__file__).parent, config.base], check=True)


def digests(monkeypatch: pytest.MonkeyPatch, call: Callable[[], object]) -> int:
    """Count the files whose contents `call` compares."""
    real, seen = hashlib.file_digest, []
    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", lambda file, kind: seen.append(file) or real(file, kind))
        call()
    return sum("corpus" in Path(file.name).parts for file in seen)


@pytest.mark.parametrize("look", [is_stale, build])
def test_touched_files_are_compared_once(
    config: Config, monkeypatch: pytest.MonkeyPatch, look: Callable[[Config], object]
) -> None:
    for path in config.corpus_directory.rglob("*.*"):
        os.utime(path, (10**9 - 5, 10**9 - 5))
    kept = texts(config)
    assert digests(monkeypatch, lambda: look(config)) == 3
    after = current(config)
    assert digests(monkeypatch, lambda: look(config)) == 0
    assert is_stale(config) is None
    report = build(config)
    assert (report.unchanged, report.embedded) == (IDS, 0)
    assert (current(config), texts(config)) == (after, kept)


def test_fresh_files_settle_once(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    write_corpus(config.corpus_directory, ARTICLES)
    (config.corpus_directory / "cats.txt").touch()
    build(config)
    before = current(config)
    assert is_stale(config) is None
    assert current(config) == before, "a fresh file does not settle, so that there is nothing to remember"
    monkeypatch.setattr(changes, "_SETTLED", 0)
    assert digests(monkeypatch, lambda: is_stale(config)) == 1
    settled = current(config)
    assert settled != before
    assert digests(monkeypatch, lambda: is_stale(config)) == 0
    assert current(config) == settled


def test_an_index_that_cannot_be_written_is_no_reason(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    (config.corpus_directory / "cats.txt").touch()
    before = current(config)
    monkeypatch.setattr(changes, "_SETTLED", 0)
    with store.writing(config.index_directory, 0):
        assert is_stale(config) is None  # another process writes
    with monkeypatch.context() as patch:
        patch.setattr(os, "mkdir", lambda *_: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
        assert is_stale(config) is None
    assert current(config) == before
    assert is_stale(config) is None
    assert current(config) != before


@pytest.mark.parametrize("times", [1, 100])
def test_text_and_digest_are_of_one_content(
    config: Config, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Write another content while a file is read, and the first one with its old time after it."""
    path = config.corpus_directory / "new.txt"
    write(config, "new.txt", "The first content.")
    left = times

    def read(file: CorpusFile) -> Article:
        nonlocal left
        if file.path != path or not left:
            return read_article(file)
        left -= 1
        write(config, "new.txt", "Another content.")
        article = read_article(file)
        write(config, "new.txt", "The first content.")
        return article

    with monkeypatch.context() as patch:
        patch.setattr(build_module, "read_article", read)
        build(config)
    assert is_stale(config) == (None if times == 1 else "the corpus changed")
    build(config)
    assert texts(config)["new"] == ["The first content."]
    assert is_stale(config) is None


def test_a_changed_article_alone_is_embedded(config: Config) -> None:
    write(config, "cats.txt", "Cats\n\nA cat sleeps most of the day. A dog barks.\n")
    assert is_stale(config) == "the corpus changed"
    report = build(config)
    assert (report.updated, report.unchanged) == (("cats",), ("news/weather", "raqqa"))
    assert report.embedded == 2  # the new sentence, and the passage that holds it
    assert "A cat drinks milk." not in texts(config)["cats"]
    check_vectors(config)
    assert is_stale(config) is None


def test_a_change_of_the_same_size_and_time_of_writing_is_seen(config: Config) -> None:
    path = config.corpus_directory / "cats.txt"
    path.write_text("Cats\n\nA cat eats.\n", encoding="utf-8")
    build(config)
    status = path.stat()
    path.write_text("Cats\n\nA cat runs.\n", encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # within one tick of the clock
    assert is_stale(config) == "the corpus changed"
    assert build(config).updated == ("cats",)


def test_a_rename_embeds_nothing(config: Config) -> None:
    shutil.move(config.corpus_directory / "raqqa.txt", config.corpus_directory / "news" / "siege.txt")
    assert is_stale(config) == "the corpus changed"
    report = build(config)
    assert (report.renamed, report.embedded) == ((("raqqa", "news/siege"),), 0)
    assert (report.added, report.removed) == ((), ())
    assert list(texts(config)) == ["cats", "news/siege", "news/weather"]
    check_vectors(config)


def test_a_removed_article_is_gone(config: Config) -> None:
    (config.corpus_directory / "news" / "weather.md").unlink()
    report = build(config)
    assert (report.removed, report.unchanged, report.embedded) == (("news/weather",), ("cats", "raqqa"), 0)
    assert list(texts(config)) == ["cats", "raqqa"]
    check_vectors(config)


def test_an_added_article(config: Config) -> None:
    write(config, "mice.txt", "Mice\n\nA mouse eats cheese.\n")
    report = build(config)
    assert (report.added, report.unchanged) == (("mice",), IDS)
    assert texts(config)["mice"] == ["Mice", "A mouse eats cheese."]
    check_vectors(config)


def test_identical_articles_and_sentences_are_kept_and_embedded_once(config: Config) -> None:
    text = "Five times\n\n" + "The same sentence comes again. " * 5
    write(config, "one.txt", text)
    write(config, "two.txt", text)
    write(config, "copy.txt", ARTICLES["cats.txt"])
    report = build(config)
    assert report.added == ("copy", "one", "two")
    assert report.embedded == 3  # title, sentence, passage
    found = texts(config)
    assert found["one"] == found["two"] == ["Five times", *["The same sentence comes again."] * 5]
    assert found["copy"] == found["cats"]
    check_vectors(config)


def test_an_unreadable_file_is_named_and_skipped(config: Config) -> None:
    write(config, "image.txt", bytes(range(256)) * 50)
    report = build(config)
    ((file, reason),) = report.skipped
    assert file == "image.txt"
    assert reason == "is not text (binary data)"
    assert (report.unchanged, list(texts(config))) == (IDS, list(IDS))
    assert is_stale(config) is None, "it is not read again at each question"
    before = current(config)
    assert build(config).skipped == report.skipped, "but named again by each update"
    assert current(config) == before
    write(config, "image.txt", "Now it is text.")
    assert build(config).added == ("image",)


def test_ids_that_clash_later(config: Config) -> None:
    write(config, "cats.md", "# Other cats\n\nA lion is a cat.\n")
    build(config)
    assert list(texts(config)) == ["cats.md", "cats.txt", "news/weather", "raqqa"]
    check_vectors(config)


def test_odd_names_and_links(config: Config) -> None:
    write(config, "ünï 😀 #%20?.txt", "Odd names are fine.")
    (config.corpus_directory / "loop").symlink_to(config.corpus_directory)
    build(config)
    assert "ünï 😀 #%20?" in texts(config)
    moved = config.base / "elsewhere"
    config.corpus_directory.rename(moved)
    config.corpus_directory.symlink_to(moved)
    assert is_stale(config) is None
    assert build(config).embedded == 0


def test_an_empty_corpus_is_an_error_and_keeps_the_index(config: Config, tmp_path: Path) -> None:
    for path in config.corpus_directory.rglob("*.*"):
        path.unlink()
    with pytest.raises(ConfigurationError, match="no articles in"):
        build(config)
    assert list(texts(config)) == list(IDS)


def test_only_unreadable_files_are_an_error(config: Config) -> None:
    for path in config.corpus_directory.rglob("*.*"):
        path.write_bytes(bytes(range(256)) * 50)
    with pytest.raises(FootnoteError, match=r"no file in .* can be read"):
        build(config)
    assert list(texts(config)) == list(IDS)


def test_a_missing_corpus_leaves_no_index_folder(tmp_path: Path) -> None:
    with pytest.raises(FootnoteError):
        build(make_config(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_model(config: Config) -> None:
    missing = make_config(config.base, config.base / "none")
    assert is_stale(missing)
    with pytest.raises(ModelMissingError):
        build(missing)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


def emptied(content: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [cut, flipped, emptied])
def test_any_damage_is_mended_from_the_corpus(config: Config, damage: Callable[[bytes], bytes]) -> None:
    expected = texts(config)
    root = config.index_directory
    for name in ["current", *(path.name for path in earlier(config).generation.folder.iterdir())]:
        path = root / name if name == "current" else earlier(config).generation.folder / name
        content = path.read_bytes()
        path.unlink()  # it may be linked
        path.write_bytes(damage(content))
        with pytest.raises(IndexDamagedError):
            earlier(config)
        report = build(config)
        assert report.rebuilt
        assert name == "current" or name in report.rebuilt
        assert report.added == IDS
        assert texts(config) == expected


def test_a_damaged_pointer_is_mended_by_one_update(config: Config) -> None:
    path = config.index_directory / "current"
    for key in ("schema", "generation", "sha256", "previous"):
        content = path.read_text(encoding="utf-8")
        path.unlink()  # it may be linked
        path.write_text(content.replace(key, key[::-1]), encoding="utf-8")
        assert "not written by Footnote" in str(is_stale(config))
        assert build(config).rebuilt
        assert list(texts(config)) == list(IDS)


def test_another_schema_is_rebuilt(config: Config) -> None:
    for schema in (store.SCHEMA - 1, store.SCHEMA + 1):
        (config.index_directory / "current").unlink()
        pointer = {"schema": schema, "generation": {"of": "another shape"}}
        (config.index_directory / "current").write_text(json.dumps(pointer), encoding="utf-8")
        reason = is_stale(config)
        assert reason
        assert f"schema {schema}" in reason
        report = build(config)
        assert report.rebuilt == reason
        assert list(texts(config)) == list(IDS)


def test_other_rules_cut_anew_and_keep_vectors(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "RULES", 99)
    reason = is_stale(config)
    assert reason == "the cutting of sentences changed since the index was built"
    report = build(config)
    assert (report.rebuilt, report.unchanged, report.embedded) == (reason, IDS, 0)
    assert is_stale(config) is None
    check_vectors(config)


def test_a_busy_index(config: Config) -> None:
    write(config, "cats.txt", "Changed.")
    with store.writing(config.index_directory, 0), pytest.raises(IndexBusyError, match=str(os.getpid())):
        update(config, lambda *_: None, wait=0)


def test_progress_ends_where_it_should(config: Config) -> None:
    write(config, "mice.txt", "Mice\n\nA mouse eats cheese.\n")
    stages: dict[str, tuple[int, int]] = {}
    update(config, lambda stage, done, total: stages.__setitem__(stage, (done, total)))
    assert {"read", "cut", "embed", "write"} <= set(stages)
    assert all(done == total > 0 for done, total in stages.values())


@pytest.mark.parametrize("limit", [0, 100, 5_000, 15_000])
def test_a_full_disk_is_an_error_and_keeps_the_index(config: Config, limit: int) -> None:
    write(config, "cats.txt", "Cats\n\n" + "A cat sleeps most of the day. " * 50)
    kept, before = texts(config), current(config)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(FootnoteError, match="cannot be written"):
            build(config)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (texts(config), current(config)) == (kept, before)
    assert len(list((config.index_directory / "generations").iterdir())) == 1
    assert build(config).updated == ("cats",)


def test_a_failure_at_any_call_keeps_the_index(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each fsync, rename and so on fail in turn, as on a full or a dying disk."""
    write(config, "cats.txt", "Cats\n\nA cat runs.\n")
    kept = texts(config)
    for name in ("fsync", "rename", "replace", "mkdir"):
        real: Callable[..., None] = getattr(os, name)
        for number in range(100):
            calls = 0

            def fail(at: int, call: Callable[..., None], *args: object, **more: object) -> None:
                nonlocal calls
                calls += 1
                if calls == at:
                    raise OSError(28, "No space left on device")
                call(*args, **more)

            with monkeypatch.context() as patch:
                patch.setattr(os, name, partial(fail, number + 1, real))
                try:
                    build(config)
                except FootnoteError as error:
                    assert "No space left on device" in error.message
                    # The last step may have been done before the failure.
                    assert texts(config) in (kept, {**kept, "cats": ["Cats", "A cat runs."]})
                    continue
            if calls <= number:
                break
        assert number > 0, name
        assert texts(config)["cats"] == ["Cats", "A cat runs."]
        write(config, "cats.txt", ARTICLES["cats.txt"])
        build(config)
        assert texts(config) == kept
        write(config, "cats.txt", "Cats\n\nA cat runs.\n")


def test_a_folder_that_cannot_be_written(config: Config) -> None:
    shutil.rmtree(config.index_directory)
    config.index_directory.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(FootnoteError, match="cannot be written"):
        build(config)


def test_one_of_many_articles(tmp_path: Path, encoder_folder: Path) -> None:
    """The issue's promise: a change in one of 1,000 articles embeds that article alone."""
    config = make_config(tmp_path)
    provide_encoder(config, encoder_folder)
    write_corpus(
        config.corpus_directory,
        {f"{n % 7}/article {n}.txt": f"Title {n % 9}\n\nSentence number {n % 11}.\n" for n in range(1000)},
    )
    first = build(config)
    assert len(first.added) == 1000
    assert first.embedded < 130  # titles, sentences, passages: the same ones are embedded once
    write(config, "3/article 500.txt", "Another title\n\nAnother sentence. And one more.\n")
    report = build(config)
    assert report.updated == ("3/article 500",)
    assert len(report.unchanged) == 999
    assert report.embedded == 4
    assert texts(config)["3/article 500"] == ["Another title", "Another sentence.", "And one more."]
