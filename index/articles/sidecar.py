"""Description of an article in a file beside it, for formats that hold none: `report.pdf.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

from index.articles.front_matter import FLAW, Description, make_description, quoted

SUFFIX = ".toml"
"""What the name of the file beside an article has more."""


def describe(description: Description, sidecar: Path) -> Description:
    """Return a description with what the file beside the article says put over it."""
    try:
        values = read_sidecar(sidecar)
    except (OSError, ValueError) as error:
        return replace(description, flaw=f"{FLAW}in {sidecar.name} cannot be read ({error})")
    stated = make_description(
        {key.lower(): value if isinstance(value, list) else str(value) for key, value in values.items()}
    )
    named = {field.name: getattr(stated, field.name) for field in fields(stated)}
    return replace(description, **{name: value for name, value in named.items() if value})


def read_sidecar(sidecar: Path) -> dict[str, object]:
    """Return the values in the file beside an article. Raises OSError and ValueError."""
    return tomllib.loads(sidecar.read_text("utf-8"))


def sidecar_content(values: Mapping[str, str]) -> bytes:
    """Return what a file beside an article holds that says `values`."""
    return "".join(f"{key} = {quoted(value)}\n" for key, value in values.items() if value).encode()
