"""Chat logs: one message, one block, which begins with its speaker, and its lead says who and when."""

import pytest

from index.articles.chat_logs import with_speakers
from index.articles.document import Document
from index.articles.outline import with_outline
from index.articles.plain_text import read_plain_text
from tests.support.growth import LINEAR, growth
from tests.support.tables import each_row

IRC = """[10:02] <joel> who renews the certificate
[10:03] * wren joined
[10:06] <wren> i do, it takes an hour
[10:41] <joel> thanks
"""
WHATSAPP = """12/03/2024, 14:00 - Messages and calls are end-to-end encrypted.
12/03/2024, 14:01 - Mara Holm: When is the fair?
12/03/2024, 14:02 - Tom: On Sunday at nine.
It rains on Saturday.
12/03/2024, 14:04 - Tom: <Media omitted>
12/03/2024, 14:05 - Mara Holm: Fine.
"""
IPHONE = """[12/03/24, 2:01:11 PM] Mara: When is the fair?
[12/03/24, 2:02:11 PM] Tom: On Sunday.
[12/03/24, 2:04:11 PM] Mara: Fine.
"""
DISCORD = """==========
Guild: Fern
Channel: Text / general
==========

[12-Mar-24 02:02 PM] mara
which seed is it?

[12-Mar-24 02:03 PM] tom (pinned)
it is 8812
use it well

{Attachments}
https://cdn.example/x.png

[12-Mar-24 02:05 PM] mara
thanks

==========
Exported 3 message(s)
==========
"""
WHATSAPP_NOTICES = """12/03/2024, 14:00 - Messages and calls are end-to-end encrypted. Tap to learn more.
12/03/2024, 14:00 - Mara created group "Fair: 2024"
12/03/2024, 14:00 - Mara changed the subject from "Fair" to "Fair: 2024"
12/03/2024, 14:00 - Mara added Tom
12/03/2024, 14:01 - Mara: When is the fair?
12/03/2024, 14:02 - Tom: On Sunday. <This message was edited>
12/03/2024, 14:03 - Tom: <Medien ausgeschlossen>
12/03/2024, 14:03 - Tom: IMG-20240312-WA0001.jpg (file attached)
The stalls are on the green.
12/03/2024, 14:04 - Tom: This message was deleted
12/03/2024, 14:04 - Tom left
12/03/2024, 14:05 - Mara: Fine.
"""
IPHONE_NOTICES = """[12/03/24, 2:00:00 PM] Fair: \u200eMessages and calls are end-to-end encrypted.
\u200e[12/03/24, 2:00:10 PM] Mara: \u200eMara added you
[12/03/24, 2:01:11 PM] Mara: When is the fair?
[12/03/24, 2:02:11 PM] Tom: On Sunday. \u200e<This message was edited>
\u200e[12/03/24, 2:03:11 PM] Tom: \u200eimage omitted
\u200e[12/03/24, 2:03:12 PM] Tom: \u200eBild weggelassen
[12/03/24, 2:03:15 PM] Mara: \u200ePOLL:
Which cake?
\u200eOPTION: Plum (3 votes)
[12/03/24, 2:04:11 PM] Mara: Fine.
"""
IRSSI = """--- Log opened Tue Mar 12 14:00:02 2024
14:00 -!- Topic for #kiln: firing | wiki
14:02 <@mara> the kiln goes to 1240 C
14:03 < tom> [edit] why not more?
14:04  * mara is rebuilding the door
14:04  * mara has left
14:06 <+tom> it cools for 14 hours
--- Day changed Wed Mar 13 2024
08:00 <@mara> ok
"""
WEECHAT = """2024-03-12 14:02:11\t@mara\tclay comes on Friday
2024-03-12 14:03:10\t--\ttom is now known as tom_
2024-03-12 14:03:30\t-->\tbo (~bo@host) has joined #clay
2024-03-12 14:04:00\ttom\ttwo bags for me
2024-03-12 14:05:00\t *\ttom orders porcelain, too
2024-03-12 14:06:20\t@mara\tcash: in the tin
"""
TRANSCRIPT = """Episode 12: The kiln

[00:00:03] RANKA: How hot did it get?
[00:00:11] IVO: About 900 degrees.
[00:00:20] RANKA: That is a lot of heat.
"""
MINUTES = """Planning meeting, 3 March

Chair (Tom Reed): Who will pay for the roof?
MARA: The council. It has promised
to send the money in May.
Chair (Tom Reed): Then we can begin in June.
"""


def read(text: str) -> Document:
    return with_speakers(read_plain_text(text))


