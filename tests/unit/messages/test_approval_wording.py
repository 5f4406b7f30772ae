"""The templates about approvals say what each occasion needs, in the words of every language."""

from itertools import product

import pytest
from tests.unit.messages.approval_samples import ASKING, mail_of, sms_of
from tests.unit.messages.shipped import LOCALES, parsed

from herald.domain.sms_length import Encoding, sms_length
from herald_cli.samples.approvals import CODE, RESULTS, ask, differences, values, waiting

BY = ("people", "policy", "deadline", "administrator", "requester")
DEADLINE = {"en": "Nov 26, 2026, 4:00\u202fPM CET", "de": "26.11.2026, 16:00 MEZ", "fr": "26 nov. 2026, 16:00 CET"}
TOTAL = {"en": "€125,000.40", "de": "125.000,40\u00a0€", "fr": "125\u202f000,40\u00a0€"}


@pytest.mark.parametrize(("result", "locale"), list(product((*RESULTS, "never heard of"), LOCALES)))
def test_a_reply_is_answered_by_what_it_came_to(result: str, locale: str) -> None:
    seen = values(ask("recorded", result=result))
    mail, sms = mail_of(locale, seen), sms_of(locale, seen)
    assert (sms.segments <= 2, sms_length(sms.text).encoding) == (True, Encoding.GSM)
    others = [mail_of(locale, values(ask("recorded", result=one))).subject for one in RESULTS if one != result]
    assert mail.subject not in others
    how = result in ("bad_reply", "reason_missing")
    assert (f"REJECT {CODE}" in mail.text, f"REJECT {CODE}" in mail.html, f"REJECT {CODE}" in sms.text) == (how,) * 3


@pytest.mark.parametrize("locale", LOCALES)
def test_a_reply_about_no_order_names_none(locale: str) -> None:
    seen = values(ask("recorded", result="unknown_code"))
    del seen["order"], seen["approval"]
    mail = mail_of(locale, seen)
    assert [word for word in ("Order", "Auftrag", "Commande", "apr_") if word in mail.text] == []
    assert "(" not in mail.subject


@pytest.mark.parametrize(("kind", "locale"), list(product(ASKING, LOCALES)))
def test_a_request_tells_all_that_a_decision_needs(kind: str, locale: str) -> None:
    mail = mail_of(locale, values(ask(kind)))
    yes = {"en": "yes", "de": "ja", "fr": "oui"}[locale]
    option = {"en": "Fabric: Wool Moss", "de": "Fabric: Wool Moss", "fr": "Fabric : Wool Moss"}[locale]
    step = {"en": "2 of 3", "de": "2 von 3", "fr": "2 sur 3"}[locale]
    unit = {"en": "€5,000.10", "de": "5.000,10\u00a0€", "fr": "5\u202f000,10\u00a0€"}[locale]
    told = (
        "AB12CD3", "Lobby, second floor", "Lena Vogt", "Alder Sofa", option, f": {yes}", step, "Finance", unit,
        TOTAL[locale], DEADLINE[locale], "exceeds what sales", "rarely built", "Customer class", "ZY98XW7",
        "Leather Cognac", "Ines Falk", "Too low.", "WhatsApp", f"APPROVE {CODE}", f"REJECT {CODE}", "apr_7k3m2pqxhvd5",
    )  # fmt: skip
    for part in (mail.text, mail.html.replace("</strong>", "")):
        assert [one for one in told if one not in part] == []
    assert " ".join(TOTAL[locale].split()) in mail.subject


@pytest.mark.parametrize("locale", LOCALES)
def test_each_kind_of_request_has_a_heading_of_its_own(locale: str) -> None:
    mails = [mail_of(locale, values(ask(kind))) for kind in ASKING]
    assert len({mail.subject for mail in mails}) == len(ASKING)
    assert len({mail.html.partition("<h1")[2].partition("</h1>")[0] for mail in mails}) == len(ASKING)
    assert [mail.text.count("Ines Falk") for mail in mails] == [1, 1, 1, 2]


