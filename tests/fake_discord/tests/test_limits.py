"""Each documented limit is known to the fake Discord: what is within it passes, one more is refused."""

from typing import Any

from tests.fake_discord import limits, limits_commands
from tests.fake_discord.problems import DiscordError, Problem
from tests.support.tables import each_row

NOBODY = {"parse": []}


def button(**changes: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **changes}


def row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(buttons or (button(),))}


def rows(count: int, width: int) -> list[dict[str, Any]]:
    return [
        row(*(button(custom_id=f"{number}.{index}") for index in range(width))) for number in range(count)
    ]


def message(**body: Any) -> list[Problem]:
    return list(limits.message({"allowed_mentions": NOBODY, **body}, "", limits.CREATE_KEYS))


def embed(**parts: Any) -> list[Problem]:
    return message(embeds=[{"description": "x", **parts}])


def callback(kind: int, **data: Any) -> list[Problem]:
    return list(
        limits.callback(
            {"type": kind, "data": {**({"allowed_mentions": NOBODY} if kind in (4, 7) else {}), **data}}
        )
    )


def text_input(**changes: Any) -> dict[str, Any]:
    return {"type": 4, "custom_id": "note", "style": 2, "label": "Note", **changes}


def modal(*inputs: dict[str, Any], **changes: Any) -> list[Problem]:
    parts = [{"type": 1, "components": [part]} for part in inputs or (text_input(),)]
    return callback(9, **{"custom_id": "modal", "title": "Title", "components": parts, **changes})


def command(**changes: Any) -> list[Problem]:
    return list(limits_commands.command({"name": "ask", "description": "Ask", **changes}))


def option(**changes: Any) -> list[Problem]:
    return command(options=[{"type": 3, "name": "question", "description": "What", **changes}])


def choices(count: int) -> list[dict[str, str]]:
    return [{"name": str(number), "value": str(number)} for number in range(count)]


