"""A WhatsApp message says what the SMS would, or its own words, and fills the template it is registered under."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.messages.configurations import with_templates

from herald.adapters.templates import MAX_WHATSAPP, JinjaRenderer
from herald.domain.configuration import WhatsAppSending, WhatsAppTemplate
from herald.domain.message import RegisteredTemplate, WhatsAppContent
from herald.ports import RenderError

TWO_LINES = "Order {{ order }}\n\nPlease  decide"


def whatsapp(
    templates: Mapping[str, str], values: Mapping[str, Any] | None = None, *, locale: str = "en",
    languages: Mapping[str, str] | None = None, send_references: bool = False,
) -> WhatsAppContent:  # fmt: skip
    """Render template ``t``, which is registered in these languages, or not at all."""
    registered = {} if languages is None else {"t": WhatsAppTemplate("herald_t", languages)}
    configuration = replace(with_templates(templates), whatsapp=WhatsAppSending(registered, send_references))
    return JinjaRenderer().whatsapp(configuration, "t", locale, values or {"order": 7})


def test_it_has_words_of_its_own_or_those_of_the_sms() -> None:
    sms = {"t/en/sms.txt": "short"}
    assert whatsapp(sms).text == "short"
    assert whatsapp({**sms, "t/en/whatsapp.txt": "long and friendly"}).text == "long and friendly"


def test_the_language_of_the_recipient_matters_more_than_words_of_its_own() -> None:
    assert whatsapp({"t/en/whatsapp.txt": "English", "t/de/sms.txt": "Deutsch"}, locale="de-AT").text == "Deutsch"


def test_free_form_keeps_its_lines_and_every_character() -> None:
    content = whatsapp({"t/en/whatsapp.txt": TWO_LINES + " \N{EN DASH} „now“"})
    assert content == WhatsAppContent("Order 7\n\nPlease  decide \N{EN DASH} „now“", template=None)


def test_what_fills_a_registered_template_is_one_line() -> None:
    content = whatsapp({"t/en/whatsapp.txt": TWO_LINES}, {"order": "7\r\n\tA"}, languages={"en": "en_US"})
    assert content == WhatsAppContent("Order 7 A Please decide", RegisteredTemplate("herald_t", "en_US"))


@pytest.mark.parametrize(
    ("locale", "code", "text"),
    [("de", "de", "Deutsch"), ("de-AT", "de", "Deutsch"), ("fr", "en_US", "English"), ("ja", "en_US", "English")],
)
def test_a_registered_message_is_in_a_language_in_which_it_is_registered(locale: str, code: str, text: str) -> None:
    templates = {f"t/{one}/sms.txt": said for one, said in (("en", "English"), ("de", "Deutsch"), ("fr", "Français"))}
    content = whatsapp(templates, locale=locale, languages={"en": "en_US", "de": "de"})
    assert (content.text, content.template) == (text, RegisteredTemplate("herald_t", code))


def test_a_template_registered_in_no_language_of_the_message_is_an_error() -> None:
    wanted = r"^t: neither .* has whatsapp\.txt or sms\.txt and is registered$"
    with pytest.raises(RenderError, match=wanted):
        whatsapp({"t/en/sms.txt": "English"}, languages={"de": "de"})


def test_without_any_words_it_is_an_error() -> None:
    with pytest.raises(RenderError, match=r"^t: neither .* has whatsapp\.txt or sms\.txt$"):
        whatsapp({"t/en/body.txt": "a mail"})


@pytest.mark.parametrize("languages", [None, {"en": "en"}])
def test_it_may_be_as_long_as_whatsapp_takes(languages: Mapping[str, str] | None) -> None:
    templates = {"t/en/whatsapp.txt": "{{ order }}"}
    assert len(whatsapp(templates, {"order": "ж" * MAX_WHATSAPP}, languages=languages).text) == MAX_WHATSAPP
    for text, length in (("x" * (MAX_WHATSAPP + 1), MAX_WHATSAPP + 1), (" \n", 0)):
        with pytest.raises(RenderError, match=rf"^t/en/whatsapp\.txt: it has {length} characters; 1 to 4096 are sent$"):
            whatsapp(templates, {"order": text}, languages=languages)


@pytest.mark.parametrize("send_references", [True, False])
def test_whether_it_bears_references_is_a_setting(send_references: bool) -> None:
    assert whatsapp({"t/en/sms.txt": "x"}, send_references=send_references).referenced is send_references
