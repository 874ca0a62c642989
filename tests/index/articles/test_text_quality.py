"""Quality of a text: which ones are named as poor, and which ones are not."""

import pytest

from index.articles.text_quality import find_poor_text

CUT = "its words are cut by spaces"
TOGETHER = "its words are not separated by spaces"
LINES = "The boat leaves at noon for the island of the owls, and it is back in the harbour at six. "


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("T h e b o a t l e a v e s a t n o o n.", CUT),
        ("The bo at leav es at no on for the isl and of the ow ls, and it is ba ck in the harb our.", CUT),
        (LINES.replace(" ", ""), ""),  # one word only: an address, perhaps
        ("Theboatleavesatnoon. " * 10, TOGETHER),
        (LINES + "Theboatleavesatnoonfortheisland. Itisbackintheharbour. " * 4, TOGETHER),
        (LINES, ""),
        (LINES + "It is 40 m long, 9 m wide, weighs 12 t and goes 30 km an hour, says Li Xu of the UK. ", ""),
        ("The Donaudampfschifffahrtsgesellschaft fährt auf der Donau und hat ihren Sitz in Wien. ", ""),
        (
            "Das Gesetz über die Rindfleischetikettierungsüberwachung gilt in ganz Mecklenburg nicht. ",
            "",
        ),
        ("See index/articles/file_formats.py and https://example.org/averylongaddressofapage here. ", ""),
        ("船は正午に出航します。" * 20, ""),
        ("Run py, js and ls in the shell, then cd to the folder of the program, and read the manual. ", ""),
        ("", ""),
    ],
)
def test_a_text_is_poor(text: str, reason: str) -> None:
    assert find_poor_text(text) == reason
