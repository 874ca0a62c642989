"""What a library may still take: less by what comes, and never more than is left."""

from pathlib import Path

import pytest

from index.errors import QuotaError
from index.ingestion.corpus_changes import add_article, replace_article
from index.ingestion.messages import add_answer, add_message
from index.ingestion.remaining_quota import RemainingQuota, on_disk

TEXT = b"# Bees\n\nBees hum."


def test_articles_and_characters_are_taken(tmp_path: Path) -> None:
    quota = RemainingQuota(2, 30)
    add_article(tmp_path, "a", "a.md", TEXT, quota=quota)
    assert quota == RemainingQuota(1, 30 - len("Bees\n\nBees hum."))
    with pytest.raises(QuotaError, match=r"^has 15 characters, and the library may take 14 more$"):
        add_article(tmp_path, "b", "b.md", TEXT.replace(b"hum", b"sum"), quota=RemainingQuota(1, 14))
    with pytest.raises(QuotaError, match="as many articles as it may"):
        add_article(tmp_path, "b", "b.md", TEXT, quota=RemainingQuota(0, None))
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"]


def test_what_replaces_an_article_takes_only_what_it_is_longer(tmp_path: Path) -> None:
    add_article(tmp_path, "a", "a.md", TEXT)
    add_article(tmp_path, "a", "a.md", TEXT, quota=RemainingQuota(0, 0))  # the same again
    replace_article(tmp_path, "a", "a.md", TEXT + b" More.", quota=RemainingQuota(0, 6))
    with pytest.raises(QuotaError):
        replace_article(tmp_path, "a", "a.md", TEXT + b" More. More.", quota=RemainingQuota(0, 5))
    replace_article(tmp_path, "a", "a.md", TEXT, quota=RemainingQuota(-3, -100))  # shorter: always
    assert (tmp_path / "a.md").read_bytes() == TEXT


def test_bytes_on_the_disk_are_taken_in_blocks(tmp_path: Path) -> None:
    block = on_disk(1)
    quota = RemainingQuota(bytes=3 * block)
    add_article(tmp_path, "a", "a.md", TEXT, {"title": "A"}, quota)  # with a file beside it
    assert quota == RemainingQuota(bytes=block)
    large = TEXT + b" Hum." * block
    with pytest.raises(QuotaError, match=r"^has 0.02 MB, and the library may take 0.00 MB more, with"):
        replace_article(tmp_path, "a", "a.md", large, quota=quota)
    replace_article(tmp_path, "a", "a.md", large, {"title": "A"}, RemainingQuota(bytes=5 * block))
    assert (tmp_path / "a.md").read_bytes() == large
    replace_article(tmp_path, "a", "a.md", TEXT, quota=RemainingQuota(bytes=-1))  # smaller: always


def test_messages_and_answers_count_too(tmp_path: Path) -> None:
    with pytest.raises(QuotaError):
        add_answer(tmp_path, "Why?", "Because.", published="2026-11-29", quota=RemainingQuota(0))
    with pytest.raises(QuotaError):
        add_message(
            tmp_path, 7, "Words", published="2026-11-29", url="https://d.example/7", quota=RemainingQuota(0)
        )
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
