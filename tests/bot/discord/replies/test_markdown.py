"""Text of articles as Discord shows it: escaped, cut, emphasized and linked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.replies.markdown import URL_LIMIT, cut, emphasize, escape, link, unescape, units, web_address
from bot.wording import safe
from tests.preview.markdown import Node, parse

HOSTILE = (
    "@everyone look @here",
    "<@1> <@!1> <@&1> <#1> </ask:1> <t:1:R> <:a:1> <a:b:1> <id:browse> <sound:1:2>",
    "**bold** __under__ _em_ *em* ~~gone~~ ||spoiler|| `code` ```js\nalert(1)\n```",
    "[x](javascript:1) [x](https://evil.example) [x](<https://evil.example>) ![x](https://evil.example/a.png)",
    "# header", "  ## header", "-# small", "- item", "* item", "+ item", "1. item", "   12) item",
    "> quote", ">>> quote",
    "https://evil.example/?a=1 steam://run/1 discord://-/x <https://evil.example> <mailto:a@b.example>",
    "discord.gg/abc DISCORD.com/invite/abc discordapp.com/invite/abc",
    ":smile: :100: a:b:c::d: 10:30:45",
    "\u202eevil\u202c \u200b@\u200beveryone \u2066x\u2069 <\u200b@1>",
    "¯\\_(ツ)_/¯ \\\\ \\* \\[x](https://evil.example) trailing \\",
    "a\nb\r\n# c\n> d\u2028# e",
    "日本語の文章。🇩🇪👩‍👩‍👧‍👦👍🏽 e\u0301 مرحبا שלום",
    "\ud800 \x00\x1b[31m",
)  # fmt: skip
PIECES = "\\ * _ ~ | ` < > [ ] ( ) # @ : / . - + ! & = 1 a é 日 👍🏽 🇩 ** || ``` https:// ]( -# 1.".split()
MENTIONS = "everyone here <@1> :smile: discord.gg/a <t:1>".split()
UNSEEN = ["\n", "\t", " ", "  ", "> ", "\u200b", "\u200d", "\u0301", "\u202e"]
MARKUP = st.sampled_from(PIECES + MENTIONS + UNSEEN)
TEXTS = st.one_of(st.lists(MARKUP, max_size=30).map("".join), st.text(max_size=60), st.sampled_from(HOSTILE))
KINDS = (
    "mention link url invite strong spoiler code codeblock "
    "header small list quote emoji time autolink em strike underline"
).split()
PREFIXES = st.sampled_from(["", "> ", "-# 1 · ", "text "])


def kinds(nodes: tuple[Node, ...]) -> set[str]:
    return {node.kind for top in nodes for node in top.walk() if node.kind != "text"}


def shown(nodes: tuple[Node, ...]) -> str:
    return "".join(node.shown() for node in nodes).replace("\u200b", "")


@pytest.mark.parametrize("kind", KINDS)
def test_the_hostile_texts_hold_every_kind_of_markup(kind: str) -> None:
    assert any(kind in kinds(parse(text)) for text in HOSTILE)


@given(TEXTS, PREFIXES)
def test_escaped_text_shows_as_it_is_and_does_nothing(text: str, prefix: str) -> None:
    nodes = parse(prefix + escape(text))
    assert kinds(nodes) <= {"quote", "small"}
    assert shown(nodes).strip().endswith(safe(text).strip())
    assert kinds(nodes) == kinds(parse(f"{prefix}x")) or not safe(text).strip()


@given(TEXTS)
def test_unescape_is_the_inverse_of_escape(text: str) -> None:
    assert unescape(escape(text)) == safe(text)


@given(TEXTS)
def test_no_mention_is_left_for_the_server(text: str) -> None:
    raw = escape(text)
    for mention in ("@everyone", "@here", "<@", "<#", "</", "<:", "<@&", "\n"):
        assert mention not in raw.casefold()


@given(TEXTS, st.integers(0, 40))
def test_a_cut_text_fits_and_says_that_it_was_cut(text: str, limit: int) -> None:
    whole = escape(text)
    short = cut(whole, limit)
    assert units(short) <= limit
    if units(whole) <= limit:
        assert short == whole
        return
    assert short == "" if limit == 0 else short.endswith("…")
    assert whole.startswith(short.removesuffix("…"))
    assert safe(text).startswith(unescape(short).removesuffix("…"))
    assert not kinds(parse(f"> {short} x")) - {"quote"}


@pytest.mark.parametrize("limit", range(9))
@pytest.mark.parametrize("whole", ["👩‍👩‍👧‍👦", "👍🏽", "🇩🇪", "e\u0301", "\\*", "\u1100\u1161\u11a8", "क्षि"])
def test_a_cut_never_halves_what_is_one_to_people(whole: str, limit: int) -> None:
    assert cut(whole * 3, limit) in {"", *(whole * times + "…" for times in range(3)), whole * 3}


def test_a_cut_prefers_the_end_of_a_word() -> None:
    assert cut("The fight for Raqqa will be long", 22) == "The fight for Raqqa…"
    assert cut("日本語の文章は空白なしで続く", 8) == "日本語の文章は…"
    assert cut("abcdefghijklmnop", 8, end="") == "abcdefgh"


@pytest.mark.slow
@given(TEXTS, st.data(), st.integers(16, 80))
def test_the_mark_is_bold_whatever_stands_around_it(text: str, data: st.DataObject, limit: int) -> None:
    start = data.draw(st.integers(0, len(text)))
    span = (start, data.draw(st.integers(start, len(text))))
    parts = [safe(part) for part in (text[:start], text[slice(*span)], text[span[1] :])]
    whole = emphasize(text, span, 10_000)
    nodes = parse(f"> {whole}")
    assert kinds(nodes) <= {"quote", "strong"}
    bold = [node for top in nodes for node in top.walk() if node.kind == "strong"]
    assert [shown((node,)) for node in bold] == ([parts[1].strip()] if parts[1].strip() else [])
    if bold:
        assert shown(nodes).strip() == "".join(parts).strip()
    short = emphasize(text, span, limit)
    assert units(short) <= limit
    assert kinds(parse(f"> {short}")) <= {"quote", "strong"}
    if bold:
        assert "strong" in kinds(parse(f"> {short}"))


def test_a_long_sentence_is_cut_around_its_mark() -> None:
    text = f"{'before ' * 50}the answer{' after' * 50}"
    assert emphasize(text, (350, 360), 60) == "…before before before **the answer** after after after…"
    assert emphasize(text, (0, 6), 30) == "**before** before before…"
    assert emphasize(text, (350, 360), 16) == "…**the answer**…"
    assert emphasize(text, (343, 360), 16) == "…**before…**…"


@pytest.mark.parametrize(
    ("text", "span", "drawn"),
    [
        ("a *b* c", (2, 5), r"a **\*b\*** c"),
        ("say ' yes ' now", (4, 11), "say **' yes '** now"),
        ("say yes now", (3, 8), "say **yes** now"),
        ("unbelievable", (2, 9), "un**believa**ble"),
        ("2**3**4", (1, 3), r"2**\*\***3\*\*4"),
        ("back\\slash", (4, 5), r"back**\\**slash"),
        ("a @everyone b", (3, 11), "a @\u200b**everyone** b"),
        (":smile:", (1, 6), r"\:**smile**\:"),
    ],
)
def test_marks_beside_markup(text: str, span: tuple[int, int], drawn: str) -> None:
    assert emphasize(text, span, 100) == drawn
    (bold,) = [node for node in parse(drawn) if node.kind == "strong"]
    assert shown((bold,)) == text[slice(*span)].strip()


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://example.org/a_(b)?q=[1]#c*d", "https://example.org/a_%28b%29?q=%5B1%5D#c%2Ad"),
        ("HTTPS://EXAMPLE.org/A", "https://example.org/A"),
        ("http://example.org:8080", "http://example.org:8080"),
        ("https://bücher.example/straße", "https://xn--bcher-kva.example/stra%C3%9Fe"),
        ("https://example.org/@someone/@everyone", "https://example.org/@someone/%40everyone"),
        ("https://example.org/%28", "https://example.org/%28"),
        ("javascript:alert(1)", None),
        ("ftp://example.org", None),
        ("https://user@evil.example", None),
        ("https://example.org/a b", None),
        ("https://example.org/\u202e", None),
        ("https://[::1]/", None),
        ("https://example.org:99999999/", None),
        (f"https://example.org/{'a' * URL_LIMIT}", None),
        (None, None),
        ("", None),
    ],
)
def test_only_plain_web_addresses_are_linked(url: str | None, address: str | None) -> None:
    assert web_address(url) == address


@pytest.mark.slow
@given(
    TEXTS,
    st.one_of(st.just("https://example.org/a)b](c_d*e"), TEXTS.map("https://example.org/{}".format), TEXTS),
)
def test_a_title_links_to_its_article_and_to_nothing_else(title: str, url: str) -> None:
    address = web_address(url)
    nodes = parse(f"-# 1 · {link(title, url, 100)} · sentence 1 of 2")
    links = [node for top in nodes for node in top.walk() if node.kind == "link"]
    assert kinds(nodes) == ({"small", "link"} if address else {"small"})
    assert [node.target for node in links] == ([address] if address else [])
    if units(escape(title)) <= 100:
        assert (safe(title).strip() or "untitled") in shown(nodes)


@pytest.mark.parametrize("title", ["[a", "a]", "[b](c)", "https://other.example", "👍"])
def test_a_title_that_discord_would_not_link_stands_beside_its_link(title: str) -> None:
    assert link(title, "https://example.org", 100) == f"{escape(title)} ([link](<https://example.org>))"
