"""Links and codes are kept nowhere; logs and the audit name nobody and repeat nothing that anybody said."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.integration.approvals.approving import CODE, DANA, ENGINEERING, HOTEL, LINK, LYON, Approving

MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
INES, INES_PHONE, LUC, LENA = (
    "ines.falk@example.com", "+493023125101", "luc.perrin@example.com", "lena.vogt@example.com",
)  # fmt: skip
SAID = [
    "Which-oak-is-it", "The-natural-one", "You-know-them-better", "sold-out-since-monday", "no-margin-left",
    "the-owner-wants-it",
]  # fmt: skip


def full_story(people: Approving) -> None:
    """Everything that people may say, by page, by SMS and by an administrator, and the time in between."""
    people.order(LYON)
    people.press(people.link(INES), "question", text=SAID[0])
    people.press(people.link(LENA), "answer", question=people.approval(f"order/{LYON}").questions[0].id, text=SAID[1])
    people.hand_on(people.link(LUC), "Hanna Wolff", SAID[2])
    people.order(HOTEL)
    people.approve(DANA)
    people.reject(ENGINEERING, SAID[4])
    for guess in ("AAAAAA", "BBBBBB"):
        people.house.visit(guess)
        people.text(INES_PHONE, f"APPROVE {guess}")
    people.house.visit(people.link(INES), {"once": "x", "do": "reject", "reason": SAID[3]})
    people.house.visit(people.link(INES), tail="/receipt")
    people.text(INES_PHONE, f"REJECT {people.code(INES)} {SAID[3]}")
    people.operate("approval.overridden", verdict="approve", name="Ada", reason=SAID[5])


def secrets(people: Approving) -> set[str]:
    """Every token and code that anybody was sent, and all that were on pages."""
    sent = "\n".join(text for submit in people.house.opentext.submits for text in submit.texts)
    return {*LINK.findall(sent), *CODE.findall(sent)}


def addresses_in(people: Approving, text: str) -> list[str]:
    """The e-mail addresses in a text, and the phone numbers that anything was sent to, in whatever form."""
    sent_to = {one for submit in people.house.opentext.submits for one in submit.destinations}
    phones = {one[-9:] for one in sent_to if "@" not in one}
    assert phones
    return [*MAIL.findall(text), *(phone for phone in phones if phone in text)]


def logged(caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    """Every log line with all its fields."""
    for record in caplog.records:
        yield f"{record.getMessage()} {record.__dict__}"


def items(people: Approving, table: str) -> list[Any]:
    pages = people.house.dynamodb.get_paginator("scan").paginate(TableName=table)
    return [item for page in pages for item in page["Items"]]


def test_no_log_line_says_who_what_or_by_which_link(
    people: Approving, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG", logger="herald")
    caplog.set_level("INFO")
    full_story(people)
    lines = list(logged(caplog))
    printed = capfd.readouterr()
    everything = "\n".join([*lines, printed.out, printed.err])
    assert len(lines) > 100
    assert [one for one in (*secrets(people), *SAID) if one in everything] == []
    assert addresses_in(people, everything) == []


def test_the_audit_tells_the_story_without_people_words_and_links(people: Approving) -> None:
    full_story(people)
    events = {item["id"]["S"] for item in items(people, "InboxTable")}
    entries = [repr(entry) for event_id in events for entry in people.house.audit.entries(event_id)]
    everything = "\n".join(entries)
    assert len(entries) > 50
    assert [one for one in (*secrets(people), *SAID) if one in everything] == []
    assert addresses_in(people, everything) == []


def test_no_table_holds_a_link_or_a_code(people: Approving) -> None:
    people.order(LYON)
    people.order(HOTEL)
    people.approve(DANA)
    people.house.wait(people.approval(f"order/{LYON}").open_tickets()[0].due - people.house.clock())
    sent = secrets(people)
    assert len(sent) > 5
    for table in people.house.tables:
        held = "\n".join(repr(item) for item in items(people, table))
        assert [one for one in sent if one in held] == [], table


def test_nothing_in_threekit_names_who_decided(people: Approving) -> None:
    full_story(people)
    for order in (LYON, HOTEL):
        noted = repr(people.house.threekit.orders[order]["metadata"]["herald"])
        assert addresses_in(people, noted) == []
        assert [one for one in (*secrets(people), *SAID, "Ada", "Dana") if one in noted] == []
