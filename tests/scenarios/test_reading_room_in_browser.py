"""The reading room in a real browser: by keyboard, on a phone, dark and light, and what axe-core finds."""

import asyncio
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.config import BotConfig
from index.building.update import update
from index.library import Library
from tests.support.browser import chromium
from tests.support.reading_rooms import Rooms
from tests.support.shared_folders import link_index

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = "".join(
    f"## Rule {number}\n\nRule {number} is about nothing much. It has a text.\n\n" for number in range(60)
)
FERRY = f"""\
# Ferry guide

The [Rose](https://example.org/rose) leaves at nine.

{RULES}
## Boats

- The Rose is blue.
  - She is old.

| Boat | Seats | Notes that take a lot of room | More of them | And even more |
|------|-------|-------------------------------|--------------|---------------|
| Rose | 120   | none                          | none         | none          |

| Fare | Euros |
|------|-------|
| Dog  | 4     |

## Captain

The captain of the Lily is Ada Zorn. She began in 1974.

> Nobody sails at night.

```
make the_ferry_leave_with_a_line_that_is_much_too_long_for_any_phone_at_all_but_has_to_be_kept_as_it_is
```

Ada Zorn retires in 2031.
"""
CAPTAIN = "Who is the captain of the Lily?"
PAGES = (
    "/",
    f"/?q={CAPTAIN}",
    "/?q=What+is+the+capital+of+Peru%3F",
    "/?q=hello",
    "/articles",
    "/articles?q=ferry",
    f"/a/ferry?q={CAPTAIN}",
    "/a/notes/bees",
    "/a/nowhere",
)


@pytest.fixture(scope="module")
def ferries(library_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return the shared library with an article that has a part of every kind."""
    folder = tmp_path_factory.mktemp("ferries")
    shutil.copytree(library_folder / "corpus", folder / "corpus")
    link_index(library_folder / "index", folder / "index")
    (folder / "index" / "lock").unlink(missing_ok=True)
    (folder / "corpus" / "ferry.md").write_text(FERRY, "utf-8")
    config = BotConfig.model_validate({"base": folder, "index": {"directory": "index"}})
    update(config, lambda *_: None, wait=300)
    return Library.open(config)


async def visit(rooms: Rooms, library: Library, look: "Callable[[Chrome, str], None]") -> None:
    """Open a reading room and look at it in Chromium, in another thread: the site runs in this one."""
    room = await rooms.open(library=library)
    address = f"http://127.0.0.1:{room.client.server.port}"

    def run() -> None:
        with chromium(width=1280, height=800) as browser:
            look(browser, address)

    await asyncio.to_thread(run)


def show_as(browser: "Chrome", width: int, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


async def test_ask_by_keyboard_and_follow_the_citation_to_its_sentence(
    rooms: Rooms, ferries: Library
) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.expected_conditions import url_contains
    from selenium.webdriver.support.wait import WebDriverWait

    def look(browser: "Chrome", address: str) -> None:
        browser.get(address)
        browser.switch_to.active_element.send_keys(Keys.TAB)
        skip = browser.switch_to.active_element
        assert (skip.text, skip.is_displayed()) == ("Skip to the content", True)
        assert skip.rect["y"] >= 0
        skip.send_keys(Keys.ENTER)
        browser.switch_to.active_element.send_keys(Keys.TAB)
        box = browser.switch_to.active_element
        assert box.accessible_name == "Ask the articles"
        assert browser.execute_script("return getComputedStyle(document.activeElement).outlineWidth") != "0px"
        box.send_keys(CAPTAIN, Keys.ENTER)
        WebDriverWait(browser, 60).until(url_contains("?q="))
        assert browser.find_element(By.CSS_SELECTOR, ".opening").text == "Ada Zorn"
        assert browser.find_element(By.CSS_SELECTOR, ".sources mark").text == "Ada Zorn"
        details = browser.find_element(By.TAG_NAME, "details")
        assert not details.find_element(By.TAG_NAME, "table").is_displayed()
        details.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
        assert details.find_element(By.TAG_NAME, "table").is_displayed()
        browser.find_element(By.LINK_TEXT, "Ferry guide").send_keys(Keys.ENTER)
        WebDriverWait(browser, 60).until(url_contains("/a/ferry"))
        target = browser.find_element(By.CSS_SELECTOR, ":target")
        assert target.text == "The captain of the Lily is Ada Zorn."
        assert is_in_view(browser, target)
        assert colour_of(browser, target) != colour_of(browser, browser.find_element(By.ID, "s2"))
        target.find_element(By.XPATH, "following-sibling::*//a[@aria-label='Next mention']").send_keys(
            Keys.ENTER
        )
        target = browser.find_element(By.CSS_SELECTOR, ":target")
        assert target.text == "Ada Zorn retires in 2031."
        assert is_in_view(browser, target)

    await visit(rooms, ferries, look)


def is_in_view(browser: "Chrome", element: Any) -> bool:
    box = "const box = arguments[0].getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight"
    return bool(browser.execute_script(box, element))


def colour_of(browser: "Chrome", element: Any) -> str:
    return str(browser.execute_script("return getComputedStyle(arguments[0]).backgroundColor", element))


async def test_nothing_for_axe_to_find_nothing_to_scroll_sideways_and_nothing_that_moves(
    rooms: Rooms, ferries: Library
) -> None:
    axe = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
    moved = (
        "const done = arguments[0]; let moved = 0;"
        "new PerformanceObserver(list => list.getEntries().forEach(entry => moved += entry.value))"
        ".observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(moved), 50)"
    )

    def look(browser: "Chrome", address: str) -> None:
        for path in PAGES:
            for width, scheme in ((320, "light"), (640, "dark"), (1280, "light")):  # 640: 1280 at 200 %
                show_as(browser, width, scheme)
                browser.get(f"{address}{path}")
                where = f"{path} {width} {scheme}"
                assert browser.execute_async_script(moved) == 0, where
                browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
                assert browser.execute_script("return document.documentElement.scrollWidth") <= width, where
                browser.execute_script(axe)
                found = browser.execute_async_script("axe.run().then(arguments[0])")
                assert not [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]], where
        logged = [entry["message"] for entry in browser.get_log("browser")]
        assert not [text for text in logged if "Content Security Policy" in text or "404" not in text], logged

    await visit(rooms, ferries, look)
