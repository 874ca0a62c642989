"""The index folder: what is published is whole, what is damaged is named, who reads never waits."""

import errno
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from index.errors import (
    ConfigurationError,
    IndexBusyError,
    IndexDamagedError,
    IndexMissingError,
    IndexStaleError,
)
from index.storage import generations
from index.storage.generations import SCHEMA, Generation
from index.storage.index_folder import MARKER
from index.storage.manifest import Facts
from tests.support.generations import ENCODER, FINGERPRINT, publish, write
from tests.support.paths import ROOT


def text(generation: Generation) -> str:
    return (generation.folder / "text").read_text(encoding="utf-8")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_published_is_read(tmp_path: Path) -> None:
    root = tmp_path / "new" / "index"
    publish(root, "one")
    generation = generations.open_current(root, lambda generation: generation)
    assert (text(generation), generation.fingerprint) == ("one", FINGERPRINT)
    assert generation.facts == Facts(articles=1)
    generations.check_encoder(generation.encoder)
    assert names(root) == ["current", "encoders", "generations", "lock", MARKER]


def test_the_previous_generation_stays_and_older_ones_go(tmp_path: Path) -> None:
    for content in ("one", "two", "three"):
        publish(tmp_path, content)
    assert names(tmp_path / "generations") == ["000002", "000003"]
    assert generations.open_current(tmp_path, text) == "three"


def test_an_encoder_goes_with_the_last_generation_that_needs_it(tmp_path: Path) -> None:
    other = ENCODER[::-1]
    publish(tmp_path, "one")
    publish(tmp_path, "two", other)
    assert names(tmp_path / "encoders") == sorted([ENCODER, other])
    publish(tmp_path, "three", other)
    assert names(tmp_path / "encoders") == [other]


def test_cleaning_leaves_what_is_not_ours(tmp_path: Path) -> None:
    publish(tmp_path, "one")
    others = [
        "letter.txt",
        "generations/notes/letter.txt",
        "generations/draft-novel/chapter1.txt",
        "generations/draft-1-0123abcd/chapter1.txt",
        "generations/000000/holiday.jpg",
        "generations/202401/manifest.json",
        f"encoders/{ENCODER[::-1]}/precious",
        "readers/0123456789abcdef0123456789abcdef/precious",
    ]
    for name in others:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path / name, "mine")
    for content in ("two", "three", "four"):
        publish(tmp_path, content)
    assert [(tmp_path / name).read_text(encoding="utf-8") for name in others] == ["mine"] * len(others)
    assert generations.open_current(tmp_path, text) == "four"


def test_a_file_that_somebody_put_into_an_old_generation_stays(tmp_path: Path) -> None:
    publish(tmp_path, "one")
    write(tmp_path / "generations" / "000001" / "letter.txt", "mine")
    publish(tmp_path, "two")
    publish(tmp_path, "three")
    assert names(tmp_path / "generations" / "000001") == ["letter.txt"]


