"""Links, reply codes and form tokens: nobody makes one up, bends one, or uses one for something else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW
from tests.unit.domain.approval.stories import Story, a_plan, a_step

from herald.domain.approval.approval import approval_id
from herald.domain.approval.links import (
    CODE_LENGTH,
    FORM_SECONDS,
    LONGEST,
    PREFIXES,
    Link,
    Role,
    code_of,
    form_is_good,
    form_token,
    opened,
    same_code,
    sealed,
)
from herald.domain.canonical import short_id

KEY, OTHER_KEY = "a key nobody knows", "another key"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
APPROVAL = approval_id("order", "order/1")
LINK = Link(Role.APPROVER, APPROVAL, 7, NOW + timedelta(days=14), "0123456789ab")
TOKEN = sealed(LINK, KEY)
WITHIN_REACH = st.datetimes(datetime(1970, 1, 2), datetime(2106, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def links() -> st.SearchStrategy[Link]:
    return st.builds(
        lambda role, subject, number, until, print_of_step: Link(
            role, short_id(PREFIXES[role], subject), number, until.replace(microsecond=0), print_of_step.hex()
        ),
        st.sampled_from(Role), st.text(), st.integers(0, 65535), WITHIN_REACH, st.binary(min_size=6, max_size=6),
    )  # fmt: skip


# -- links -----------------------------------------------------------------------------------------------------------


@given(links())
def test_a_link_says_what_was_sealed_in_it(link: Link) -> None:
    token = sealed(link, KEY)

    assert opened(token, KEY) == link
    assert len(token) == 62
    assert set(token) <= set(LETTERS)


@given(links(), st.text(min_size=1))
def test_a_link_opens_with_its_own_key_only(link: Link, key: str) -> None:
    assert opened(sealed(link, KEY), key) == (link if key == KEY else None)


@pytest.mark.parametrize("place", range(len(TOKEN)))
def test_no_letter_of_a_link_can_be_another_one(place: int) -> None:
    bent = [TOKEN[:place] + letter + TOKEN[place + 1 :] for letter in LETTERS if letter != TOKEN[place]]

    assert [opened(token, KEY) for token in bent] == [None] * 63


@pytest.mark.parametrize(
    "bent",
    [
        "", "=", "A", TOKEN[:-1], TOKEN[:-16], TOKEN + "A", TOKEN + "AA", TOKEN + "=", TOKEN + "==", TOKEN + "\n",
        " " + TOKEN, TOKEN[:30] + "!" + TOKEN[30:], TOKEN[:30] + "%0A" + TOKEN[30:], TOKEN * 2, TOKEN.swapcase(),
        TOKEN.replace("-", "+").replace("_", "/") + "+/", "é" * 62, "\ud800" * 62, "A" * 62, "A" * (LONGEST + 1),
        "A" * 10**6,
    ],
)  # fmt: skip
def test_a_link_in_another_spelling_is_none_of_ours(bent: str) -> None:
    assert opened(bent, KEY) is None


@given(st.text(max_size=80) | st.text(LETTERS, min_size=60, max_size=64))
def test_what_is_made_up_is_no_link(text: str) -> None:
    assert opened(text, KEY) is None


def test_links_of_different_roles_tickets_times_and_questions_are_different() -> None:
    others = [
        Link(Role.REQUESTER, LINK.identity, LINK.number, LINK.until, LINK.print),
        Link(LINK.role, approval_id("order", "order/2"), LINK.number, LINK.until, LINK.print),
        Link(LINK.role, LINK.identity, 8, LINK.until, LINK.print),
        Link(LINK.role, LINK.identity, LINK.number, LINK.until + timedelta(seconds=1), LINK.print),
        Link(LINK.role, LINK.identity, LINK.number, LINK.until, "0123456789ac"),
    ]

    tokens = [sealed(one, KEY) for one in others]

    assert [opened(token, KEY) for token in tokens] == others
    assert len({TOKEN[-22:], *(token[-22:] for token in tokens)}) == len(others) + 1


def test_a_link_is_for_the_question_it_was_made_for() -> None:
    story = Story(a_plan(a_step()))
    asked = story.approval.steps[0].print

    link = opened(sealed(Link(Role.APPROVER, story.approval.id, 1, NOW, asked), KEY), KEY)

    assert link is not None
    assert link.is_for(asked)
    assert not link.is_for("f" * 64)


def test_a_link_without_a_question_is_for_none() -> None:
    link = opened(sealed(Link(Role.REQUESTER, APPROVAL, 0, NOW), KEY), KEY)

    assert link is not None
    assert (link.role, link.number) == (Role.REQUESTER, 0)
    assert not link.is_for("f" * 64)


def test_a_link_says_itself_until_when_it_is_good() -> None:
    link = opened(sealed(Link(Role.APPROVER, APPROVAL, 1, NOW - timedelta(days=400)), KEY), KEY)

    assert link is not None
    assert link.until == NOW - timedelta(days=400)


# -- codes for replies -----------------------------------------------------------------------------------------------


@given(st.text(), st.integers(1, 70000), st.text())
def test_a_code_is_six_letters_and_digits_that_are_not_mistaken(approval: str, ticket: int, key: str) -> None:
    code = code_of(approval, ticket, key)

    assert len(code) == CODE_LENGTH
    assert not set(code) & set("01IO")
    assert code == code.upper() == code_of(approval, ticket, key)


def test_each_ticket_has_its_code() -> None:
    codes = [code_of(approval_id("order", f"order/{order}"), ticket, KEY) for order in range(20) for ticket in range(9)]

    assert len(set(codes)) == len(codes)
    assert code_of(APPROVAL, 1, KEY) != code_of(APPROVAL, 1, OTHER_KEY)


def test_a_code_is_known_in_small_letters_and_by_all_of_them() -> None:
    code = code_of(APPROVAL, 1, KEY)

    assert same_code(code.lower(), code)
    for other in ("", code[:-1], code + code[-1], code[::-1], "\u017f" * 6, "é" * 6, "\ud800"):
        assert not same_code(other, code)


# -- forms -----------------------------------------------------------------------------------------------------------

ONCE = form_token(TOKEN, NOW, KEY, "salt")


@pytest.mark.parametrize(
    ("after", "good"), [(-1, False), (0, True), (60, True), (FORM_SECONDS, True), (FORM_SECONDS + 1, False)]
)
def test_a_form_is_good_from_when_it_is_shown_and_for_half_a_day(after: int, *, good: bool) -> None:
    assert form_is_good(ONCE, TOKEN, NOW + timedelta(seconds=after), KEY) is good


def test_a_form_belongs_to_the_link_it_was_shown_for() -> None:
    other = sealed(Link(Role.APPROVER, APPROVAL, 8, LINK.until, LINK.print), KEY)

    assert form_is_good(ONCE, TOKEN, NOW, KEY)
    assert not form_is_good(ONCE, other, NOW, KEY)
    assert not form_is_good(ONCE, TOKEN, NOW, OTHER_KEY)


def test_each_form_is_another_one() -> None:
    assert form_token(TOKEN, NOW, KEY, "pepper") != ONCE
    assert form_token(TOKEN, NOW + timedelta(seconds=1), KEY, "salt") != ONCE


@pytest.mark.parametrize("place", range(len(ONCE)))
def test_no_letter_of_a_form_can_be_another_one(place: int) -> None:
    for letter in LETTERS + ".":
        bent = ONCE[:place] + letter + ONCE[place + 1 :]
        assert form_is_good(bent, TOKEN, NOW, KEY) is (bent == ONCE)


@pytest.mark.parametrize(
    "once",
    ["", ".", "..", "...", ONCE + ".", "." + ONCE, ONCE + "=", ONCE * 4, "²." + ONCE, "9" * 5000, "9" * 5000 + ".a.b",
     ONCE[:-1] + "é", ONCE[:-1] + "\ud800", TOKEN],
)  # fmt: skip
def test_what_was_never_shown_is_no_form(once: str) -> None:
    assert not form_is_good(once, TOKEN, NOW, KEY)


def test_neither_a_link_nor_a_code_passes_for_a_form() -> None:
    seconds = int(NOW.timestamp())

    assert not form_is_good(f"{seconds}.salt.{TOKEN[-22:]}", TOKEN, NOW, KEY)
    assert not form_is_good(f"{seconds}.salt.{code_of(APPROVAL, 7, KEY)}", TOKEN, NOW, KEY)
