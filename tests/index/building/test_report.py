"""Report of an update."""

from index.building.report import BuildReport, make_report
from index.building.reuse import ReadArticle
from index.records import Article
from index.storage.input_state import FileState


def state(id_: str, digest: str, skipped: str | None = None) -> FileState:
    return FileState(f"{id_}.txt", id_, 1, 1, digest, skipped)


def report(before: list[FileState], after: list[FileState]) -> BuildReport:
    entries = [
        ReadArticle(file, Article(file.id, "", "", file.file)) for file in after if file.skipped is None
    ]
    return make_report(entries, after, {file.file: file for file in before}, None)


def test_each_article_is_counted_once() -> None:
    before = [state("kept", "1"), state("changed", "2"), state("gone", "3"), state("old", "4")]
    after = [state("kept", "1"), state("changed", "5"), state("new", "6"), state("moved", "4")]
    done = report(before, after)
    assert done.unchanged == ("kept",)
    assert done.updated == ("changed",)
    assert done.removed == ("gone",)
    assert done.added == ("new",)
    assert done.renamed == (("old", "moved"),)
    assert done.summary == "1 added, 1 updated, 1 removed, 1 renamed, 1 unchanged"


def test_renames_are_mentioned_only_if_there_are_any() -> None:
    assert report([], [state("new", "1")]).summary == "1 added, 0 updated, 0 removed, 0 unchanged"


def test_one_of_two_copies_of_a_removed_article_is_the_renamed_one() -> None:
    done = report([state("old", "1")], [state("first", "1"), state("second", "1")])
    assert (done.renamed, done.added) == ((("old", "first"),), ("second",))


def test_a_file_that_was_skipped_was_no_article() -> None:
    done = report([state("image", "1", "is binary")], [state("image", "2"), state("scan", "3", "no text")])
    assert (done.added, done.updated) == (("image",), ())
    assert done.skipped == (("scan.txt", "no text", ""),)
    assert done.summary == "1 added, 0 updated, 0 removed, 0 unchanged, 1 skipped"


def test_articles_of_a_rebuilt_index_are_not_called_unchanged() -> None:
    kept = state("kept", "1")
    entry = ReadArticle(kept, Article("kept", "", "", "kept.txt"))
    done = make_report([entry], [kept], {kept.file: kept}, "a rebuild was asked for")
    assert (done.unchanged, done.summary) == (("kept",), "0 added, 0 updated, 0 removed, 1 rebuilt")
