"""Articles that are added and removed from a terminal."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.homes import Home
from tests.support.paths import ROOT
from tests.support.web_server import Reply, web_server


def test_files_are_added_and_those_that_cannot_be_are_named(bare: Home, tmp_path: Path) -> None:
    (tmp_path / "bees.md").write_text("# Bees\n\nBees hum.")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    names = [str(tmp_path / name) for name in ("bees.md", "picture.png", "gone.txt")]
    run = bare.footnote("add", "--into", "a", *names)
    assert (run.code, run.out) == (1, "added a/bees\n    Bees, 2 sentences\n")
    assert run.err.splitlines() == [
        f"warning: skipped {names[1]}: files of the type .png are not read",
        f"warning: skipped {names[2]}: No such file or directory",
    ]
    run = bare.footnote("add", "--json", "--into", "a", *names)
    assert run.json == [
        {
            "id": "a/bees",
            "source": names[0],
            "outcome": "unchanged",
            "file": "a/bees.md",
            "title": "Bees",
            "url": None,
            "sentences": 2,
            "warning": "",
        },
        {"source": names[1], "error": "files of the type .png are not read"},
        {"source": names[2], "error": "No such file or directory"},
    ]


def test_poor_text_is_named(bare: Home, tmp_path: Path) -> None:
    (tmp_path / "bees.md").write_text("---\ntitle: Bees: an introduction\n---\nBees hum.")
    run = bare.footnote("add", str(tmp_path / "bees.md"))
    assert run.code == 0
    assert "    poor text: its front matter " in run.out


def test_a_title_goes_with_one_file(bare: Home, tmp_path: Path) -> None:
    (tmp_path / "bees.md").write_text("Bees hum.")
    assert bare.footnote("add", "--title", "T", "a.md", "b.md").code == 2
    run = bare.footnote(
        "add", "--title", "Of bees", "--url", "https://example.org/b", "--json", str(tmp_path / "bees.md")
    )
    assert [(each["title"], each["url"]) for each in run.json] == [("Of bees", "https://example.org/b")]


@pytest.mark.slow
def test_what_is_added_is_found_and_what_is_removed_comes_back(either_own_home: Home, tmp_path: Path) -> None:
    (tmp_path / "wasps.md").write_text("# Wasps\n\nWasps build with paper.")
    question = "What do wasps build with?"
    assert either_own_home.footnote("add", "--title", "On wasps", str(tmp_path / "wasps.md")).code == 0
    answer = either_own_home.footnote("ask", question, "--json").json
    assert answer["answer"] == "paper"
    assert answer["citations"][0]["article"]["title"] == "On wasps"

    run = either_own_home.footnote("remove", "wasps")
    assert (run.code, run.out.splitlines()[0]) == (0, "removed wasps")
    assert "wasps" not in either_own_home.footnote("articles").out
    command = shlex.split(run.out.splitlines()[1].partition(": ")[2])
    subprocess.run(command, check=True)
    assert either_own_home.footnote("ask", question, "--json").json["citations"] == answer["citations"]

    moved = either_own_home.footnote("remove", "--json", "wasps.md").json
    assert [(each["id"], each["file"], Path(each["trash"]).is_file()) for each in moved] == [
        ("wasps", "wasps.md", True)
    ]


def test_an_unknown_article_leaves_all_in_place(bare: Home, tmp_path: Path) -> None:
    (tmp_path / "bees.md").write_text("Bees hum.")
    bare.footnote("add", str(tmp_path / "bees.md"))
    run = bare.footnote("remove", "bees", "wasps")
    assert (run.code, run.out) == (1, "")
    assert "no article is called 'wasps'" in run.err
    assert (bare.corpus / "bees.md").is_file()


def test_files_are_added_without_what_the_network_needs(bare: Home, tmp_path: Path) -> None:
    (tmp_path / "bees.md").write_text("Bees hum.")
    code = (
        "import sys; from bot.terminal.cli import main\n"
        "main(sys.argv[1:], standalone_mode=False)\n"
        "assert not {'urllib3', 'torch', 'llama_index', 'onnxruntime'} & set(sys.modules)"
    )
    arguments = ["--config", str(bare.config), "add", str(tmp_path / "bees.md")]
    subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, check=True)


def allow_this_machine(home: Home) -> None:
    text = home.config.read_text("utf-8").replace("allow_hosts = []", 'allow_hosts = ["127.0.0.1"]')
    home.config.unlink()  # it may be a link to one that other tests read
    home.config.write_text(text, "utf-8")


def test_a_page_is_added_and_what_does_not_come_is_named(bare: Home) -> None:
    allow_this_machine(bare)
    with web_server() as web:
        address = web.put("/wasps", "<h1>Wasps</h1><p>Wasps build with paper.</p>")
        run = bare.footnote("add", address, f"{web.origin}/gone", "http://me:secret@127.0.0.1/")
    host = web.origin.removeprefix("http://").replace(":", "-")
    assert (run.code, run.out) == (1, f"added {host}/wasps\n    Wasps, 2 sentences\n    {address}\n")
    assert run.err.splitlines()[0] == f"warning: skipped {web.origin}/gone: the server answers 404 Not Found"
    assert "has a user name or password in it" in run.err
    as_site = bare.footnote("add", "--site", "http://me:secret@127.0.0.1/")
    assert "secret" not in run.err + as_site.err
    assert bare.footnote("add", "--into", "a", address).code == 2


def test_this_machine_is_not_asked_unless_it_is_allowed(bare: Home) -> None:
    with web_server() as web:
        run = bare.footnote("add", web.put("/", "<p>Secret words.</p>"))
        assert web.asked == []
    assert run.code == 1
    assert "127.0.0.1 is not on the public internet. If it may be asked, put its name in" in run.err


@pytest.mark.slow
def test_a_page_that_was_added_is_cited_with_its_address(home: Home) -> None:
    allow_this_machine(home)
    with web_server() as web:
        address = web.put("/wasps", "<h1>Wasps</h1><p>Wasps build with paper.</p>")
        assert home.footnote("add", address).code == 0
    answer = home.footnote("ask", "--json", "What do wasps build with?").json
    assert (answer["answer"], answer["citations"][0]["article"]["url"]) == ("paper", address)


def test_articles_are_refreshed_and_those_gone_pruned(bare: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.ingestion.polite_fetching.PAUSE", 0.0)
    allow_this_machine(bare)
    with web_server() as web:
        pages = [
            web.put(f"/{name}", f"<h1>{name}</h1><p>{name} hum.</p>") for name in ("bees", "flies", "wasps")
        ]
        host = web.origin.removeprefix("http://").replace(":", "-")
        bare.footnote("add", *pages)
        web.put("/bees", "<h1>Bees</h1><p>Bees sting.</p>")
        del web.pages["/flies"]
        run = bare.footnote("refresh")
        assert run.code == 0
        assert run.out == (
            f"updated {host}/bees\n    Bees, 2 sentences\n    {pages[0]}\n"
            f"gone {host}/flies\n    flies\n    {pages[1]}\n"
            "1 updated, 1 unchanged, 1 gone, 0 failed\n"
        )
        assert (bare.corpus / host / "flies.md").is_file()
        web.pages["/wasps"] = Reply(status=500)
        run = bare.footnote("refresh", "--prune")
        assert run.code == 1
        assert f"removed {host}/flies\nTo get back what was removed: " in run.out
        assert f"skipped {host}/wasps: the server answers 500" in run.err
        assert not (bare.corpus / host / "flies.md").exists()
        del web.pages["/wasps"]
        (pruned,) = bare.footnote("refresh", "--prune", "--json", f"{host}/wasps").json
        assert (pruned["outcome"], Path(pruned["trash"]).is_file()) == ("gone", True)
        only = bare.footnote("refresh", "--json", f"{host}/bees").json
        assert [(each["id"], each["outcome"]) for each in only] == [(f"{host}/bees", "unchanged")]
    assert bare.footnote("refresh", "nothing").code == 1


def test_a_site_is_listed_and_added(bare: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.ingestion.polite_fetching.PAUSE", 0.0)
    allow_this_machine(bare)
    with web_server() as web:
        start = web.put("/manual/", '<h1>Manual</h1><p>See <a href="a">A</a> and <a href="no">B</a>.</p>')
        page = web.put("/manual/a", "<h1>Setup</h1><p>Turn the key.</p>")
        web.put("/robots.txt", "User-agent: *\nDisallow: /manual/no\n", "text/plain")
        run = bare.footnote("add", "--site", "--dry-run", start)
        assert (run.code, run.out, bare.corpus.exists()) == (0, f"{start}\n{page}\n", False)
        assert f"not asked, as robots.txt says: {start}no\n" in run.err
        run = bare.footnote("add", "--site", "--json", start)
        assert [(each["outcome"], each["title"], each["url"]) for each in run.json] == [
            ("added", "Manual", start),
            ("added", "Setup", page),
        ]
        run = bare.footnote("add", "--site", "--limit", "1", "--exclude", "*/a", start)
        assert run.out.startswith("unchanged ")
        web.put("/robots.txt", "User-agent: *\nDisallow: /\n", "text/plain")
        run = bare.footnote("add", "--site", start)
        assert (run.code, run.err) == (1, f"error: {start}: its robots.txt forbids it\n")


def test_the_entries_of_a_feed_are_added(bare: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.ingestion.polite_fetching.PAUSE", 0.0)
    allow_this_machine(bare)
    with web_server() as web:
        for name in ("bees", "wasps"):
            web.put(f"/{name}", f"<h1>{name}</h1><p>{name} hum.</p>")
        names = ("bees", "gone", "wasps")
        entries = "".join(f"<item><link>{web.origin}/{name}</link></item>" for name in names)
        feed = web.put("/feed", f"<rss><channel>{entries}</channel>", "application/rss+xml")
        run = bare.footnote("add", "--feed", feed)
        assert run.code == 1
        assert run.out.count("added ") == 2
        assert "/gone: the server answers 404" in run.err
        assert len(bare.footnote("add", "--feed", "--limit", "1", "--json", feed).json) == 1
        run = bare.footnote("add", "--feed", web.put("/none", "<rss/>", "text/xml"))
        assert (run.code, run.err) == (1, f"error: {web.origin}/none: is no feed, or has no entries\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--site", "a.md"],
        ["--site", "--feed", "https://example.org/"],
        ["--site", "https://example.org/", "https://example.com/"],
        ["--dry-run", "https://example.org/"],
        ["--limit", "3", "https://example.org/"],
        ["--feed", "--depth", "3", "https://example.org/"],
        ["--site", "--limit", "0", "https://example.org/"],
        ["--site", "--title", "T", "https://example.org/"],
    ],
)
def test_options_go_with_what_they_are_for(arguments: list[str], bare: Home) -> None:
    assert bare.footnote("add", *arguments).code == 2
