"""Writes the golden payloads again, and pictures of them: `python -m tests.preview [--pictures]`.

Pictures are taken with Chromium, which has to be installed; nothing is downloaded. Look at both before
you commit.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .golden import FOLDER, GOLDEN, payload
from .page import page

PICTURES = Path(__file__).parent.parent.parent / "docs" / "images"
DESKTOP, PHONE = 660, 390
LEAST_HEIGHT = 160  # below that, the browser draws its window higher than its page
SHOTS = {
    "discord-answer": (("one-source",), DESKTOP),
    "discord-answer-phone": (("one-source",), PHONE),
    "discord-declined": (("maybe", "declined-without-sentences"), DESKTOP),
    "discord-context": (("context",), DESKTOP),
}


def write() -> dict[str, Any]:
    """Write the golden payloads; return them by name."""
    payloads = {name: payload(make()) for name, make in GOLDEN.items()}
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, value in payloads.items():
        text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
    return payloads


def picture(messages: Sequence[Any], width: int, target: Path, chromium: str) -> None:
    """Draw payloads `width` CSS pixels wide, at two pixels for each, cut below the last."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page(messages, width=width), encoding="utf-8")
        common = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        common += [f"--user-data-dir={folder}/profile", "--force-device-scale-factor=2"]
        shot = f"--screenshot={target}"
        size = f"--window-size={width},{_height(common, source)}"
        subprocess.run([*common, size, shot, source.as_uri()], check=True, capture_output=True)


def _height(common: Sequence[str], source: Path) -> int:
    """Measure the page with the browser: a script writes the height into the title of the dumped page."""
    asking = source.with_name("asking.html")
    script = "<script>document.title = Math.ceil(document.body.getBoundingClientRect().height)</script>"
    asking.write_text(
        source.read_text(encoding="utf-8").replace("</body>", f"{script}</body>"), encoding="utf-8"
    )
    dump = subprocess.run(
        [*common, "--dump-dom", asking.as_uri()], check=True, capture_output=True, text=True
    )
    return max(int(dump.stdout.split("<title>", 1)[1].split("<", 1)[0]), LEAST_HEIGHT)


def main() -> None:
    """Write the payloads and, if asked to, the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.preview", description=__doc__)
    parser.add_argument("--pictures", action="store_true", help="draw them too, with Chromium")
    parser.add_argument(
        "--all", type=Path, metavar="FOLDER", help="draw every payload into FOLDER, to look at"
    )
    options = parser.parse_args()
    payloads = write()
    shots = [(PICTURES / f"{name}.png", what, width) for name, (what, width) in SHOTS.items()]
    if options.all:
        shots = [(options.all / f"{name}.png", (name,), PHONE) for name in payloads]
    if options.pictures or options.all:
        chromium = shutil.which("chromium") or sys.exit("Chromium is not installed.")
        for target, names, width in shots:
            target.parent.mkdir(parents=True, exist_ok=True)
            picture([payloads[name] for name in names], width, target, chromium)
            print(target)


if __name__ == "__main__":
    main()
