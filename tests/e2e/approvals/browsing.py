"""Somebody at a browser: opens pages, fills forms in, and is told of everything that went wrong behind the page."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, ViewportSize

DESKTOP, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=740)
PATIENCE_MILLISECONDS = 90_000
PICTURES_FOLDER = "HERALD_SCREENSHOTS"
"""The environment variable with the folder for pictures of the pages; without it there are none."""

_AXE_RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
"""All of WCAG 2 at A and AA, and the best practices, which are what axe looks at unless told otherwise."""


@contextmanager
def reading(browser: Browser, viewport: ViewportSize = DESKTOP, **options: Any) -> Iterator[Page]:
    """A page in a browser of its own. Afterwards the console must hold nothing: no error, no violated policy."""
    troubles: list[str] = []
    context = browser.new_context(viewport=viewport, reduced_motion="reduce", **options)
    try:
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page = context.new_page()
        page.on("console", lambda message: troubles.extend(_trouble(message)))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("requestfailed", lambda request: troubles.extend(_failed(request)))
        yield page
    finally:
        context.close()
    assert troubles == []


def form(page: Page, do: str) -> Locator:
    """The form that does that, unfolded if it was folded away."""
    found = page.locator(f'form:has(input[name="do"][value="{do}"])')
    folded = page.locator("details:not([open])", has=found)
    if folded.count():
        folded.locator("summary").click()
    return found


def press(page: Page, do: str, **fields: str) -> int:
    """Fill a form in as people do and press its button; return the HTTP status of the page that comes."""
    filled = form(page, do)
    for name, value in fields.items():
        field = filled.locator(f'[name="{name}"]')
        if value == "yes":
            field.check()
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    with page.expect_navigation() as navigation:
        filled.locator('button[type="submit"]').click()
    response = navigation.value
    assert response is not None
    return response.status


def said(page: Page) -> str:
    """What the page says in its main part, in one line."""
    return " ".join(page.locator("main").inner_text().split())


def inspect(page: Page, name: str) -> None:
    """Let axe find nothing, in both colour schemes, on desk and phone, where nothing may need scrolling sideways."""
    size = page.viewport_size or DESKTOP
    for viewport, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        picture(page, f"{name}-{viewport['width']}-{scheme}")
        found = Axe().run(page, options=_AXE_RULES)
        assert found.violations_count == 0, f"{name}, {scheme}, {viewport['width']}: {found.generate_report()}"
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"], f"{name} is {width} wide on {viewport['width']}"
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="light")


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page, if anybody wants one."""
    if folder := os.environ.get(PICTURES_FOLDER):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def _trouble(message: ConsoleMessage) -> Iterator[str]:
    # Chromium notes the status of a page that is an answer to a wrong form or link, too.
    answered = message.text.startswith("Failed to load resource: the server responded with a status of")
    if message.type in ("error", "warning") and not (answered and not message.location["url"].endswith("/picture")):
        yield message.text


def _failed(request: Request) -> Iterator[str]:
    # What is saved as a file is for Chromium a page that did not come.
    if not request.url.endswith("/receipt"):
        yield f"{request.url} {request.failure}"
