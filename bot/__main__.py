"""The way into the `footnote` command, which `python -m bot` takes too."""

import signal
import sys
from types import FrameType


def run() -> None:
    """Run the command line; Ctrl-C ends it with 130 from the first moment on.

    That it was pressed is remembered: C extensions that are being imported make another error of it.
    """
    interrupts: list[int] = []

    def interrupt(number: int, _: FrameType | None) -> None:
        interrupts.append(number)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else a shell had it ignored
        signal.signal(signal.SIGINT, interrupt)
    try:
        from bot.terminal.cli import main
        from bot.terminal.command_group import GlobalOptions

        main(prog_name="footnote", obj=GlobalOptions(interrupts=interrupts))
    except BaseException as error:
        if not interrupts or (isinstance(error, SystemExit) and error.code != 1):
            raise
        if not isinstance(error, SystemExit):  # that one has said so
            sys.stderr.write("error: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    run()