def messages(text: str) -> list[tuple[str, str]]:
    document = read(text)
    return [
        (document.text[block.start : block.end], block.lead)
        for block in with_outline(document.text, document.blocks, "")
        if block.kind.value in ("message", "question")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            IRC,
            [
                ("joel> who renews the certificate", "joel, 10:02"),
                ("wren> i do, it takes an hour", "joel> who renews the certificate › wren, 10:06"),
                ("joel> thanks", "joel, 10:41"),
            ],
        ),
        (
            WHATSAPP,
            [
                ("Mara Holm: When is the fair?", "Mara Holm, 12/03/2024, 14:01"),
                (
                    "Tom: On Sunday at nine.\nIt rains on Saturday.",
                    "Mara Holm: When is the fair? › Tom, 12/03/2024, 14:02",
                ),
                ("Mara Holm: Fine.", "Mara Holm, 12/03/2024, 14:05"),
            ],
        ),
        (
            IPHONE,
            [
                ("Mara: When is the fair?", "Mara, 12/03/24, 2:01:11 PM"),
                ("Tom: On Sunday.", "Mara: When is the fair? › Tom, 12/03/24, 2:02:11 PM"),
                ("Mara: Fine.", "Mara, 12/03/24, 2:04:11 PM"),
            ],
        ),
        (
            DISCORD,
            [
                ("mara\nwhich seed is it?", "mara, 12-Mar-24 02:02 PM"),
                ("tom (pinned)\nit is 8812\nuse it well", "mara which seed is it? › tom, 12-Mar-24 02:03 PM"),
                ("mara\nthanks", "mara, 12-Mar-24 02:05 PM"),
            ],
        ),
        (
            IRSSI,
            [
                ("mara> the kiln goes to 1240 C", "mara, 14:02"),
                ("tom> [edit] why not more?", "tom, 14:03"),
                ("mara is rebuilding the door", "tom> [edit] why not more? › mara, 14:04"),
                ("tom> it cools for 14 hours", "tom, 14:06"),
                ("mara> ok", "mara, 08:00"),
            ],
        ),
        (
            WEECHAT,
            [
                ("mara\tclay comes on Friday", "mara, 2024-03-12 14:02:11"),
                ("tom\ttwo bags for me", "tom, 2024-03-12 14:04:00"),
                ("tom orders porcelain, too", "tom, 2024-03-12 14:05:00"),
                ("mara\tcash: in the tin", "mara, 2024-03-12 14:06:20"),
            ],
        ),
        (
            TRANSCRIPT,
            [
                ("RANKA: How hot did it get?", "RANKA, 00:00:03"),
                ("IVO: About 900 degrees.", "RANKA: How hot did it get? › IVO, 00:00:11"),
                ("RANKA: That is a lot of heat.", "RANKA, 00:00:20"),
            ],
        ),
        (
            MINUTES,
            [
                ("Chair (Tom Reed): Who will pay for the roof?", "Chair (Tom Reed)"),
                (
                    "MARA: The council. It has promised\nto send the money in May.",
                    "Chair (Tom Reed): Who will pay for the roof? › MARA",
                ),
                ("Chair (Tom Reed): Then we can begin in June.", "Chair (Tom Reed)"),
            ],
        ),
    ],
)
def test_messages(text: str, expected: list[tuple[str, str]]) -> None:
    assert messages(text) == expected


@each_row(
    "stamp",
    [
        "[08 Feb 18:02]",
        "[8 February 18:02]",
        "[8. Februar 18:02]",
        "[8 févr. 18:02]",
        "[8 de febrero 18:02]",
        "[8th Feb, 6:02 PM]",
        "[Feb 8, 18:02]",
        "[Feb 08 18:02:11]",
        "[February 8th, 2024 at 6:02 PM]",
        "[8-Feb 18:02]",
        "[08/Feb/2024 18:02]",
        "[Thu 8 Feb 18:02]",
        "[Thu, Feb 8, 2024 18:02]",
        "[Thu 18:02]",
        "[Today 18:02]",
        "[08/02 18:02]",
        "[08.02. 18:02]",
        "[2024-02-08T18:02:11Z]",
        "[2024-02-08 18:02:11.250 +01:00]",
        "[2024-02-08 18:02 UTC]",
        "[18:02, 8 Feb]",
        "[18:02, 08/02/2024]",
        "(08 Feb 18:02)",
        "8 Feb 2024, 18:02 -",
        "08.02.24, 18:02 -",
    ],
)
def test_stamps(stamp: str) -> None:
    lead = stamp.strip("[()] -")
    text = f"{stamp} Mara Holm: We meet.\n{stamp} Tom: On Sunday.\n{stamp} Mara Holm: Fine.\n"
    assert messages(text) == [
        ("Mara Holm: We meet.", f"Mara Holm, {lead}"),
        ("Tom: On Sunday.", f"Tom, {lead}"),
        ("Mara Holm: Fine.", f"Mara Holm, {lead}"),
    ]


@pytest.mark.parametrize(
    "stamp", ["[08 Feb 18:02]", "[Feb 8, 2024 6:02 PM]", "[18:02, 8 Feb]", "[Thu 18:02]"]
)
def test_stamps_above_what_is_said(stamp: str) -> None:
    lead = stamp.strip("[]")
    text = f"{stamp} mara\nWe meet.\n\n{stamp} tom\nOn Sunday.\n\n{stamp} mara\nFine.\n"
    assert messages(text) == [
        ("mara\nWe meet.", f"mara, {lead}"),
        ("tom\nOn Sunday.", f"tom, {lead}"),
        ("mara\nFine.", f"mara, {lead}"),
    ]


