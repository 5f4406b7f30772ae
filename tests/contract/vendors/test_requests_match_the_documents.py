"""Submits hold nothing but what docs/vendor/opentext.md shows, read out of the document itself (2.5, 3, 3.1 to 3.4)."""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.contract.vendors.clients import EMAIL, FAX, SMS, WHATSAPP, WHATSAPP_TEMPLATE, opentext_at

from herald.domain.delivery import Channel, message_id
from herald.domain.message import Outgoing
from simulators import OpenTextSimulator

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs/vendor/opentext.md").read_text(encoding="utf-8")
LONGEST_MESSAGE_ID = 80
FROM_THE_TRANSPORT = {"host", "user-agent", "connection", "content-length", "accept-encoding", "authorization"}
"""Headers of HTTP itself, and the credentials (docs/vendor/opentext.md 2.1 to 2.3)."""

_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}


def section(heading: str) -> str:
    """Return the text below a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}.*?\n(.*?)(?=^#|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found is not None, f"the document has no section {heading}"
    return found[1]


def json_blocks(text: str) -> list[Any]:
    """Return the JSON examples; what one elides by ``...`` is not there, so that nothing passes for being in it."""
    blocks = re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [json.loads(re.sub(r",?\.\.\.(?=[\]}])", "", block)) for block in blocks]


@dataclass(frozen=True)
class Documented:
    """What the document says about a channel's submit."""

    path: str
    minimal: Any
    known: Any


def documented(channel: Channel) -> Documented:
    row, heading = {Channel.SMS: ("SMS", "3.1 SMS"), Channel.EMAIL: ("Email", "3.2 Email")}[channel]
    path = re.search(rf"^\| {row} \| `POST (\S+)` \|", section("3. Submit endpoints"), re.MULTILINE)
    assert path is not None
    minimal, known = json_blocks(section(heading))
    return Documented(path[1], minimal, known)


def documented_whatsapp(message: Outgoing) -> Documented:
    """Return what the document says about WhatsApp: one sample of a template, and the forms of what has none."""
    row = "WhatsApp template" if message is WHATSAPP_TEMPLATE else r"WhatsApp free-form \(.*?\)"
    path = re.search(rf"^\| {row} \| `POST (\S+)` \|", section("3. Submit endpoints"), re.MULTILINE)
    assert path is not None
    text = section("3.4 WhatsApp")
    (sample,) = json_blocks(text)
    if message is not WHATSAPP_TEMPLATE:
        written = re.search(r"^Free-form: `(.*?)` \|", text, re.MULTILINE)
        assert written is not None
        sample = {"destinations": sample["destinations"], **json.loads(f"{{{written[1]}}}")}
    return Documented(path[1], sample, sample)


def documented_fax() -> Documented:
    """Return what the document says about fax: one sample."""
    path = re.search(r"^\| Fax \| `POST (\S+)` \|", section("3. Submit endpoints"), re.MULTILINE)
    assert path is not None
    (sample,) = json_blocks(section("3.3 Fax"))
    return Documented(path[1], sample, sample)


def documented_headers() -> dict[str, str]:
    """Return the headers of section 2.5 by name in lower case; a value that is the client's to choose is empty."""
    line = re.search(r"^5\. Request headers of MRA endpoints: (.*)$", section("2. Authentication"), re.MULTILINE)
    assert line is not None
    named = re.findall(r"`([A-Za-z-]+)(?:: ([^`]+))?`", line[1].partition(" = ")[0])
    return {name.lower(): value for name, value in named}


