"""What `/library` says, within Discord's limits; the rest is read in test_library_commands."""

from bot.discord.library.corpus_work import NearSentence, UnansweredGroup
from bot.discord.replies import message_limits
from bot.discord.replies.library_changes import gaps_reply
from bot.discord.replies.markdown import units

HOSTILE = "@everyone **[x](https://evil.example)** `||`\n# 🏴\u200d☠️ \u202e<@1> "


def gap(question: str, nearest: int, *, answered: bool = False) -> UnansweredGroup:
    near = tuple(NearSentence(HOSTILE * 20, HOSTILE * 20) for _ in range(nearest))
    return UnansweredGroup(12_345, question, answered, near)


def test_a_gap_is_shown_with_what_is_nearest_to_it() -> None:
    near = NearSentence("The siren is *loud*.", "Sirens")
    embed = gaps_reply([UnansweredGroup(2, "How loud?", True, (near,)), gap("Why?", 0)], 2).embed
    assert embed is not None
    assert str(embed.description).splitlines() == [
        "**2×** How loud? (answered by now)",
        "-# “The siren is \\*loud\\*.” (Sirens)",
        "**12345×** Why?",
    ]
    assert embed.footer.text == "similar questions are counted together, latest first"


def test_gaps_that_do_not_fit_are_counted() -> None:
    embed = gaps_reply([gap(HOSTILE * 20, 2) for _ in range(10)], 99).embed
    assert embed is not None
    text = str(embed.description)
    assert units(text) <= message_limits.EMBED_DESCRIPTION
    shown = text.count("12345×")
    assert shown >= 6
    assert text.count("-# “") == 2 * shown
    assert str(embed.footer.text).endswith(f", {99 - shown} more in the terminal")
    assert "@everyone" not in text
    assert "<@1>" not in text
    assert "\u202e" not in text
