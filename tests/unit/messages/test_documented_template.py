"""The template that docs/messages.md shows is one."""

import re
from dataclasses import replace

import yaml
from tests.unit.configuration.folders import SHIPPED
from tests.unit.messages.shipped import CONFIGURATION

from herald.adapters.templates import JinjaRenderer
from herald_cli.samples.approvals import order

DOCUMENT = (SHIPPED.parent / "docs" / "messages.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    return str(found)


def test_it_renders_with_its_words() -> None:
    templates = {**CONFIGURATION.templates, "waits/body.jinja": block("jinja"), "waits/subject.txt": "{{ t.title }}"}
    words = {**CONFIGURATION.words, "waits/en": yaml.safe_load(block("yaml"))}
    configuration = replace(
        CONFIGURATION, version="cfg_documented", templates=templates, words=words,
        order_link="https://threekit.example.com/orders/{id}",
    )  # fmt: skip
    mail = JinjaRenderer().email(configuration, "waits", "en", {"order": order(), "data": {"days": 3}})
    for part in (mail.text, mail.html):
        told = (
            "AB12CD3",
            "€125,000.40",
            "It has waited for 3 days.",
            f"https://threekit.example.com/orders/{order()['id']}",
        )
        assert [one for one in told if one not in part] == []


def test_its_pictures_are_there_and_small() -> None:
    folder = SHIPPED.parent / "docs"
    pictures = re.findall(r"\]\((messages/[^)]*)\)", DOCUMENT)
    assert sorted(pictures) == sorted(f"messages/{file.name}" for file in (folder / "messages").iterdir())
    assert sum((folder / picture).stat().st_size for picture in pictures) < 1_500_000