@pytest.mark.parametrize("locale", LOCALES)
def test_what_has_changed_comes_before_everything_else(locale: str) -> None:
    told = ask("changed", last_approved={})
    for part in (mail_of(locale, values(told)).text, mail_of(locale, values(told)).html):
        assert part.index("Leather Cognac") < part.index("exceeds what sales") < part.index("AB12CD3")
    told = ask("request", last_approved={})
    for part in (mail_of(locale, values(told)).text, mail_of(locale, values(told)).html):
        assert part.index("exceeds what sales") < part.index("AB12CD3") < part.index("Leather Cognac")


@pytest.mark.parametrize("locale", LOCALES)
def test_parts_and_fields_are_named_in_the_language(locale: str) -> None:
    words = {
        "en": ("Unit price", "Options", "Quantity", "Further details", "(none)", "Currency"),
        "de": ("Einzelpreis", "Optionen", "Menge", "Weitere Angaben", "(nicht vorhanden)", "Währung"),
        "fr": ("Prix unitaire", "Options", "Quantité", "Autres informations", "(absent)", "Devise"),
    }[locale]
    currency = {"part": "currency", "line": "", "field": "currency", "before": "USD", "after": "EUR"}
    told = ask("void", differences=[*differences(), currency])
    assert [word for word in words if word not in mail_of(locale, values(told)).text] == []


def test_a_price_of_before_is_in_the_currency_of_before() -> None:
    currency = {"part": "currency", "line": "", "field": "currency", "before": "USD", "after": "EUR"}
    text = mail_of("en", values(ask("void", differences=[*differences(), currency]))).text
    assert "Alder Sofa, Unit price: $4,100.50 -> €5,000.10" in text
    assert "Alder Sofa, Unit price: €4,100.50 -> €5,000.10" in mail_of("en", values(ask("void"))).text


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_that_differs_from_the_last_approval_is_said_too(locale: str) -> None:
    same = {"en": "Nothing differs", "de": "keine Unterschiede", "fr": "Aucune différence"}[locale]
    unchanged = mail_of(locale, values(ask("request", last_approved={"order": "ZY98XW7", "differences": []})))
    never = mail_of(locale, values(ask("request", last_approved={})))
    assert (same in unchanged.text, same in unchanged.html) == (True, True)
    assert (same in never.text, same in never.html) == (False, False)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_last_reminder_says_that_it_is_the_last(locale: str) -> None:
    last = {"en": "Last reminder", "de": "Letzte Erinnerung", "fr": "Dernier rappel"}[locale]
    counted = {"en": "Reminder 2 of 3", "de": "Erinnerung 2 von 3", "fr": "Rappel 2 sur 3"}[locale]
    uncounted = {"en": "Reminder 2:", "de": "Erinnerung 2:", "fr": "Rappel 2 :"}[locale]
    for reminder, words in (
        ({"number": 3, "of": 3, "final": True}, last), ({"number": 2, "of": 3, "final": False}, counted),
        ({"number": 2}, uncounted),
    ):  # fmt: skip
        seen = values(ask("reminder", reminder=reminder))
        mail = mail_of(locale, seen)
        assert mail.subject.startswith(words)
        assert sms_of(locale, seen).text.startswith(words)
        assert DEADLINE[locale] in mail.text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("count", [0, 1, 2, 25])
def test_what_waits_is_listed_each_with_its_link(locale: str, count: int) -> None:
    told = ask("waiting", waiting=waiting(count))
    del told["waiting_link"]
    mail, sms = mail_of(locale, values(told)), sms_of(locale, values(told))
    links = [one["link"] for one in waiting(min(count, 20))]
    assert parsed(mail.html).links == links
    assert mail.text.count("http") == len(links)
    assert sms.text.count("http") == min(count, 1)
    if count > 1:
        assert str(count) in mail.subject
    if count == 25:
        assert [{"en": "and 5 more", "de": "und 5 weitere", "fr": "et 5 autre"}[locale] in part
                for part in (mail.text, mail.html)] == [True, True]  # fmt: skip


