"""Markdown as people write it: what is text, and what each part of it is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.articles.markdown_text import read_markdown
from index.errors import UnreadableFileError
from tests.support.blocks import leads, shown
from tests.support.growth import LINEAR, growth
from tests.support.tables import each_row


def text(content: str) -> str:
    return read_markdown(content).text


@each_row(
    "content, expected",
    [
        ("The **harbour** is *old* and ***deep***.", "The harbour is old and deep."),
        ("Set `max_age` to `` a `b` ``.", "Set max_age to a `b`."),
        (
            "It costs \\$12 \\(twelve\\), 75&nbsp;euros &amp; tip.",
            "It costs $12 (twelve), 75\u00a0euros & tip.",
        ),
        ("==Steel caps== and __boots__ are ~~banned~~ optional.", "Steel caps and boots are optional."),
        ("You get ~~20~~ 15 shards, ~12~ 13 wands.", "You get 15 shards, 13 wands."),
        ("You get <del>20</del> <ins>15</ins> <s>or 3</s> shards.", "You get 15 shards."),
        ("<span style='text-decoration: line-through'>20</span> 15 shards.", "15 shards."),
        ("- ~~Bring a tent.~~\n- Bring a lamp.", "Bring a lamp."),
        ("Write `~old~` for ~old~ it in ~/a and ~/b.", "Write ~old~ for it in ~/a and ~/b."),
        ("2 == 2 and a==b stay.", "2 == 2 and a==b stay."),
        ("One line<br>another\\\na third  \na fourth.", "One line\nanother\na third\na fourth."),
        ("A wrapped\nline goes on.", "A wrapped line goes on."),
        ("2&times;10<sup>3</sup> of H<sub>2</sub>O, the 2<sup>nd</sup>.", "2×10³ of H₂O, the 2nd."),
        ("See [[Old Barn|the barn]] in [[Nether Wallop]].![[Map]]", "See the barn in Nether Wallop."),
        ("A [[1]](https://a.example) note.", "A [1] note."),
        ("Price~1~ is x^2^, ~5 to ~9 at 2^10.", "Price₁ is x², ~5 to ~9 at 2^10."),
        ("##Title\n\nText. ^block-id", "Title\n\nText."),
        ("Hello ![:smile:](a.png) ![hedge.png](a.png) there.", "Hello there."),
        ("Press <kbd>Ctrl</kbd>, then /ban <user>.", "Press Ctrl, then /ban <user>."),
        ("[Docs][d] here.\n\n[d]: https://a.example\n[//]: # (secret)", "Docs here."),
        ("Before <!-- the code is 7 --> after.", "Before after."),
        ("Before\n\n<!--\nsecret\n\n```\nmore\n```\n-->\nAfter", "Before\n\nAfter"),
        ("Shown.\n\n<!-- never closed\n\nhidden to the end", "Shown."),
        ("Write `<!-- a -->` for it.", "Write <!-- a --> for it."),
        ("Shown <span hidden>not</span> <b style='display: none'>nor this</b> again.", "Shown again."),
        ("%%an editor's note%%Shown, 5%% of it.", "Shown, 5%% of it."),
        ("[TOC]\n\n[[_TOC_]]\n\nText.", "Text."),
        ("# Title {#anchor .wide}\n\nText{: .note}.", "Title\n\nText."),
        ("See {doc}`the guide <guide>` and {func}`~a.b.call`.", "See the guide and call."),
    ],
)
def test_text_has_no_markup(content: str, expected: str) -> None:
    assert text(content) == expected


MDX = """import Tabs from '@theme/Tabs';
import {Card} from '../card'

export const year = 1974;

# Ferries of {town}

<Tabs groupId="os">
  <TabItem value="l" label="Linux" onClick={() => { go(1 > 0) }}>

    The boat seats **120** people{' '}in {"two"} rows.

  </TabItem>
</Tabs>

{/* the code is 7 */}

