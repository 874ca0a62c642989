"""What of a page is hidden, and what of it a click opens."""

from index.articles.html_text import read_html
from tests.support.tables import each_row


def text_of(markup: str) -> str:
    return read_html(f"<h1>Bees</h1><p>They dance.</p>{markup}<p>They fly.</p>".encode()).text


SEEN = "Bees\n\nThey dance.\n\nThey fly."


@each_row(
    "markup",
    [
        "<p hidden>secret</p>",
        "<p style='color:red; DISPLAY : none'>secret</p>",
        "<div style='visibility:hidden'><p>secret</div>",
        "<p style='opacity:0'>secret</p>",
        "<p style='font-size: 0'>secret</p>",
        "<p style='position:absolute;left:-9999px'>secret</p>",
        "<div style='height:0;overflow:hidden'>secret</div>",
        "<span class='sr-only'>secret</span>",
        "<p class='visuallyHidden'>secret</p>",
        "<p aria-hidden=true>secret</p>",
        "<dialog>secret</dialog>",
        "<style>.x {display:none}</style><p class=x>secret</p>",
        "<style>b, p#y{ visibility : hidden }</style><p id=y>secret</p>",
        "<h2 style='display:none'>secret</h2>",
        "<p class=hidden>secret</p><p class='x d-none'>secret</p>",
        "<p style='color: transparent'>secret</p>",
        "<span style='clip-path:inset(50%)'>secret</span>",
        "<div class=product-details><h3></h3><p style='display:none'>secret</p></div>",
        "<button>Send</button><div class=error style='display:none'>secret</div>",
        "<a href='#login'></a><div id=login class=modal style='display:none'>secret</div>",
        "<div><h2 hidden>no</h2><div hidden>secret</div></div>",
        "<del>secret</del><s>secret</s><strike>secret</strike>",
        "<p style='text-decoration: red line-through'>secret</p>",
        "<style>.c1{text-decoration:line-through}</style><p><span class=c1>secret</span></p>",
        "<p class='text-gray line-through'>secret</p><p class=Strikethrough>secret</p>",
        "<!-- secret -->",
        "<template><p>secret</template><noscript>secret</noscript><textarea>secret</textarea>",
    ],
)
def test_what_nobody_sees_is_no_text(markup: str) -> None:
    assert text_of(markup) == SEEN


@each_row(
    "markup",
    [
        "<p style='display:block'>shown</p>",
        "<p style='text-decoration: underline'><ins>shown</ins></p>",
        "<style>.x{text-decoration:line-through} .y .x{text-decoration:none}</style><p class=x>shown</p>",
        "<p class=strike-team>shown</p>",
        "<style>.to-do-checked{text-decoration:line-through}</style><p class=to-do-checked>shown</p>",
        "<div id=struck-by-lightning class=tag-strike><p>shown</p></div>",
        "<h2 id=using-a-screen-reader>shown</h2>",
        "<h2 class=anchor id=using-a-screen-reader>shown</h2>",
        "<p style='opacity:0.8'>shown</p>",
        "<p style='line-height:0.9;overflow:hidden'>shown</p>",
        "<p class='hidden md:block'>shown</p>",
        "<p class='d-none d-md-block'>shown</p>",
        "<p style='background-color: transparent'>shown</p>",
        "<p aria-hidden=false>shown</p>",
        "<dialog open>shown</dialog>",
        "<style>@media print { .x {display:none} }</style><p class=x>shown</p>",
        "<style>.menu .x {display:none}</style><p class=x>shown</p>",
        "<style>/* .x{display:none} */</style><p class=x>shown</p>",
    ],
)
def test_what_only_looks_hidden_is_text(markup: str) -> None:
    assert text_of(markup) == SEEN.replace("They fly", "shown\n\nThey fly")


@each_row(
    "markup",
    [
        "<details><summary>How far?</summary><p>Three miles.</p></details>",
        "<button aria-controls=far>How far?</button><div id=far hidden><p>Three miles.</p></div>",
        "<h3><button aria-expanded=false aria-controls=far>How far?</button></h3><p>-</p>"
        "<div id=far style='display:none'>Three miles.</div>",
        "<a href='#far' role=button>Far</a><p>-</p><div id=far style='display:none'>Three miles.</div>",
        "<div data-target='#far'>How far?</div><p>-</p><div id=far style='display:none'>Three miles.</div>",
        "<div class=accordion><h3>The distance</h3><div style='display:none'>Three miles.</div></div>",
        "<div class='faq-item'><div class=head><h3>Distance</h3></div><div hidden>Three miles.</div></div>",
        "<h3>How far?</h3><div style='height:0;overflow:hidden;display:none'>Three miles.</div>",
        "<dl><dt>How far?</dt><dd style='display:none'>Three miles.</dd></dl>",
        "<style>.a{display:none}.a.open{display:block}</style><h3>Far</h3><div class=a>Three miles.</div>",
        "<ul><li><a href='#t'>Far</a></li></ul><div role=tabpanel aria-hidden=true>Three miles.</div>",
        "<p class=q>How far?</p><div class=a style='display:none'>Three miles.</div>",
        "<div class=accordion><div class=title>Far</div><div style='display:none'>Three miles.</div></div>",
        "<p>Long ago.</p><div class=tab-pane style='display:none'>Three miles.</div>",
        "<div hidden=until-found>Three miles.</div>",
    ],
)
def test_what_a_click_opens_is_text(markup: str) -> None:
    assert "\n\nThree miles.\n\n" in text_of(markup)


def test_words_around_hidden_ones_stay_whole() -> None:
    assert "Dogs cost three euros." in text_of("<p>Dogs cost<span hidden> nothing</span> three euros.</p>")


def test_a_formula_is_read_once() -> None:
    formula = (
        "<p>It is <span class=katex><span class=katex-mathml><math><mi>x</mi><annotation>\\x</annotation>"
        "</math></span><span class=katex-html aria-hidden=true>x</span></span> long.</p>"
    )
    assert "It is x long." in text_of(formula)