def test_the_first_deadline_of_what_waits_is_told_by_sms() -> None:
    listed = waiting(2)
    listed[1]["deadline"] = listed[1]["deadline"].replace(day=25)
    assert "the first by Nov 25, 2026" in sms_of("en", values(ask("waiting", waiting=listed))).text


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("outcome", ["approved", "rejected", "recalled", "parked"])
@pytest.mark.parametrize("by", BY)
def test_an_outcome_says_who_brought_it_about_and_what_follows(locale: str, outcome: str, by: str) -> None:
    told = ask("outcome", outcome=outcome, by=by)
    named = mail_of(locale, values(told))
    del told["from"]
    unnamed = mail_of(locale, values(told))
    follows = {"en": "What happens next", "de": "Wie es weitergeht", "fr": "Et maintenant"}[locale]
    for part in (named.text, named.html):
        assert [
            word for word in ("Luc Perrin", "Please have a look.", follows, "Mara Lindner") if word not in part
        ] == []
    others = [
        mail_of(locale, values({**told, "by": one})).text for one in ("people", "policy", "deadline") if one != by
    ]
    assert unnamed.text not in others
    assert by not in unnamed.text.split() or locale == "en"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_question_goes_to_the_requester_and_its_answer_to_who_asked(locale: str) -> None:
    question, reply = (
        mail_of(locale, values(ask(kind, said="Is it urgent?\nReally?"))) for kind in ("question", "reply")
    )
    assert ("Ines Falk" in question.text, "Lena Vogt" in reply.text) == (True, True)
    assert ('"Is it urgent? Really?"' in question.text, '"Is it urgent? Really?"' in reply.text) == (True, True)
    assert (CODE in question.text, CODE in reply.text) == (False, True)
    assert question.subject != reply.subject


@pytest.mark.parametrize("locale", LOCALES)
def test_requester_and_watchers_hear_that_an_approval_is_open_again(locale: str) -> None:
    told = {"kind": "void", "zone": "Europe/Berlin", "differences": differences()}
    approver, others = mail_of(locale, values(ask("void"))), mail_of(locale, values(told))
    again = {"en": "open again", "de": "wieder offen", "fr": "de nouveau ouverte"}[locale]
    assert (again in others.subject, again in approver.subject) == (True, False)
    assert ("Leather Cognac" in others.text, parsed(others.html).links) == (True, [])
    assert sms_of(locale, values(told)).text != sms_of(locale, values(ask("void"))).text


def test_a_rule_without_words_is_called_by_its_name() -> None:
    named = mail_of("en", values(ask("request", reasons=[{"rule": "large-order", "description": ""}])))
    silent = {**values(ask("request", reasons=[])), "rule": {"id": "approval.request", "description": ""}}
    assert "Why you are asked:\nlarge-order\n" in named.text
    assert ("Why you are asked" in mail_of("en", silent).text, "approval.request" in mail_of("en", silent).text) == (
        False,
        False,
    )


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_a_recorded_decision_is_repeated_to_whoever_took_it(locale: str, verdict: str) -> None:
    words = {
        "en": {"approve": "Your answer: approved", "reject": "Your answer: rejected"},
        "de": {"approve": "Ihre Antwort: freigegeben", "reject": "Ihre Antwort: abgelehnt"},
        "fr": {"approve": "Votre réponse : approuvé", "reject": "Votre réponse : refusé"},
    }[locale][verdict]
    assert words in mail_of(locale, values(ask("recorded", verdict=verdict))).text


@pytest.mark.parametrize(("kind", "locale"), list(product(("changed", "void"), LOCALES)))
def test_of_many_differences_the_rest_is_counted(kind: str, locale: str) -> None:
    twenty = [differences()[0]] * 20
    few = mail_of(locale, values({**ask(kind), "differences": twenty}))
    many = mail_of(locale, values({**ask(kind), "differences": twenty, "more": 977}))
    for part, without in ((many.text, few.text), (many.html, few.html)):
        assert "977" in part
        assert "977" not in without