def key_paths(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every key path with the JSON type found there; the entries of a list are all alike."""
    yield path, "null" if value is None else _TYPES[type(value)]
    children = [("[]", entry) for entry in value] if isinstance(value, list) else []
    for key, child in value.items() if isinstance(value, dict) else children:
        yield from key_paths(child, f"{path}.{key}")


def differences(body: Any, document: Documented) -> list[str]:
    """Return what a body has that the known fields have not, and what it lacks of the minimal ones."""
    sent, known, minimal = (set(key_paths(value)) for value in (body, document.known, document.minimal))
    return [f"not documented: {path} ({kind})" for path, kind in sorted(sent - known)] + [
        f"lacking: {path} ({kind})" for path, kind in sorted(minimal - sent)
    ]


SUBMITS = {
    message.channel: replace(message, message_id=message_id("herald-production-" + "x" * 60, message.reference))
    for message in (SMS, EMAIL)
}


@pytest.fixture(params=list(SUBMITS))
def message(request: pytest.FixtureRequest) -> Outgoing:
    """One SMS, and one e-mail of text and HTML, with a message id as long as they get."""
    return SUBMITS[request.param]


def body_of(opentext: OpenTextSimulator, message: Outgoing) -> Any:
    opentext_at(opentext.url).submit(message)
    return json.loads(opentext.requests[-1].request.body)


@pytest.mark.parametrize("channel", SUBMITS)
def test_the_minimal_example_is_part_of_the_one_with_all_fields(channel: Channel) -> None:
    document = documented(channel)
    assert set(key_paths(document.minimal)) <= set(key_paths(document.known))
    assert len(set(key_paths(document.known))) > 20


def test_every_field_is_documented_and_none_of_the_minimal_ones_is_lacking(
    opentext: OpenTextSimulator, message: Outgoing
) -> None:
    assert differences(body_of(opentext, message), documented(message.channel)) == []


def test_an_email_holds_text_and_html(opentext: OpenTextSimulator) -> None:
    body = body_of(opentext, SUBMITS[Channel.EMAIL])
    assert [part["type"] for part in body["body"]] == ["text", "HTML"]


def test_method_path_and_headers_are_the_documented_ones(opentext: OpenTextSimulator, message: Outgoing) -> None:
    body_of(opentext, message)
    seen, headers = opentext.requests[-1].request, documented_headers()
    assert (seen.method, seen.path, seen.query) == ("POST", documented(message.channel).path, {})
    assert headers == {"content-type": "application/json", "accept": "application/json", "x-mra-submitid": ""}
    assert all(seen.headers[name] == value if value else seen.headers[name] for name, value in headers.items())
    assert set(seen.headers) <= set(headers) | FROM_THE_TRANSPORT


def test_the_message_id_is_no_longer_than_the_platform_takes(opentext: OpenTextSimulator, message: Outgoing) -> None:
    sent = body_of(opentext, message)["options"]["message_id"]
    assert 60 < len(sent) <= LONGEST_MESSAGE_ID


@pytest.mark.parametrize(
    ("at", "field", "value", "told"),
    [
        ((), "callback_url", "https://herald.example.com", "not documented: .callback_url (string)"),
        (("destinations", 0), "name", "Anna", "not documented: .destinations.[].name (string)"),
        (("options",), "expires", 3, "not documented: .options.expires (number)"),
        (("options",), "message_id", 3, "not documented: .options.message_id (number)"),
        (("options",), "message_id", None, "not documented: .options.message_id (null)"),
        ((), "destinations", {}, "not documented: .destinations (object)"),
        ((), "reports", {"final_report": {"report_destinations": [{"fax": "1"}]}}, "not documented: .reports.final_"
         "report.report_destinations.[] (object)"),
    ],
)  # fmt: skip
def test_an_unknown_field_or_type_is_told(
    opentext: OpenTextSimulator, message: Outgoing, at: tuple[Any, ...], field: str, value: Any, told: str
) -> None:
    body = copy.deepcopy(body_of(opentext, message))
    place = body
    for step in at:
        place = place[step]
    place[field] = value
    assert told in differences(body, documented(message.channel))


def test_a_field_that_lacks_is_told(opentext: OpenTextSimulator, message: Outgoing) -> None:
    document = documented(message.channel)
    body = body_of(opentext, message)
    for field in document.minimal:
        lacking = {name: value for name, value in body.items() if name != field}
        assert any(told.startswith(f"lacking: .{field} ") for told in differences(lacking, document))


@pytest.mark.parametrize("message", [WHATSAPP, WHATSAPP_TEMPLATE], ids=["free-form", "template"])
def test_a_whatsapp_submit_is_the_sample_field_for_field(opentext: OpenTextSimulator, message: Outgoing) -> None:
    document = documented_whatsapp(message)
    assert differences(body_of(opentext, message), document) == []
    seen = opentext.requests[-1].request
    assert (seen.method, seen.path, seen.query) == ("POST", document.path, {})
    assert set(seen.headers) <= set(documented_headers()) | FROM_THE_TRANSPORT


@pytest.mark.parametrize("message", [WHATSAPP, WHATSAPP_TEMPLATE], ids=["free-form", "template"])
def test_no_sample_of_whatsapp_shows_the_references_that_can_be_switched_on(
    opentext: OpenTextSimulator, message: Outgoing
) -> None:
    opentext.switches.whatsapp_references = True
    content: Any = message.content
    referenced = replace(message, content=replace(content, referenced=True))
    assert differences(body_of(opentext, referenced), documented_whatsapp(message)) == [
        "not documented: .destinations.[].ref (string)",
        "not documented: .options (object)",
        "not documented: .options.customer_reference (string)",
        "not documented: .options.message_id (string)",
    ]


def test_a_fax_submit_is_the_sample_field_for_field(opentext: OpenTextSimulator) -> None:
    document = documented_fax()
    assert differences(body_of(opentext, FAX), document) == []
    seen = opentext.requests[-1].request
    assert (seen.method, seen.path, seen.query) == ("POST", document.path, {})
    assert set(seen.headers) <= set(documented_headers()) | FROM_THE_TRANSPORT


def test_no_sample_of_fax_shows_the_references_that_can_be_switched_on(opentext: OpenTextSimulator) -> None:
    opentext.switches.fax_references = True
    content: Any = FAX.content
    referenced = replace(FAX, content=replace(content, referenced=True))
    assert differences(body_of(opentext, referenced), documented_fax()) == [
        "not documented: .destinations.[].ref (string)",
        "not documented: .options (object)",
        "not documented: .options.customer_reference (string)",
        "not documented: .options.message_id (string)",
    ]
