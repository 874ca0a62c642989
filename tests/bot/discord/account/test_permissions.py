import re
from urllib.parse import parse_qs, urlsplit

import discord

from bot.discord.account.permissions import NEEDS, invite_link, missing_permissions, name_of, permissions
from tests.support.paths import ROOT


def test_the_integer_is_the_documented_one_with_each_reason() -> None:
    guide = (ROOT / "docs" / "discord.md").read_text("utf-8")
    assert f"`{permissions().value}`" in guide
    rows = re.findall(r"^\| (.+?) \| `(\d+)` \| (.+?) \|$", guide, re.MULTILINE)
    documented = {name: (int(value), why) for name, value, why in rows}
    assert documented == {
        need.name: (discord.Permissions(**{need.flag: True}).value, need.why) for need in NEEDS
    }


def test_nothing_is_asked_for_that_could_do_harm() -> None:
    assert not permissions().value & discord.Permissions.elevated().value
    assert not permissions().mention_everyone


def test_what_is_missing_is_named() -> None:
    assert missing_permissions(permissions()) == []
    assert missing_permissions(discord.Permissions(administrator=True)) == []
    have = permissions()
    have.update(embed_links=False, send_messages=False)
    assert [need.name for need in missing_permissions(have)] == ["Send Messages", "Embed Links"]
    assert name_of("embed_links") == "Embed Links"
    assert name_of("manage_roles") == "Manage Roles"


def test_the_invite_link_asks_for_them_and_for_the_two_scopes() -> None:
    link = urlsplit(invite_link(1234))
    assert parse_qs(link.query) == {
        "client_id": ["1234"],
        "scope": ["bot applications.commands"],
        "permissions": [str(permissions().value)],
    }
    assert (link.scheme, link.netloc) == ("https", "discord.com")
