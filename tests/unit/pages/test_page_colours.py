"""The colours of the pages: enough contrast to read and to find, by day and by night (WCAG 2.2, AA)."""

import re

import pytest

from herald.adapters.approval_pages.security_headers import STYLE

CARDS = ("card", "page", "warn-card", "info-card", "done-card", "no-card")
READ = [
    *(("text", card) for card in CARDS), *(("quiet", card) for card in CARDS), *(("link", card) for card in CARDS),
    *(("no", card) for card in ("card", "no-card")), *(("warn", card) for card in ("card", "warn-card")),
    ("yes-text", "yes"), ("no-text", "no"),
]  # fmt: skip
"""What is read on what: 4.5 to 1."""
FOUND = [
    *(("focus", card) for card in CARDS), ("edge", "card"), ("no", "card"), ("yes", "card"), ("warn", "warn-card"),
    ("info", "info-card"), ("yes", "done-card"), ("no", "no-card"),
]  # fmt: skip
"""Edges of what can be used, marks, and the ring around what has the focus: 3 to 1."""


def palettes() -> dict[str, dict[str, str]]:
    day, night = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    colours = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block)) for block in (day, night)]
    return {"light": colours[0], "dark": colours[0] | colours[1]}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_standard_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(READ, 4.5), (FOUND, 3.0)], ids=["read", "found"])
def test_colours_stand_out(scheme: str, pairs: list[tuple[str, str]], least: float) -> None:
    colours = palettes()[scheme]
    found = {f"{one} on {other}": round(contrast(colours[one], colours[other]), 2) for one, other in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < least} == {}


def test_night_changes_every_colour() -> None:
    day, night = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    assert set(re.findall(r"--[a-z-]+:", day)) == set(re.findall(r"--[a-z-]+:", night))


def test_every_colour_is_one_of_the_palette() -> None:
    rules = re.sub(r":root \{.*?\}", "", STYLE, flags=re.DOTALL)
    named = set(re.findall(r"var\(--([a-z-]+)\)", rules))
    assert named == set(palettes()["light"])
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", rules)) == {"#ffffff"}, "white lies behind pictures only"


def test_who_asked_for_less_motion_gets_none() -> None:
    assert STYLE.count("transition") == 1
    before = STYLE[: STYLE.index("transition")]
    assert "prefers-reduced-motion: no-preference" in before[before.rindex("@media") :]
    assert "animation" not in STYLE


def test_what_is_pressed_is_large_enough() -> None:
    for selector in ("main a", "button", "summary", r"\.tick > label", "textarea, select"):
        rule = re.search(rf"^{selector} \{{(.*?)\}}", STYLE, re.DOTALL | re.MULTILINE)
        assert rule is not None, selector
        height = re.search(r"min-height: ([0-9.]+)rem", rule.group(1))
        assert height is not None, selector
        assert float(height.group(1)) * 16 >= 44, selector
