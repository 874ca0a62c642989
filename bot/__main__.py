"""Entry point of the `footnote` command and of `python -m bot`."""

import signal
import sys
from types import FrameType


def run() -> None:
    """Run the command line; Ctrl-C ends it with 130 at any time, even during imports.

    Each Ctrl-C is recorded, because a C extension that is being imported raises another error for it.
    """
    interrupts: list[int] = []

    def interrupt(number: int, _: FrameType | None) -> None:
        interrupts.append(number)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else the shell has it ignored
        signal.signal(signal.SIGINT, interrupt)
    try:
        from bot.terminal.cli import main
        from bot.terminal.command_group import GlobalOptions

        main(prog_name="footnote", obj=GlobalOptions(interrupts=interrupts))
    except BaseException as error:
        if not interrupts or (isinstance(error, SystemExit) and error.code != 1):
            raise
        if not isinstance(error, SystemExit):  # which has reported it already
            sys.stderr.write("error: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    run()
