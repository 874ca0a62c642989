"""reStructuredText, as docutils and as Sphinx read it."""

import pytest
from docutils.parsers.rst import directives, roles
from hypothesis import given
from hypothesis import strategies as st

from index.articles.dates import latest_date
from index.articles.front_matter import Description
from index.articles.rst_text import read_rst
from index.errors import UnreadableFileError
from tests.support.blocks import leads, shown
from tests.support.growth import LINEAR, growth
from tests.support.tables import each_row

SETTINGS = """:orphan:

.. _settings:

Settings
========

:Author: Ada
:Date: 2020-02-03

.. py:function:: sail(boat, max_age=600)
   :no-index:

   Sail a boat.

   :param boat: It must float. It may be wet.
   :param int max_age: How long it lasts.
       Defaults to ``600``.

   .. versionadded:: 2.0
      The *name* argument.

.. confval:: max_speed
   :type: int

   Speed of the boat.
"""


def test_a_value_stays_with_its_name() -> None:
    assert leads(read_rst(SETTINGS)) == {
        "Settings": "",
        "Author: Ada": "Author",
        "Date: 2020-02-03": "Date",
        "sail(boat, max_age=600)\nSail a boat.": "sail(boat, max_age=600)",
        "boat: It must float. It may be wet.": "sail(boat, max_age=600) › boat",
        "max_age: How long it lasts. Defaults to 600.": "sail(boat, max_age=600) › max_age",
        "Added in version 2.0: The name argument.": "sail(boat, max_age=600)",
        "max_speed": "",
        "Type: int": "max_speed › Type",
        "Speed of the boat.": "max_speed",
    }


def test_the_fields_at_the_top_describe_the_article() -> None:
    description = Description(published="2020-02-03", author="Ada", updated=latest_date(["2020-02-03"]))
    assert read_rst(SETTINGS).description == description
    assert read_rst(".. title:: Boats\n\nText.").description == Description(title="Boats")


@each_row(
    "content, expected",
    [
        ("**Bold**, *it*, ``a_b`` and `cited`.", "Bold, it, a_b and cited."),
        ("Raises :exc:`~ext.commands.BadUnionArgument`.", "Raises BadUnionArgument."),
        ("See :doc:`the guide <guide>` and :py:class:`!Boat`.", "See the guide and Boat."),
        ("H\\ :sub:`2`\\ O costs \\*5.", "H₂O costs *5."),
        (
            "It burnt [1]_ in 1977 [#a]_.\n\n.. [1] Never solved.\n.. [#a] Or 1978.",
            "It burnt in 1977.\n\nNever solved.\n\nOr 1978.",
        ),
        ("Version |version| is |shown|.\n\n.. |shown| replace:: here", "Version is here."),
        (".. secret comment\n\nText.\n\n..\n   more\n   of it", "Text."),
        (".. raw:: html\n\n   <b>hidden</b>\n\nText.", "Text."),
        (".. include:: /etc/hostname\n\nText.", "Text."),
        (".. toctree::\n   :maxdepth: 2\n\n   foo\n   bar\n\nText.", "Text."),
        (".. automodule:: boats\n   :members:\n\nText.", "Text."),
        (".. only:: html\n\n   Text.", "Text."),
        (".. unknown::\n   :option: x\n\n   Text.", "Text."),
        ("| Mill Lane 4\n| Wallop", "Mill Lane 4\n\nWallop"),
    ],
)
def test_text_has_no_markup(content: str, expected: str) -> None:
    assert read_rst(content).text == expected


def test_blocks_are_told_apart() -> None:
    content = (
        "Boats\n=====\n\nSmall\n-----\n\n.. rubric:: Fees\n\n"
        ".. code-block:: sh\n   :linenos:\n\n   run --it\n\n"
        "term\n   What it is.\n\n=====  =====\nBoat   Seats\n=====  =====\nAuk    48\n=====  =====\n\n"
        "#. one\n\n   - two\n\n.. image:: a.png\n   :alt: A boat\n\n.. tab:: Linux\n\n   Run it.\n"
    )
    assert shown(read_rst(content)) == [
        ("heading", "Boats"),
        ("heading", "Small"),
        ("heading", "Fees"),
        ("code", "run --it"),
        ("definition", "term\nWhat it is."),
        ("caption", "Boat Seats"),
        ("table_row", "Auk\t48"),
        ("list_item", "one"),
        ("list_item", "two"),
        ("caption", "A boat"),
        ("definition", "Linux\nRun it."),
    ]
    assert [block.level for block in read_rst(content).blocks[:3]] == [1, 2, 3]


def test_callouts_introduce_their_text() -> None:
    content = ".. note:: It is shut.\n\n.. seealso:: The plan.\n\n.. admonition:: Nettles\n\n   Keep out.\n"
    assert leads(read_rst(content)) == {
        "It is shut.": "Note",
        "The plan.": "See also",
        "Nettles": "",
        "Keep out.": "Nettles",
    }


def test_a_term_and_its_classifier_are_two() -> None:
    document = read_rst("port : int, optional\n   Where it listens.\n")
    assert shown(document) == [("definition", "port : int, optional\nWhere it listens.")]


def test_terms_of_a_glossary_may_share_their_definition() -> None:
    glossary = """.. glossary::

   fairlead
      It guides a *rope*.

      It is of brass.

   .. a comment

   bollard : fittings
   mooring post
      A post to tie a ship to.
   sheet
"""
    assert shown(read_rst(glossary)) == [
        ("definition", "fairlead\nIt guides a rope."),
        ("definition", "It is of brass."),
        ("definition", "bollard, mooring post\nA post to tie a ship to."),
        ("paragraph", "sheet"),
    ]


def test_links_keep_their_addresses() -> None:
    document = read_rst("See `the plan <https://a.example/p>`_ or plan_.\n\n.. _plan: https://b.example")
    assert [link.address for block in document.blocks for link in block.links] == [
        "https://a.example/p",
        "https://b.example",
    ]


def test_a_file_leaves_nothing_behind_in_docutils() -> None:
    before = dict(vars(directives)["_directives"]), dict(vars(roles)["_roles"])
    read_rst(".. strange:: a\n\n   Text :odd:`x`.\n\n.. code-block:: sh\n\n   run")
    assert (vars(directives)["_directives"], vars(roles)["_roles"]) == before


PARTS = st.sampled_from(
    "a| B.|1|\n|\n\n| |   |*|**|``|`|_|::|.. |- |:a:|====\n|----\n|[1]_|:role:`|#. |.. note::|\\".split("|")
)


@given(st.lists(PARTS, max_size=30).map("".join))
def test_blocks_ascend_and_hold_every_letter(content: str) -> None:
    document = read_rst(content)
    position = 0
    for block in document.blocks:
        assert position <= block.start < block.end <= len(document.text)
        assert not document.text[position : block.start].strip()
        position = block.end
    assert not document.text[position:].strip()


@pytest.mark.slow
@pytest.mark.parametrize("part", ["*a ", "`a ", "``", "|a ", "[1]_ ", "a_ ", "a\n", ":a:`b` ", "\\", "a\n\n"])
def test_hostile_text_takes_linear_time(part: str) -> None:
    assert growth(read_rst, part * 250, part * 1_000) < LINEAR


def test_text_nested_without_end_is_named() -> None:
    with pytest.raises(UnreadableFileError, match="nested too deeply"):
        read_rst("- " * 5_000 + "a")
