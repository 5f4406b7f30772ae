"""The page that asks: what an approver sees before deciding, and what each form sends."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.pages.documents import Element, read
from tests.unit.pages.page_samples import (
    CODES,
    FIELDS,
    REASON,
    URL,
    a_decision,
    an_ask_page,
    an_error,
    an_order,
    around,
    some_differences,
    what_is_asked,
)

from herald.adapters.approval_pages.page_formats import LONGEST_VALUE
from herald.adapters.approval_pages.pages import LONGEST_TEXT, SHOWN_LINES, ApprovalPages


def page(values: dict[str, Any], locale: str = "en") -> Element:
    return read(ApprovalPages().render("ask", locale, values))


def words(element: Element) -> str:
    return " ".join(element.text.split())


def form(document: Element, do: str) -> Element:
    return next(one for one in document.all("form") if one.one("input", name="do").attributes["value"] == do)


def table(document: Element, caption: str) -> list[list[str]]:
    found = next(one for one in document.all("table") if words(one.one("caption")).startswith(caption))
    return [[words(cell) for cell in row.children] for row in found.all("tr")]


def test_the_head_says_what_is_asked_about_which_order_and_for_how_much() -> None:
    document = page(an_ask_page())
    head = words(document.one("main").children[0])
    for said in ("Order TK-10482", "Your approval is needed", "Step 2 of 3: Finance", "€12,480.50", "Lena Vogt",
                 "Hotel Königshof GmbH", "Paul Adam, Nina Roth"):  # fmt: skip
        assert said in head
    assert words(document.one("title")) == "Your approval is needed: Order TK-10482 \u2013 Approvals"


def test_the_deadline_is_told_in_the_readers_zone_by_its_name() -> None:
    ask = what_is_asked(deadline=datetime(2026, 7, 1, 22, 30, tzinfo=UTC), zone="Asia/Tokyo")
    document = page(around(ask, zone=None), "en-GB")
    assert "Thu, 2 Jul 2026, 07:30 (Asia/Tokyo)" in words(document)
    assert document.all("time")[0].attributes == {"datetime": "2026-07-01T22:30:00Z"}


def test_a_zone_that_nobody_knows_is_no_reason_not_to_ask() -> None:
    assert "Mar 5, 2026" in words(page(around(what_is_asked(zone="Mars/Olympus"), zone=None)))


def test_each_line_is_a_table_of_its_options_quantity_and_prices() -> None:
    rows = table(page(an_ask_page()), "1. Alder Sofa, three seats AF-SOF-001-VEL")
    assert rows == [
        ["Fabric", "Velvet Navy"], ["Legs", "Brushed Brass"], ["Width", "228"], ["Stain guard", "yes"],
        ["Components", "6 \u00d7 Sofa leg 18 cm"], ["Quantity", "2"], ["Unit price", "€4,990.00"],
        ["Amount", "€9,980.00"],
    ]  # fmt: skip


def test_numbers_and_words_are_those_of_the_language() -> None:
    rows = table(page(an_ask_page(), "de-DE"), "1. Alder Sofa")
    assert rows[-4:] == [
        ["Komponenten", "6 \u00d7 Sofa leg 18 cm"], ["Menge", "2"], ["Einzelpreis", "4.990,00 €"],
        ["Betrag", "9.980,00 €"],
    ]  # fmt: skip


def test_an_order_without_a_known_currency_shows_its_numbers() -> None:
    document = page(an_ask_page(order=an_order(currency=None)))
    assert table(document, "1. Alder Sofa")[-1] == ["Amount", "9,980"]


def test_a_value_without_end_is_cut() -> None:
    line = {"name": "Chair", "attributes": {"Engraving": "long " * 5_000}}
    ((_, value),) = table(page(an_ask_page(order=an_order(lines=[line], attributes=None))), "Chair")
    assert value.endswith("long\u2026")
    assert len(value) <= LONGEST_VALUE


def test_lines_that_are_not_shown_are_counted() -> None:
    line = {"name": "Chair", "attributes": {f"Option {number}": "as usual" for number in range(20)}}
    document = page(an_ask_page(order=an_order(lines=[line] * (SHOWN_LINES + 2))))
    assert "2 more items are not shown here." in words(document)


def test_what_is_shown_beside_the_options_has_a_table() -> None:
    assert table(page(an_ask_page()), "Also to consider") == [
        ["Margin", "24.1"], ["Discount", "12 %"], ["Key account", "yes"]
    ]  # fmt: skip


def test_a_change_is_told_before_anything_else_field_by_field() -> None:
    ask = what_is_asked(kind="changed", differences=some_differences())
    document = page(an_ask_page(ask=ask))
    assert words(document.all("h2")[0]) == "The order has changed"
    rows = table(document, "What is different")
    assert rows[0] == ["Before", "Now"]
    assert rows[1:5] == [
        ["Total"], ["€11,990.00", "€12,480.50"], ["Alder Sofa, three seats · Unit price"], ["€4,745.00", "€4,990.00"]
    ]  # fmt: skip
    assert ["not there", "yes"] in rows
    assert ["AF-STO-009", "removed"] in rows


def test_what_it_cost_before_is_told_in_the_currency_it_had() -> None:
    differences = [
        {"part": "currency", "line": "", "field": "currency", "before": "USD", "after": "EUR"},
        {"part": "price", "line": "", "field": "total", "before": Decimal(900), "after": Decimal(950)},
    ]
    rows = table(page(around(what_is_asked(differences=differences))), "What is different")
    assert ["$900.00", "€950.00"] in rows


def test_it_is_compared_with_what_was_approved_last() -> None:
    document = page(an_ask_page())
    assert "last approved with order TK-09917 (Mon, Jan 12, 2026, 9:00" in words(document)
    assert ["Bouclé Sand", "Velvet Navy"] in table(document, "Different from the last approved")
    alike = what_is_asked(last_approved={"order": "TK-1", "differences": []})
    assert "The configuration is the same as then." in words(page(around(alike)))


def test_decisions_so_far_say_who_what_and_whether_they_still_count() -> None:
    decisions = words(page(an_ask_page()).one("ul", **{"class": "decisions"}))
    assert "Jonas Keller approved · Sales" in decisions
    assert "Carried over from before the change" in decisions
    assert "Mara Lindner rejected · Legal No certificate for the rosewood." in decisions
    assert "No longer counts" in decisions
    plain = page(around(what_is_asked(decisions=[a_decision()])))
    assert "Carried over" not in plain.text
    assert "No longer counts" not in plain.text


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("escalated", "Paul Adam has not answered in time."),
        ("delegated", "Paul Adam has handed this decision to you. Have a look."),
        ("reply", "Paul Adam has answered your question: Have a look."),
        ("reminder", "your decision is still missing"),
    ],
)
def test_the_page_says_why_it_comes_now(kind: str, said: str) -> None:
    ask = what_is_asked(kind=kind, text="Have a look.", **{"from": "Paul Adam"})
    assert said in words(page(around(ask)).one("div", role="status"))


def test_each_form_posts_what_to_do_once() -> None:
    document = page(an_ask_page())
    forms = document.all("form")
    assert [one.one("input", name="do").attributes["value"] for one in forms] == [
        "approve", "reject", "acknowledge", "question", "delegate"
    ]  # fmt: skip
    for one in forms:
        assert one.attributes == {"method": "post", "action": URL}
        assert one.one("input", name="once").attributes["value"] == "b25jZQ"
        assert len(one.all("button")) == 1


def test_approving_takes_a_tick_first() -> None:
    tick = form(page(an_ask_page()), "approve").one("input", type="checkbox")
    assert "required" in tick.attributes
    assert "checked" not in tick.attributes


@pytest.mark.parametrize(("do", "name"), [("reject", "reason"), ("question", "text")])
def test_what_needs_words_is_folded_away_and_asks_for_them(do: str, name: str) -> None:
    written = form(page(an_ask_page()), do).one("textarea", name=name)
    assert "required" in written.attributes
    assert written.attributes["maxlength"] == str(LONGEST_TEXT)
    folded = written.above("details")
    assert folded is not None
    assert "open" not in folded.attributes


def test_a_question_is_handed_to_one_of_those_who_may_have_it() -> None:
    chosen = form(page(an_ask_page()), "delegate").one("select", name="to")
    assert [(one.attributes["value"], one.text) for one in chosen.all("option")] == [
        ("", "Please choose"), ("p1", "Tom Weiss"), ("p2", "Sofia Rossi")
    ]  # fmt: skip
    assert page(an_ask_page(delegates=[])).all("select") == []


def test_only_what_one_may_do_is_offered() -> None:
    forms = page(an_ask_page(may_acknowledge=False, delegates=[])).all("form")
    assert [one.one("input", name="do").attributes["value"] for one in forms] == ["approve", "reject", "question"]


def test_looking_at_it_says_until_when() -> None:
    assert "Until Thu, Mar 5, 2026, 5:00" in words(form(page(an_ask_page()), "acknowledge"))


@pytest.mark.parametrize("field", FIELDS)
def test_an_error_stands_on_top_and_leads_to_its_field(field: str) -> None:
    document = page(an_error(field, CODES.get(field, "too_long")))
    summary = document.one("main").children[0]
    assert summary.attributes["role"] == "alert"
    assert summary.one("a").attributes["href"] == f"#{FIELDS[field]}"
    assert words(document.one("title")).startswith("Error: ")


@pytest.mark.parametrize("field", ["reason", "text", "to", "note", "comment", "sure"])
def test_a_field_with_an_error_says_so_and_is_not_folded_away(field: str) -> None:
    document = page(an_error(field, CODES.get(field, "too_long")))
    wrong = [one for one in document.one("main").everything() if one.attributes.get("aria-invalid") == "true"]
    assert [one.attributes["id"] for one in wrong] == [FIELDS[field]]
    assert f"{FIELDS[field]}-error" in wrong[0].attributes["aria-describedby"]
    folded = wrong[0].above("details")
    opened = [one for one in document.all("details") if "open" in one.attributes]
    assert opened == ([folded] if folded else [])


def test_what_was_typed_is_not_lost_with_an_error() -> None:
    document = page(an_error("to", "nobody_chosen", reason=REASON, text="Why\nso?", comment="<b>", to="p2", note="Hi"))
    typed = {one.attributes["name"]: one.text.removeprefix("\n") for one in document.all("textarea")}
    assert typed == {"reason": REASON, "text": "Why\nso?", "comment": "<b>", "note": "Hi"}
    chosen = [one.attributes["value"] for one in document.all("option") if "selected" in one.attributes]
    assert chosen == ["p2"]


def test_questions_stand_with_their_answers() -> None:
    said = words(page(an_ask_page()))
    assert "Jonas Keller asks Mon, Mar 2, 2026, 10:12\u202fAM" in said.replace("10:12 AM", "10:12\u202fAM")
    assert "Who pays the freight? Answer The hotel." in said


def test_the_picture_has_words_for_those_who_do_not_see_it() -> None:
    picture = page(an_ask_page(picture=f"{URL}/picture")).one("figure").one("img")
    assert picture.attributes["src"] == f"{URL}/picture"
    assert picture.attributes["alt"] == "The configured product Lounge for the Berlin lobby"