<Card
  title="Tickets"
  href="/tickets"
>
Sold on board.
</Card>

```jsx
import Boat from 'boat';
<Boat seats={120} />
```
"""


def test_components_give_their_text_only() -> None:
    assert shown(read_markdown(MDX, mdx=True)) == [
        ("heading", "Ferries of"),
        ("paragraph", "Linux"),
        ("paragraph", "The boat seats 120 people in two rows."),
        ("paragraph", "Tickets"),
        ("paragraph", "Sold on board."),
        ("code", "import Boat from 'boat';\n<Boat seats={120} />"),
    ]
    assert shown(read_markdown(MDX)) == shown(read_markdown(MDX, mdx=True))  # its imports tell


def test_blocks_are_told_apart() -> None:
    content = (
        "Setext\n======\n\nA line.\n\n## Closed ##\n\n> Quoted words.\n\n- one\n\n  more of one\n  - two\n\n"
        "    indented();\n\n1. first\n\n![A hedge](a.png)\n\n~~~\nfenced\n\n  code\n~~~\n"
    )
    assert shown(read_markdown(content)) == [
        ("heading", "Setext"),
        ("paragraph", "A line."),
        ("heading", "Closed"),
        ("quotation", "Quoted words."),
        ("list_item", "one"),
        ("paragraph", "more of one"),
        ("list_item", "two"),
        ("paragraph", "indented();"),
        ("list_item", "first"),
        ("caption", "A hedge"),
        ("code", "fenced\n\n  code"),
    ]


def test_a_rule_below_a_sentence_makes_no_heading() -> None:
    assert shown(read_markdown("The gate is shut.\n---\nIt opens at nine.")) == [
        ("paragraph", "The gate is shut."),
        ("paragraph", "It opens at nine."),
    ]


def test_rows_know_their_columns() -> None:
    for table in ("| Boat | Seats |\n|---|:-:|\n| Auk | 48 |\n", "Boat | Seats\n---|---\nAuk | 48\n"):
        document = read_markdown(f"# Boats\n\n{table}")
        row = document.blocks[-1]
        assert [(cell.column, document.text[cell.start : cell.end]) for cell in row.cells] == [
            ("Boat", "Auk"),
            ("Seats", "48"),
        ]
        assert shown(read_markdown(table)) == [("caption", "Boat Seats"), ("table_row", "Auk\t48")]


def test_an_empty_header_leaves_the_rows_name_without_a_column() -> None:
    document = read_markdown("| | Free | Team |\n|---|---|---|\n| Storage | 2 GB | 200 GB |\n")
    assert [cell.column for cell in document.blocks[-1].cells] == ["", "Free", "Team"]


def test_footnotes_stand_where_they_are_written_and_leave_no_marks() -> None:
    content = "It burnt in 1977[^note]. It was old.^[Built in 1801.]\n\n[^note]: Never solved.\n\nEnd."
    assert shown(read_markdown(content)) == [
        ("paragraph", "It burnt in 1977. It was old."),
        ("paragraph", "Built in 1801."),
        ("paragraph", "Never solved."),
        ("paragraph", "End."),
    ]


@each_row(
    "content",
    [
        "> [!warning] Nettles\n> The field is closed.",
        ":::warning[Nettles]\nThe field is closed.\n:::",
        "::: warning Nettles\nThe field is closed.\n:::",
        ":::{warning} Nettles\n:class: wide\nThe field is closed.\n:::",
        '!!! warning "Nettles"\n    The field is closed.',
        '??? warning "Nettles"\n\n    The field is closed.',
        "```{admonition} Nettles\n:class: wide\nThe field is closed.\n```",
        "<details>\n<summary>Nettles</summary>\nThe *field* is closed.\n</details>",
        "<details markdown='1'>\n<summary>Nettles</summary>\n\nThe field is closed.\n\n</details>",
        '=== "Nettles"\n\n    The field is closed.',
        "> \\[!WARNING] Nettles\n> The field is closed.",
        '{{< note title="Nettles" >}}\nThe field is closed.\n{{< /note >}}',
        '{% tab title="Nettles" %}\nThe field is closed.\n{% endtab %}',
        '{{< tab "Nettles" >}}\nThe field is closed.\n{{< /tab >}}',
        "**Nettles**\nThe field is closed.",
    ],
)
def test_titles_of_callouts_lead_their_text(content: str) -> None:
    assert shown(read_markdown(content)) == [("paragraph", "Nettles"), ("paragraph", "The field is closed.")]
    assert leads(read_markdown(content))["The field is closed."] == "Nettles"


def test_the_name_of_a_callout_is_no_text() -> None:
    for content in (
        "> [!NOTE]\n> It is shut.",
        "> [!NOTE] It\n> is shut.",
        "!!! note\n    It is shut.",
        ":::note\nIt is shut.\n:::",
    ):
        assert shown(read_markdown(content)) == [("paragraph", "It is shut.")]
        assert leads(read_markdown(content))["It is shut."].lower() == "note"


def test_definitions_go_with_their_terms() -> None:
    content = "Pleacher\n: A stem that is cut.\n\n  It is laid down.\n\nMay I smoke?\n: No."
    assert shown(read_markdown(content)) == [
        ("definition", "Pleacher\nA stem that is cut."),
        ("definition", "It is laid down."),
        ("question", "May I smoke?"),
        ("paragraph", "No."),
    ]
    assert leads(read_markdown(content))["It is laid down."] == "Pleacher"


def test_what_stands_in_an_item_is_led_by_the_list_and_the_item() -> None:
    content = "Do this:\n\n1. Open the lid.\n\n   ```\n   lid --open\n   ```\n2. Close it.\n"
    assert leads(read_markdown(content)) == {
        "Do this:": "",
        "Open the lid.": "Do this",
        "lid --open": "Do this › Open the lid.",
        "Close it.": "Do this",
    }


FRAGMENTS = st.sampled_from(
    (
        "a, B.,1,\n,\n\n, ,    ,#,## ,- ,1. ,> ,|,|-|-|,```,~~~,`,*,**,_,[,],(,),![,<,>,<b>,</b>,<!--,-->,"
        "<table>,<td>,<li>,{{,}},{%,%},:::,!!!,: ,[^a],[^a]: ,==,~~,[[,]],&amp;,\\,<details>,<summary>,Q: ,"
        "A: ,:,?,---,+++,{,}"
    ).split(",")
)


@given(st.lists(FRAGMENTS, max_size=40).map("".join), st.booleans())
@example("> " * 30 + "a", False)
def test_blocks_ascend_and_hold_every_letter(content: str, mdx: bool) -> None:
    document = read_markdown(content, mdx=mdx)
    position = 0
    for block in document.blocks:
        assert position <= block.start < block.end <= len(document.text)
        assert not document.text[position : block.start].strip()
        parts = [(cell.start, cell.end) for cell in block.cells]
        parts += [(link.start, link.end) for link in block.links]
        assert all(block.start <= start < end <= block.end for start, end in parts)
        position = block.end
    assert not document.text[position:].strip()
    assert "\ue000" not in document.text


@pytest.mark.slow
@pytest.mark.parametrize(
    "part",
    (
        "[ ![ * **a_ | > -_ ^ ~a ` <a <!-- {{ {% == [[a| ~~a [^a] ^[ a](b) &a **k:** **Q?** **a**/b/ Q:a?/ "
        "<table><tr><td>"
    ).split(),
)
def test_hostile_text_takes_linear_time(part: str) -> None:
    def read(content: str) -> None:
        try:
            read_markdown(content)
        except UnreadableFileError:
            assert "<table>" in part

    part = part.replace("_", " ").replace("/", "\n")
    assert growth(read, part * 500, part * 2_000) < LINEAR
