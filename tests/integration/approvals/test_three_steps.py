"""A chain of three stages from the order to the outcome in Threekit."""

import pytest
from tests.integration.approvals.approving import DANA, ENGINEERING, FINANCE, HOTEL, LYON, PAUL, Approving, text_of

from herald.domain.approval.approval import By, State


def test_an_order_is_approved_step_by_step_and_threekit_bears_the_outcome(people: Approving) -> None:
    people.order(HOTEL)
    assert people.noted()["state"] == "open"

    assert "recorded" in text_of(people.approve(DANA)["body"]).lower()
    people.approve(ENGINEERING)
    people.approve(FINANCE)
    people.approve(PAUL)

    approval = people.approval()
    assert (approval.state, approval.end.by if approval.end else None) == (State.APPROVED, By.PEOPLE)
    noted = people.noted()
    assert (noted["state"], noted["fingerprint"]) == ("approved", approval.fingerprint)
    assert [step["state"] for step in noted["steps"]] == ["approved"] * 4
    assert people.house.threekit.orders[HOTEL]["status"] == "In Progress"
    assert not [name for name in people.house.dead_letters if people.house.parked(name)]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("luc.perrin@example.com", "doit être validée avant la fabrication"),
        ("ines.falk@example.com", "muss vor der Fertigung freigegeben werden"),
    ],
)
def test_why_they_are_asked_everybody_reads_in_their_language(people: Approving, address: str, why: str) -> None:
    people.order(LYON)
    assert why in " ".join(people.messages(address)[0].split())
    assert why in text_of(people.open(people.link(address)))
