"""Where a person stands to an audience for the facts of one event."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herald.domain.audience import resolve
from herald.domain.configuration import Audience
from herald.domain.membership import membership
from herald.domain.notification import Recipient
from herald.domain.person_search import Person

INES, DANA, DESK = (Recipient(name, f"{name.lower()}@example.com") for name in ("Ines", "Dana", "Desk"))
BY_REGION = Audience("approvers", by="order.region", members={"EMEA": (INES,), "AMER": (DANA,), "*": (DESK, DANA)})
CUSTOMER = Audience("customer", person="order.customer")


def order(**fields: Any) -> dict[str, Any]:
    return {"order": fields}


def test_the_value_found_chooses_the_members() -> None:
    stands = membership(BY_REGION, order(region="EMEA"), Person((INES,)))
    assert (stands.path, stands.values, stands.served) == ("order.region", ("EMEA",), ("EMEA",))
    assert (stands.members, stands.entry, stands.elsewhere) == ((INES,), INES, ())


def test_who_is_a_member_for_other_values_hears_which() -> None:
    stands = membership(BY_REGION, order(region="EMEA"), Person((DANA,)))
    assert (stands.entry, stands.elsewhere) == (None, ("AMER", "*"))


@pytest.mark.parametrize(("facts", "values"), [(order(region="APAC"), ("APAC",)), (order(), ())])
def test_a_value_of_nobody_s_and_no_value_are_served_by_all_the_rest(facts: Any, values: tuple[str, ...]) -> None:
    stands = membership(BY_REGION, facts, Person((DANA,)))
    assert (stands.values, stands.served, stands.entry, stands.elsewhere) == (values, ("*",), DANA, ("AMER",))


def test_several_values_are_served_together() -> None:
    stands = membership(BY_REGION, order(region=["EMEA", "AMER", "Moon"]), Person((DESK,)))
    assert (stands.served, stands.members) == (("EMEA", "AMER", "*"), (INES, DANA, DESK))


def test_a_value_that_nobody_serves_serves_nobody() -> None:
    only = Audience("only", by="order.region", members={"EMEA": (INES,)})
    stands = membership(only, order(region="AMER"), Person((INES,)))
    assert (stands.served, stands.members, stands.elsewhere) == ((), (), ("EMEA",))


def test_a_fixed_group_asks_for_no_value() -> None:
    stands = membership(Audience("desk", members={"*": (DESK,)}), order(region="EMEA"), Person((DESK,)))
    assert (stands.path, stands.values, stands.served, stands.entry) == ("", (), ("*",), DESK)


class TestThePersonOfTheEvent:
    def test_is_in_it_by_any_address(self) -> None:
        facts = order(customer={"name": "Jonas", "email": "jonas@example.com", "phone": "+4930123456"})
        stands = membership(CUSTOMER, facts, Person((Recipient("J.", phone="+4930123456"),)))
        assert stands.of_event
        assert stands.entry is not None
        assert not stands.unreachable

    def test_cannot_be_told_without_a_usable_address(self) -> None:
        facts = order(customer={"name": "Jonas", "email": "no address"})
        assert membership(CUSTOMER, facts, Person((Recipient("Jonas"),))).unreachable
        assert not membership(CUSTOMER, facts, Person((INES,))).unreachable

    @pytest.mark.parametrize("customer", [None, "Jonas", {"name": 5}, {}])
    def test_may_not_be_there(self, customer: Any) -> None:
        stands = membership(CUSTOMER, order(customer=customer), Person((INES,)))
        assert (stands.members, stands.entry, stands.unreachable) == ((), None, False)


@given(
    region=st.one_of(st.none(), st.integers(), st.sampled_from(["EMEA", "AMER", "", "Moon"]), st.lists(st.text())),
    who=st.sampled_from([INES, DANA, DESK]),
)
def test_it_never_says_other_than_who_is_really_told(region: Any, who: Recipient) -> None:
    facts = order(region=region)
    stands = membership(BY_REGION, facts, Person((who,)))
    assert stands.members == resolve(BY_REGION, facts)
    assert (stands.entry is not None) == (who in stands.members)
    assert set(stands.elsewhere).isdisjoint(stands.served)
