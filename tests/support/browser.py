"""Chromium without a window, for tests of what a page shows; they are skipped where it is not installed."""

import os
import shutil
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

COLOUR = (255, 0, 255)
TARGET_STYLE = "<style>::target-text { background: #ff00ff !important; color: #ff00ff !important }</style>"
"""What colours the words that a text fragment names, in a page that has this colour nowhere else."""

# Each character that is drawn, and the middle of it in the window.
_CHARACTERS = r"""
const drawn = [], range = document.createRange();
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode;
  range.selectNodeContents(node);
  const {top, bottom} = range.getBoundingClientRect();
  if (bottom <= 0 || top >= innerHeight || !node.parentElement.checkVisibility()) continue;
  for (const match of node.data.matchAll(/\S/gu)) {
    range.setStart(node, match.index);
    range.setEnd(node, match.index + match[0].length);
    const box = range.getClientRects()[0];
    if (box && box.width && box.bottom > 0 && box.top < innerHeight)
      drawn.push([match[0], box.left + box.width / 2, box.top + box.height / 2]);
  }
}
return drawn
"""


@contextmanager
def chromium(width: int = 1000, height: int = 1000) -> "Iterator[Chrome]":
    """Run Chromium until the block ends, cut off from other machines; skip where it is not installed."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("needs Chromium and its driver: apt-get install chromium chromium-driver")
    options = ChromeOptions()
    options.binary_location = browser
    for argument in (
        "--headless=new",
        f"--window-size={width},{height}",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-dev-shm-usage",  # what containers have of it is too small
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ):
        options.add_argument(argument)
    running = Chrome(options=options, service=Service(driver))
    try:
        yield running
    finally:
        running.quit()


def target_text(browser: "Chrome") -> str:
    """Return the characters in view, without spaces, that are drawn in the colour of `TARGET_STYLE`."""
    from PIL import Image

    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True})
    picture = Image.open(BytesIO(b64decode(shot["data"]))).convert("RGB")
    if COLOUR not in dict(map(reversed, picture.getcolors(picture.width * picture.height) or ())):
        return ""
    return "".join(
        character
        for character, x, y in browser.execute_script(_CHARACTERS)
        if 0 <= x < picture.width and 0 <= y < picture.height and picture.getpixel((int(x), int(y))) == COLOUR
    )
