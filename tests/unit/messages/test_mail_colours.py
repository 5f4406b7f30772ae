"""The colours of mails have enough contrast to read, by day and at night (WCAG 2.2, AA)."""

import re

import pytest
from tests.unit.messages.shipped import CONFIGURATION
from tests.unit.pages.test_page_colours import contrast

MAIL, PARTS = (CONFIGURATION.templates[f"shared/{name}.html"] for name in ("mail", "parts"))
TONES = ("info", "warn", "bad", "good", "calm")
NIGHT = MAIL.partition("prefers-color-scheme: dark")[2].partition("</style>")[0]


def night(name: str, what: str) -> str:
    """A colour of a class at night."""
    found = re.search(rf"\.{name} \{{[^}}]*?(?<![-a-z]){what}: (#[0-9a-f]{{6}})", NIGHT)
    assert found, f"{name} has no {what} at night"
    return found[1]


def day(tone: str, what: str) -> str:
    found = re.search(rf'"{tone}": \{{"ink": "(?P<ink>#[0-9a-f]{{6}})", "back": "(?P<back>#[0-9a-f]{{6}})"\}}', PARTS)
    assert found, f"there is no tone {tone}"
    return found[what]


@pytest.mark.parametrize("tone", TONES)
def test_tones_can_be_read_by_day(tone: str) -> None:
    ink, back = day(tone, "ink"), day(tone, "back")
    assert min(contrast(ink, "#ffffff"), contrast(ink, back), contrast("#1d2731", back)) >= 4.5
    assert min(contrast("#525f6b", back), contrast("#525f6b", "#ffffff"), contrast("#525f6b", "#f3f5f7")) >= 4.5


@pytest.mark.parametrize("tone", TONES)
def test_tones_can_be_read_at_night(tone: str) -> None:
    ink, back, card = night(f"{tone}-ink", "color"), night(tone, "background"), night("card", "background")
    text, quiet = night("card", "color"), night("quiet", "color")
    assert min(contrast(one, other) for one in (ink, text, quiet) for other in (back, card)) >= 4.5
    assert night(f"{tone}-edge", "border-left-color") == ink


def test_links_and_buttons_can_be_read() -> None:
    assert contrast("#1f5f99", "#ffffff") >= 4.5
    assert contrast("#ffffff", night("button", "background")) >= 4.5
    assert contrast(night("link", "color"), night("card", "background")) >= 4.5
    assert contrast(night("page", "color"), night("page", "background")) >= 4.5


def test_every_class_that_a_part_names_is_changed_at_night() -> None:
    html = "".join(text for key, text in CONFIGURATION.templates.items() if key.endswith(".html"))
    named = {name for classes in re.findall(r'class="([^"]*)"', html) for name in classes.split() if "{" not in name}
    named -= {"outer", "picture", "tone", "}}", "}}-edge", "}}-ink"}
    assert {name for name in named if not re.search(rf"\.{name}\b", NIGHT)} == set()
    assert len(named) >= 5
