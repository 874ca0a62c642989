"""The main text of pages of public kinds, without what every page of a site has."""

import pytest

from index.articles.html_text import read_html
from tests.support.tables import each_row

TEXT = "<p>They dance for food. They fly for three miles and come back.</p><p>They sleep at night.</p>"
READ = "They dance for food. They fly for three miles and come back.\n\nThey sleep at night."


def text_of(markup: str) -> str:
    return read_html(markup.encode()).text


@each_row(
    "page",
    [
        f"<nav><a href=/>Home</a></nav><h1>Bees</h1>{TEXT}<footer>Registered in 1987.</footer>",
        f"<header><a href=/>Logo</a></header><main><h1>Bees</h1>{TEXT}</main><div>Other bees</div>",
        f"<div id=menu-bar><h1>The Hive</h1></div><main><h1>Bees</h1>{TEXT}</main>",
        f"<header><h1>Bees</h1><nav>Home</nav></header><main>{TEXT}</main>",
        f"<div class=cookie-banner>We use 34 cookies.</div><h1>Bees</h1>{TEXT}",
        f"<div>We use cookies. <button>Accept all</button></div><h1>Bees</h1>{TEXT}",
        f"<div role=dialog>Our cookies</div><h1>Bees</h1>{TEXT}",
        f"<div class=navbar><a href=/>Home</a> <a href=/p>Us</a></div><article><h1>Bees</h1>{TEXT}</article>",
        f"<ul><li><a href=/>Home</a><li><a href=/p>Us</a><li><a href=/c>Contact</a></ul><h1>Bees</h1>{TEXT}",
        f"<a class=skip-link href='#c'>Skip to content</a><h1 id=c>Bees</h1>{TEXT}",
        f"<a href='#c'>Skip to content</a><h1 id=c>Bees</h1>{TEXT}",
        f"<h1>Bees<a class=headerlink href='#bees'>¶</a></h1>{TEXT}",
        f"<h1>Bees</h1>{TEXT}<div class=related><h3>You may also like</h3><p>Wasps</p></div>",
        f"<h1>Bees</h1>{TEXT}<div><h3>Related articles</h3><ul><li><a href=/w>Wasps</a></ul></div>",
        f"<h1>Bees</h1>{TEXT}<aside>Most read: wasps</aside>",
        f"<h1>Bees</h1>{TEXT}<div id=comments><p>Fake news</p></div>",
        f"<main><h1>Bees</h1>{TEXT}<aside><h3>Related articles</h3><ul><li>Wasps</ul></aside></main>",
        f"<main><h1>Bees</h1>{TEXT}<aside class=cookie-notice role=dialog><p>We bake.</p></aside></main>",
        f"<main><h1>Bees</h1>{TEXT}<aside><p>Bees are busy.</p></aside></main>",
        f"<main><h1>Bees</h1><div class=noprint>From the free wiki</div>{TEXT}</main>",
        f"<main><h1>Bees</h1>{TEXT}</main><section><h2>Recently viewed pages</h2><a href=/w>W</a></section>",
        f"<table><tr><td><a href=/1>View this email in your browser</a></table><h1>Bees</h1>{TEXT}",
        f"<h1>Bees</h1>{TEXT}<div><p><a href='#cmnt_ref1' id=cmnt1>[a]</a><span>Really?</span></p></div>",
        f"<h1>Bees</h1>{TEXT}<form class=feedback><fieldset><legend>Was this page helpful?</legend></form>",
        f"<div id=top>Subscribe now</div><div class=content><h1>Bees</h1>{TEXT}</div><div>Comments</div>",
        f"<body><div id=content><div class=post-content><h1>Bees</h1>{TEXT}</div><p>x</p></div>",
    ],
)
def test_furniture_is_left_out(page: str) -> None:
    assert text_of(page) == f"Bees\n\n{READ}"


@pytest.mark.parametrize(
    "markup",
    [
        "<aside class=note>Shut the lid.</aside>",
        "<aside><b>Note:</b> Shut the lid.</aside>",
        "<aside class=sidebar><p class=sidebar-title>Lids</p>Shut the lid.</aside>",
        "<aside class='portable-infobox pi-background' role=region><h3>Lid</h3>Shut the lid.</aside>",
        "<aside class='footnote brackets' role=doc-footnote><p>Shut the lid.</p></aside>",
        "<article><aside><h3>At a glance</h3><p>Shut the lid.</p></aside></article>",
        "<section id=menu><h2>Menu</h2><p>Soup costs 4 euros.</p></section>",
        "<div class=subscription-plans><p>A year costs 4 euros.</p></div>",
        "<blockquote>Shut it!<footer>Ada</footer></blockquote>",
        "<article><header>By Ada</header>Shut it.</article>",
        "<article>Shut it.<footer>Posted by Ada</footer></article>",
        "<h2>Links</h2><ul><li><a href=/a>Lids</a><li><a href=/b>Wax</a><li><a href=/c>Smoke</a></ul>",
        "<p class=cookies>Bake the cookies for ten minutes.</p>",
        "<div class='elementor-widget-text-editor'><p>Shut the lid.</p></div>",
    ],
)
def test_what_belongs_to_the_text_stays(markup: str) -> None:
    seen = read_html(f"<h1>Bees</h1>{TEXT}{markup}".encode()).text
    assert len(seen) > len(f"Bees\n\n{READ}")


def test_a_thread_keeps_all_posts() -> None:
    posts = [
        f"<div class=post><b>user{n}</b><div class=content><p>Answer {n}.</p></div></div>" for n in range(4)
    ]
    text = text_of(f"<h1>Bees?</h1><article>{TEXT}</article><article>Later.</article>{''.join(posts)}")
    assert all(f"Answer {n}." in text for n in range(4))
    assert "Later." in text