def test_what_a_killed_writer_left_is_deleted(tmp_path: Path) -> None:
    publish(tmp_path, "one")
    code = (
        "import os, sys; from pathlib import Path; from index.storage import generations\n"
        "from tests.support.generations import ENCODER, FINGERPRINT, write\n"
        f"root = Path({str(tmp_path)!r})\n"
        "with generations.writers_lock(root, 0):\n"
        "    def export(folder):\n"
        "        write(folder / 'model', 'half')\n"
        "        with generations.new_generation(\n"
        "            root, root / 'encoders' / ENCODER, FINGERPRINT) as draft:\n"
        "            write(draft.folder / 'text', 'half')\n"
        "            os.kill(os.getpid(), 9)\n"
        "    generations.put_encoder(root, ENCODER[::-1], export)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == -9
    assert len(names(tmp_path / "generations")) == len(names(tmp_path / "encoders")) == 2
    publish(tmp_path, "two")
    assert names(tmp_path / "generations") == ["000001", "000002"]
    assert names(tmp_path / "encoders") == [ENCODER]


@pytest.mark.parametrize("name", ["lock", "writer", "current", "generations/202401/holiday.jpg"])
def test_a_writer_touches_no_folder_of_others(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    write(tmp_path / name, "mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ConfigurationError, match="nothing proves"), generations.writers_lock(tmp_path, 0):
        pass
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"


def test_a_failed_writer_leaves_the_old_index_and_no_draft(tmp_path: Path) -> None:
    publish(tmp_path, "one")
    with (
        pytest.raises(ZeroDivisionError),
        generations.writers_lock(tmp_path, 0),
        generations.new_generation(tmp_path, tmp_path / "encoders" / ENCODER, FINGERPRINT) as draft,
    ):
        write(draft.folder / "text", "half")
        raise ZeroDivisionError
    assert generations.open_current(tmp_path, text) == "one"
    assert names(tmp_path / "generations") == ["000001"]


def test_no_index(tmp_path: Path) -> None:
    for root in (tmp_path, tmp_path / "none"):
        with pytest.raises(IndexMissingError):
            generations.open_current(root, text)


@pytest.mark.parametrize(
    "name",
    [
        "current",
        "generations/000001/manifest.json",
        "generations/000001/text",
        "generations/000001/other",
        f"encoders/{ENCODER}/manifest.json",
    ],
)
@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "foreign", "removed"])
def test_damage_is_named(tmp_path: Path, name: str, damage: str) -> None:
    publish(tmp_path, "one")
    path = tmp_path / name
    content = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(content[:-2])
    elif damage == "flipped":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif damage == "emptied":
        path.write_bytes(b"")
    elif damage == "foreign":
        path.write_bytes(b'["\xff"]')
    else:
        path.unlink()
    expected = IndexMissingError if (name, damage) == ("current", "removed") else IndexDamagedError
    with pytest.raises(expected) as caught:
        generations.open_current(tmp_path, text)
    # A flipped bit in `current` shows in the file that it points to.
    assert name == "current" or str(path) in caught.value.message
    publish(tmp_path, "two", ENCODER[::-1])
    assert generations.open_current(tmp_path, text) == "two"


@pytest.mark.slow
def test_a_flipped_bit_anywhere_is_named_and_mended(tmp_path: Path) -> None:
    publish(tmp_path, "one")
    publish(tmp_path, "two")
    for name in ("current", "generations/000002/manifest.json"):
        path = tmp_path / name
        content = path.read_bytes()
        for bit in range(8 * len(content)):
            flipped = bytearray(content)
            flipped[bit // 8] ^= 1 << bit % 8
            path.write_bytes(flipped)
            with suppress(IndexDamagedError, IndexStaleError):
                assert generations.open_current(tmp_path, text) == "two"
                assert name == "current"  # where the previous generation stood is of no matter
        path.write_bytes(content)
    publish(tmp_path, "three")
    assert generations.open_current(tmp_path, text) == "three"


def test_a_foreign_folder_among_the_generations_stops_nobody(tmp_path: Path) -> None:
    publish(tmp_path, "one")
    for name in ("000001 (copy)", "7", "\u0663" * 6):
        (tmp_path / "generations" / name).mkdir()
    publish(tmp_path, "two")
    assert names(tmp_path / "generations") == ["000001", "000001 (copy)", "000002", "7", "\u0663" * 6]


def test_a_damaged_encoder_is_named_and_replaced(tmp_path: Path) -> None:
    publish(tmp_path, "one")
    folder = tmp_path / "encoders" / ENCODER
    write(folder / "model", "weighty")
    with pytest.raises(IndexDamagedError, match="model"):
        generations.check_encoder(folder)
    with generations.writers_lock(tmp_path, 0):
        generations.put_encoder(tmp_path, ENCODER, lambda made: write(made / "model", "weights"))
    generations.check_encoder(folder)
    assert names(tmp_path / "encoders") == [ENCODER]


@pytest.mark.parametrize(
    "pointer",
    [
        {},
        [],
        3,
        {"schema": SCHEMA},
        {"schema": SCHEMA, "generation": "../x", "sha256": "", "previous": None},
        {"schema": SCHEMA, "generation": "000001", "sha256": None, "previous": None},
        {"schema": SCHEMA, "generation": "000001", "sha256": ""},
    ],
)
def test_a_foreign_pointer_is_damage(tmp_path: Path, pointer: object) -> None:
    write(tmp_path / "current", json.dumps(pointer))
    with pytest.raises(IndexDamagedError, match="current"):
        generations.open_current(tmp_path, text)


@pytest.mark.parametrize(("schema", "word"), [(SCHEMA - 1, "older"), (SCHEMA + 1, "newer")])
def test_another_schema_is_stale_and_stays_until_it_is_replaced(
    tmp_path: Path, schema: int, word: str
) -> None:
    publish(tmp_path, "one")
    pointer = json.loads((tmp_path / "current").read_bytes())
    write(tmp_path / "current", json.dumps({"schema": schema, "whatever": pointer}))
    with pytest.raises(IndexStaleError, match=f"{word} version .*schema {schema}"):
        generations.open_current(tmp_path, text)
    publish(tmp_path, "two")
    assert generations.open_current(tmp_path, text) == "two"


def test_a_reader_that_is_overtaken_opens_the_new_generation(tmp_path: Path) -> None:
    publish(tmp_path, "one")
    seen = []

    def slow(generation: Generation) -> str:
        if not seen:
            for content in ("two", "three"):
                publish(tmp_path, content)  # "one" is removed
        seen.append(generation.folder.name)
        return text(generation)

    assert generations.open_current(tmp_path, slow) == "three"
    assert seen == ["000001", "000003"]


@pytest.mark.slow
def test_readers_never_fail_while_generations_are_published(tmp_path: Path) -> None:
    publish(tmp_path, "0")
    stop, problems, read = threading.Event(), [], []

    def reader() -> None:
        while not stop.is_set():
            try:
                read.append(int(generations.open_current(tmp_path, text)))
            except Exception as error:
                problems.append(error)

    threads = [threading.Thread(target=reader) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, 30):
        publish(tmp_path, str(number))
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(set(read)) > 3


def test_a_read_only_folder_is_read(tmp_path: Path) -> None:
    publish(tmp_path, "one")
    paths = [tmp_path, *tmp_path.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = sorted(map(str, tmp_path.rglob("*")))
    try:
        assert generations.open_current(tmp_path, text) == "one"
        assert sorted(map(str, tmp_path.rglob("*"))) == before
    finally:
        for path in paths:
            path.chmod(0o755)


def test_a_folder_whose_path_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    root = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    with pytest.raises(ConfigurationError, match=r"caf\\xe9: .* UTF-8"):
        generations.open_current(root, text)
    with pytest.raises(ConfigurationError), generations.writers_lock(root, 0):
        pass
    assert names(tmp_path) == []


@pytest.mark.slow
def test_a_second_writer_waits_then_gives_up(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from index.storage import generations\n"
        f"with generations.writers_lock(Path({str(tmp_path)!r}), 0):\n"
        "    print('in', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdin is not None
        assert first.stdout.readline() == "in\n"
        with (
            pytest.raises(IndexBusyError, match=f"process {first.pid}"),
            generations.writers_lock(tmp_path, 0.1),
        ):
            pass
        threading.Timer(0.3, first.stdin.close).start()
        with generations.writers_lock(tmp_path, 30):
            pass


@pytest.mark.slow
def test_a_killed_writer_holds_no_lock(tmp_path: Path) -> None:
    code = (
        "import os; from pathlib import Path; from index.storage import generations\n"
        f"with generations.writers_lock(Path({str(tmp_path)!r}), 0): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    publish(tmp_path, "one")
    assert generations.open_current(tmp_path, text) == "one"


def test_files_are_shared_with_and_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, "one")
    for links in (2, 1):
        earlier = generations.open_current(tmp_path, lambda generation: generation)
        with (
            generations.writers_lock(tmp_path, 0),
            generations.copy_generation(tmp_path, earlier, ["text"], None) as draft,
        ):
            made = draft.folder
            assert names(made) == ["text", MARKER]
            assert (made / "text").stat().st_nlink == links
            write(made / "other", f"{links}")
        again = generations.open_current(tmp_path, lambda generation: generation)
        assert (text(again), (again.folder / "other").read_text(encoding="utf-8")) == ("one", f"{links}")
        assert (again.fingerprint, again.facts) == (earlier.fingerprint, earlier.facts)
        assert (earlier.folder / "other").read_text(encoding="utf-8") != f"{links}"
        monkeypatch.setattr(
            os, "link", lambda *_, **__: (_ for _ in ()).throw(OSError(errno.EPERM, "no links"))
        )


def test_damage_is_not_taken_over_as_whole(tmp_path: Path) -> None:
    publish(tmp_path, "one")
    earlier = generations.open_current(tmp_path, lambda generation: generation)
    write(earlier.folder / "text", "ONE")
    with (
        generations.writers_lock(tmp_path, 0),
        generations.copy_generation(tmp_path, earlier, ["text"], None) as draft,
    ):
        write(draft.folder / "other", "new")
    with pytest.raises(IndexDamagedError, match="text"):
        generations.open_current(tmp_path, text)
