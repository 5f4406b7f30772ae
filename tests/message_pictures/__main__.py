"""Takes the pictures of docs/messages.md, and sees that every mail fits a telephone: python -m tests.message_pictures.

Prints what does not fit, and ends with 1 then.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, ViewportSize, sync_playwright
from tests.e2e.approvals.chromium import FIX, found

from herald.domain.configuration import Configuration
from herald_cli.configuration_folder import read_folder
from herald_cli.samples.by_template import samples_of
from herald_cli.template_preview import chosen_sample, preview
from simulators.threekit.drawn_picture import drawn_picture

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "messages"
SHOWN = (
    ("approval-request", "de", "request"), ("escalation", "en", ""), ("order-status", "fr", "milestone shipped"),
    ("catalog-digest", "de", ""),
)  # fmt: skip
"""What the pictures show: template, language, sample."""
WIDE, NARROW, TALLEST = 680, 360, 1500
WAYS = (("light", WIDE), ("dark", WIDE), ("narrow", NARROW))


def main() -> int:
    """Take the pictures and look at all mails; return how many do not fit."""
    if found() is None:
        print(FIX, file=sys.stderr)  # noqa: T201
        return 1
    configuration = read_folder(ROOT / "config")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found())
        for template, locale, sample in SHOWN:
            told = chosen_sample(template, configuration, name=sample)
            mail = preview(template, configuration, told, locale=locale).email
            assert mail is not None, f"{template} is no mail"
            for way, width in WAYS:
                _take(browser, mail.html, width, way == "dark", PICTURES / f"{template}-{locale}-{way}.png")
        too_wide = list(_too_wide(browser, configuration))
        browser.close()
    for one in too_wide:
        print(one)  # noqa: T201
    return min(len(too_wide), 1)


def _take(browser: Browser, html: str, width: int, dark: bool, file: Path) -> None:
    page = _page(browser, html, width, dark=dark)
    height = page.evaluate("document.documentElement.scrollHeight")
    page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)})
    page.context.close()


def _too_wide(browser: Browser, configuration: Configuration) -> Iterator[str]:
    """Yield the mails that can be scrolled sideways on a telephone, in any language."""
    page = _page(browser, "", NARROW, dark=False)
    for template in sorted({key.partition("/")[0] for key in configuration.words} - {"shared"}):
        for locale in ("en", "de", "fr"):
            for sample in samples_of(template, configuration):
                mail = preview(template, configuration, sample, locale=locale).email
                page.set_content(mail.html if mail else "")
                width = page.evaluate("document.documentElement.scrollWidth")
                if width > NARROW:
                    yield f"{template} in {locale}, told of {sample.name}: {width} pixels wide"
    page.context.close()


def _page(browser: Browser, html: str, width: int, *, dark: bool) -> Page:
    context = browser.new_context(
        viewport=ViewportSize(width=width, height=400), color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    page.route("**/*", _draw)
    page.set_content(html)
    return page


def _draw(route: Route) -> None:
    """Answer any picture with a drawn one, since the samples' addresses lead nowhere."""
    url = route.request.url
    route.fulfill(status=200, content_type="image/png", body=drawn_picture(url, "Armchair").body)


if __name__ == "__main__":
    sys.exit(main())