PLAIN_FIELD = {"name": "n", "value": "v"}
CASES = {
    "content": (message(content="x" * 2000), message(content="x" * 2001), "content"),
    "content in UTF-16": (message(content="🐝" * 1000), message(content="🐝" * 1001), "content"),
    "embeds": (
        message(embeds=[{"description": "x"}] * 10),
        message(embeds=[{"description": "x"}] * 11),
        "embeds",
    ),
    "embed's description": (
        embed(description="x" * 4096),
        embed(description="x" * 4097),
        "embeds.0.description",
    ),
    "embed's title": (embed(title="x" * 256), embed(title="x" * 257), "embeds.0.title"),
    "embed's footer": (
        embed(footer={"text": "x" * 2048}),
        embed(footer={"text": "x" * 2049}),
        "embeds.0.footer.text",
    ),
    "embed's author": (
        embed(author={"name": "x" * 256}),
        embed(author={"name": "x" * 257}),
        "embeds.0.author.name",
    ),
    "embed's fields": (embed(fields=[PLAIN_FIELD] * 25), embed(fields=[PLAIN_FIELD] * 26), "embeds.0.fields"),
    "field's name": (
        embed(fields=[{"name": "x" * 256, "value": "v"}]),
        embed(fields=[{"name": "x" * 257, "value": "v"}]),
        "embeds.0.fields.0.name",
    ),
    "field's value": (
        embed(fields=[{"name": "n", "value": "x" * 1024}]),
        embed(fields=[{"name": "n", "value": "x" * 1025}]),
        "embeds.0.fields.0.value",
    ),
    "all embeds together": (
        message(embeds=[{"description": "x" * 3000}, {"description": "x" * 2999, "title": "x"}]),
        message(embeds=[{"description": "x" * 3000}, {"description": "x" * 3000, "title": "x"}]),
        "embeds",
    ),
    "embed of nothing": (embed(), message(embeds=[{"color": 1}]), "embeds.0.description"),
    "embed's link": (embed(url="https://e.org"), embed(url="javascript:alert(1)"), "embeds.0.url"),
    "embed's picture": (
        embed(image={"url": "https://e.org/a.png"}),
        embed(image={"url": "file:///etc/passwd"}),
        "embeds.0.image.url",
    ),
    "embed's colour": (embed(color=0xFFFFFF), embed(color=0x1000000), "embeds.0.color"),
    "unknown key": (message(content="x"), message(content="x", colour=1), "colour"),
    "unknown key of an embed": (embed(), embed(colour=1), "embeds.0.colour"),
    "rows": (message(components=rows(5, 1)), message(components=rows(6, 1)), "components"),
    "buttons of a row": (
        message(components=rows(1, 5)),
        message(components=rows(1, 6)),
        "components.0.components",
    ),
    "custom_id": (
        message(components=[row(button(custom_id="x" * 100))]),
        message(components=[row(button(custom_id="x" * 101))]),
        "components.0.components.0.custom_id",
    ),
    "empty custom_id": (
        message(components=[row()]),
        message(components=[row(button(custom_id=""))]),
        "components.0.components.0.custom_id",
    ),
    "the same custom_id": (
        message(components=rows(2, 1)),
        message(components=[row(), row()]),
        "components.1.components.0.custom_id",
    ),
    "label": (
        message(components=[row(button(label="x" * 80))]),
        message(components=[row(button(label="x" * 81))]),
        "components.0.components.0.label",
    ),
    "button's link": (
        message(components=[row({"type": 2, "style": 5, "label": "x", "url": "https://e.org"})]),
        message(components=[row({"type": 2, "style": 5, "label": "x", "url": "ftp://e.org"})]),
        "components.0.components.0.url",
    ),
    "link with a custom_id": (
        message(components=[row({"type": 2, "style": 5, "label": "x", "url": "https://e.org"})]),
        message(components=[row(button(style=5, url="https://e.org"))]),
        "components.0.components.0.custom_id",
    ),
    "button without words": (
        message(components=[row(button(label=None, emoji={"name": "📖", "id": None}))]),
        message(components=[row(button(label=None))]),
        "components.0.components.0",
    ),
    "emoji": (
        message(components=[row(button(emoji={"name": "📖"}))]),
        message(components=[row(button(emoji={"name": ":book:"}))]),
        "components.0.components.0.emoji.name",
    ),
    "mentions": (message(content="x"), message(content="x", allowed_mentions=None), "allowed_mentions"),
    "mentions of everyone": (
        message(content="x"),
        message(content="x", allowed_mentions={"parse": ["everyone"]}),
        "allowed_mentions",
    ),
    "reply's mention": (
        message(content="x"),
        message(content="x", allowed_mentions={"parse": [], "replied_user": True}),
        "allowed_mentions",
    ),
    "flags": (message(flags=1 << 2), message(flags=1 << 7), "flags"),
    "kind of answer": (callback(5), callback(10), "type"),
    "defer's flags": (callback(5, flags=64), callback(5, flags=128), "data.flags"),
    "text of an answer": (
        callback(4, content="x"),
        callback(4, content="x", allowed_mentions=None),
        "data.allowed_mentions",
    ),
    "choices": (callback(8, choices=choices(25)), callback(8, choices=choices(26)), "data.choices"),
    "choice's name": (
        callback(8, choices=[{"name": "x" * 100, "value": "x" * 100}]),
        callback(8, choices=[{"name": "x" * 101, "value": "x"}]),
        "data.choices.0.name",
    ),
    "choice's value": (
        callback(8, choices=[{"name": "x", "value": 1}]),
        callback(8, choices=[{"name": "x", "value": "x" * 101}]),
        "data.choices.0.value",
    ),
    "choice of no name": (
        callback(8, choices=[]),
        callback(8, choices=[{"name": "", "value": "x"}]),
        "data.choices.0.name",
    ),
    "modal's title": (modal(title="x" * 45), modal(title="x" * 46), "data.title"),
    "modal's custom_id": (modal(custom_id="x" * 100), modal(custom_id="x" * 101), "data.custom_id"),
    "modal's inputs": (
        modal(*(text_input(custom_id=str(number)) for number in range(5))),
        modal(*(text_input(custom_id=str(number)) for number in range(6))),
        "data.components",
    ),
    "input's most": (
        modal(text_input(max_length=4000)),
        modal(text_input(max_length=4001)),
        "data.components.0.components.0.max_length",
    ),
    "input's label": (
        modal(text_input(label="x" * 45)),
        modal(text_input(label="x" * 46)),
        "data.components.0.components.0.label",
    ),
    "input's placeholder": (
        modal(text_input(placeholder="x" * 100)),
        modal(text_input(placeholder="x" * 101)),
        "data.components.0.components.0.placeholder",
    ),
    "button in a modal": (modal(), modal(button()), "data.components.0.components.0.type"),
    "command's name": (command(name="frag-mich"), command(name="Ask"), "name"),
    "command's long name": (command(name="x" * 32), command(name="x" * 33), "name"),
    "command's spaced name": (command(name="fråga"), command(name="ask me"), "name"),
    "command's description": (command(description="x" * 100), command(description="x" * 101), "description"),
    "command of no description": (command(), command(description=""), "description"),
    "menu's name": (
        command(type=3, name="Find sources", description=""),
        command(type=3, name="x" * 33, description=""),
        "name",
    ),
    "menu's description": (
        command(type=3, name="Find sources", description=""),
        command(type=3, name="Find sources"),
        "description",
    ),
    "option's name": (option(), option(name="a b"), "options.0.name"),
    "option's most": (option(max_length=6000), option(max_length=6001), "options.0.max_length"),
    "option's choices": (option(choices=choices(25)), option(choices=choices(26)), "options.0.choices"),
    "choices and autocomplete": (
        option(autocomplete=True),
        option(autocomplete=True, choices=choices(1)),
        "options.0",
    ),
    "required after optional": (
        option(required=True),
        command(
            options=[
                {"type": 3, "name": "a", "description": "A"},
                {"type": 3, "name": "b", "description": "B", "required": True},
            ]
        ),
        "options.1",
    ),
    "contexts": (command(contexts=[0, 1]), command(contexts=[3]), "contexts"),
}


@each_row("case", CASES)
def test_a_limit(case: str) -> None:
    within, beyond, path = CASES[case]
    assert within == []
    assert [problem.path for problem in beyond] == [path]


def test_commands_have_names_of_their_own() -> None:
    one = {"name": "ask", "description": "Ask"}
    menu = {"name": "ask", "type": 3}
    assert not list(limits_commands.commands([one, menu]))
    (problem,) = limits_commands.commands([one, dict(one)])
    assert "unique" in problem.message


def test_there_are_only_so_many_commands() -> None:
    many = [{"name": f"ask{number}", "description": "Ask"} for number in range(101)]
    assert not list(limits_commands.commands(many[:100]))
    assert list(limits_commands.commands(many))


def test_half_a_character_is_no_text() -> None:
    assert limits.surrogates({"embeds": [{"title": "\ud83d"}]})
    assert not limits.surrogates({"embeds": [{"title": "🐝"}]})


def test_an_error_has_the_shape_of_discords() -> None:
    error = DiscordError(50035, problems=(Problem("embeds.0.title", "BASE_TYPE_MAX_LENGTH", "Too long."),))
    assert error.body == {
        "message": "Invalid Form Body",
        "code": 50035,
        "errors": {
            "embeds": {
                "0": {"title": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Too long."}]}}
            }
        },
    }
