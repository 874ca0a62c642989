"""Articles to an index, and questions to cited answers; knows neither Discord nor a terminal.

The public names are imported when they are first used, so that each program loads only what it needs.

What runs the models, onnxruntime, tells its maker about their use, and keeps a number of this machine in the
cache folder, unless a variable says before it is imported that it must not: so that is set here.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

TYPE_CHECKING = False  # type checkers take it for true; importing it would take longer than all the rest here
if TYPE_CHECKING:
    from index.building.update import update
    from index.config import Config
    from index.errors import FootnoteError
    from index.library import Library

__all__ = ["Config", "FootnoteError", "Library", "update"]

_MODULES = {
    "Config": "index.config",
    "FootnoteError": "index.errors",
    "Library": "index.library",
    "update": "index.building.update",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