@pytest.mark.parametrize("stamp", ["[08 Feb 18:02]", "Feb 08 18:02:11", "[2024-02-08T18:02:11]"])
def test_stamps_before_names_in_angle_brackets(stamp: str) -> None:
    text = f"{stamp} <mara> we meet\n{stamp} *** tom joined\n{stamp} <tom> on sunday\n{stamp} <mara> fine\n"
    assert [said for said, _ in messages(text)] == ["mara> we meet", "tom> on sunday", "mara> fine"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("who renews it", "question"),
        ("does anyone know the code", "question"),
        ("is it down?", "question"),
        ("do not forget the potions", "message"),
        ("when i come i bring some", "message"),
        ("it is down. who knows?", "message"),
    ],
)
def test_a_message_that_only_asks_is_a_question(said: str, kind: str) -> None:
    document = read(f"<mara> hello\n<tom> {said}\n<mara> petra\n")
    assert [block.kind.value for block in document.blocks] == ["message", kind, "message"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (IRC, "[10:03] * wren joined"),
        (WHATSAPP, "12/03/2024, 14:00 - Messages and calls are end-to-end encrypted."),
        (WHATSAPP, "Tom: <Media omitted>"),
        (IRSSI, "--- Log opened Tue Mar 12 14:00:02 2024"),
        (IRSSI, "14:00 -!- Topic for #kiln: firing | wiki"),
        (IRSSI, "14:04  * mara has left"),
        (IRSSI, "--- Day changed Wed Mar 13 2024"),
        (WEECHAT, "2024-03-12 14:03:10\t--\ttom is now known as tom_"),
        (DISCORD, "Guild: Fern"),
        (DISCORD, "https://cdn.example/x.png"),
        (DISCORD, "Exported 3 message(s)"),
    ],
)
def test_what_a_program_says_answers_nothing(text: str, line: str) -> None:
    document = read(text)
    kinds = {document.text[block.start : block.end]: block.kind.value for block in document.blocks}
    assert kinds[line] == "contents"


@pytest.mark.parametrize(
    "text",
    [
        "[10:02] <joel> morning\nThe rest is prose.\nIt goes on.\nAnd on.\n",
        "9:00 Opening: in the hall\n10:00 Lunch: in the garden\n11:00 Closing: at sea\n",
        "Name: Anna Berg and her old dog\nAge: about twenty-one years\nTown: a place near the sea\n" * 2,
        "Note: it rains all day long.\n\nNote: it snows all day long.\n\nNote: the sun shines all day.\n",
        "8 Feb 18:00 Training: in the hall\n15 Feb 18:00 Match: at sea\n22 Feb 18:00 Training: in the hall\n",
        "Feb 8, 18:00 – Training: in the hall\nFeb 9, 18:00 – Match: at sea\nMay 8, 18:00 – Training: here\n",
        "[12 May 2021] Holm: it rains.\n[13 May 2021] Reed: it snows.\n[14 May 2021] Holm: it thaws.\n",
        "[see 3 Feb] Mara: it rains.\n[see 4 Feb] Tom: it snows.\n[see 5 Feb] Mara: it thaws.\n",
        "On 8 Feb 18:02 Mara said: come.\nOn 9 Feb 18:03 Tom said: no.\nOn 9 Feb 18:09 Mara said: oh.\n",
        "Phone: 0161\nPhone: 0162\nMail: a@b.example\nMail: c@d.example\n",
    ],
)
def test_what_is_no_transcript(text: str) -> None:
    assert messages(text) == []


@pytest.mark.parametrize(
    "part",
    [
        IRC,
        WHATSAPP,
        "<a> b\nc\n",
        "a: b\n",
        "A" * 50,
        "12/03/2024, 14:00 - ",
        "A B: c\n",
        "[8 Feb 18:02] A: b\n",
        "[8 Feb ",
        "[a 8 b 18:02, ",
    ],
)
def test_the_time_grows_with_the_length_of_a_text(part: str) -> None:
    assert growth(read, part * 300, part * 1_200) < LINEAR


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            WHATSAPP_NOTICES,
            ["Mara: When is the fair?", "Tom: On Sunday.", "The stalls are on the green.", "Mara: Fine."],
        ),
        (
            IPHONE_NOTICES,
            [
                "Mara: When is the fair?",
                "Tom: On Sunday.",
                "Mara: \u200ePOLL:\nWhich cake?\n\u200eOPTION: Plum (3 votes)",
                "Mara: Fine.",
            ],
        ),
    ],
)
def test_what_whatsapp_says_is_no_message(text: str, said: list[str]) -> None:
    assert [message for message, _ in messages(text)] == said
