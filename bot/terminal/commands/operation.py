"""Commands that run and check an installation: `serve`, `bot` and `doctor`."""

import click

from bot.terminal.command_group import Command, global_options
from bot.terminal.commands.options import json_option, options_of

_log_format_option = click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How each event is written to stderr.",
)


@click.command(
    cls=Command,
    examples=(
        "footnote serve",
        "footnote serve --listen 127.0.0.1:9000",
    ),
)
@click.option("--listen", default="", metavar="HOST:PORT", help="Where; default: 127.0.0.1:8080.")
@_log_format_option
@global_options
@click.pass_context
def serve(context: click.Context, listen: str, log_format: str) -> None:
    """Serve a site to ask on and to read the articles, until Ctrl-C.

    It can be reached from this machine only, unless another address is given here or as `[web] listen`. If
    FOOTNOTE_WEB_TOKEN is set, programs have to show that token to the API.
    """
    from bot.config import is_listen_address

    if listen and not is_listen_address(listen):
        raise click.BadParameter("expected HOST:PORT, as 127.0.0.1:8080", param_hint="--listen")
    from bot.terminal.run_web import start

    context.exit(start(options_of(context), listen, log_format))


@click.command(
    "bot",
    cls=Command,
    examples=(
        "footnote bot",
        "footnote bot --log-format json",
        "footnote bot --sync",
    ),
)
@click.option(
    "--sync",
    is_flag=False,
    flag_value="everywhere",
    metavar="[SERVER]",
    help="Register the commands with Discord, everywhere or in the server with this id, and end.",
)
@_log_format_option
@global_options
@click.pass_context
def discord_bot(context: click.Context, sync: str | None, log_format: str) -> None:
    """Run the Discord bot, until Ctrl-C.

    Its token comes from DISCORD_BOT_TOKEN, or from the file that DISCORD_BOT_TOKEN_FILE names. At the start,
    commands are registered if they changed since the last time.
    """
    if sync is not None and sync != "everywhere" and not sync.isdecimal():
        raise click.BadParameter("expected the id of a server, a number", param_hint="--sync")
    from bot.terminal.run_bot import start

    context.exit(start(options_of(context), sync, log_format))


@click.command(
    cls=Command,
    examples=(
        "footnote doctor",
        "footnote doctor --fetch",
        "footnote --config /etc/footnote/config.toml doctor --service",
    ),
)
@click.option(
    "--fetch", is_flag=True, help="Download the configured models first; no other option downloads anything."
)
@click.option("--service", is_flag=True, help="Check, too, that the systemd unit could run this.")
@json_option
@global_options
@click.pass_context
def doctor(context: click.Context, fetch: bool, service: bool, as_objects: bool) -> None:
    """Check the setup and explain how to fix problems.

    Configuration, articles, models, index and Discord bot are checked. With --service, so is that a user
    without a home can run this installation: a Python below /home or /root it cannot.
    """
    from bot.terminal.run_doctor import start

    context.exit(start(options_of(context), fetch=fetch, service=service, as_objects=as_objects))
