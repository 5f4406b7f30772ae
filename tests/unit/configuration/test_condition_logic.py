"""What is said of conditions without an event holds for every event."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from herald.adapters.cel import CelRuleEngine
from herald.adapters.cel_limits import MOST_LOOPS
from herald.domain.configuration import Configuration, Rule
from herald.domain.decision import Verdict
from herald.domain.milestones import MilestoneStep
from herald_cli.condition_lint import condition_tree
from herald_cli.condition_logic import ConditionLogic, Never, Parts

TYPES = CREATED, UPDATED = "threekit.order.created", "threekit.order.updated"
CONFIGURATION = Configuration(
    "cfg_1", (), {"some": {"a": True, "b": True}, "none": {}, "limits": {"EUR": Decimal("5.5")}}, {}, {}, {},
    milestones=(MilestoneStep("received", None), MilestoneStep("shipped", None)),
)  # fmt: skip
NOTHING = "a part that has to be true never is, whatever happens"
AT_ONCE = "`order.status` cannot be all that is asked of it at once"
TOTAL = AT_ONCE.replace("status", "total")
OPPOSITE = "a part and its opposite have to be true at once"
ENGINE = CelRuleEngine()
LOGIC = ConditionLogic(CONFIGURATION)


def parts(condition: str, event_type: str = CREATED) -> Parts | Never:
    return LOGIC.parts(condition_tree(condition), event_type)


def matches(condition: str, facts: Mapping[str, Any]) -> bool:
    rule = Rule("r", "", TYPES, condition, None)
    return ENGINE.evaluate(CONFIGURATION, [rule], facts)[0].verdict is Verdict.MATCHED


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("false", NOTHING),
        ("1 > 2 && order.total > 5.0", NOTHING),
        ('!("EUR" in lists.limits)', NOTHING),
        ('event.type.startsWith("sync.")', NOTHING),
        ('event.type == "sync.failed"', "`event.type` is threekit.order.created"),
        ('event.type != "threekit.order.created"', "`event.type` is threekit.order.created"),
        ('milestone.name in ["shiped", "recieved"]', "`milestone.name` is never `recieved` or `shiped`"),
        ('incident.state == "opened"', "`incident.state` is never `opened`"),
        ('incident.state != "open" && incident.state != "closed"', ""),
        ("order.status in lists.none", "nothing is in `lists.none`"),
        ("order.status in []", "nothing is in this list"),
        ('lists.none.exists(name, name == "a")', NOTHING),
        ("!(lists.none.all(name, name != order.status))", NOTHING),
        ('order.status == "a" && order.status == "b"', AT_ONCE),
        ('"a" == order.status && order.status in ["b", "c"]', AT_ONCE),
        ('order.status in lists.some && order.status == "c"', AT_ONCE),
        ('order.status in ["a"] && order.status != "a"', AT_ONCE),
        (
            'order.lines[0].sku == "a" && order.lines[0].sku == "b"',
            "`order.lines[...].sku` cannot be all that is asked of it at once",
        ),
        ("order.total > 5.0 && order.total < 3.0", TOTAL),
        ("5.0 < order.total && order.total <= 5.0", TOTAL),
        ("order.total == 4.0 && order.total >= 5.0", TOTAL),
        ("has(order.region) && !has(order.region)", OPPOSITE),
        ('!(order.status != "a") && order.status != "a"', OPPOSITE),
        ('(order.status == "a" || order.status == "b") && order.status == "c"', AT_ONCE),
        ('!(order.status == "a" || order.total > 3.0) && order.status == "a"', OPPOSITE),
        ('order.status == "a" && (order.total > 5.0 && order.total < 5.0 || order.status == "b")', TOTAL),
    ],
)  # fmt: skip
def test_a_condition_that_never_holds_is_known_with_its_reason(condition: str, why: str) -> None:
    found = parts(condition)
    if not why:
        assert not isinstance(found, Never), "nothing is said of what is not sure"
        return
    assert isinstance(found, Never)
    assert found.message == why


@pytest.mark.parametrize(
    "condition",
    [
        "order.total >= 5.0 && order.total <= 5.0",
        "order.total == 5.0 && order.total >= 5.0",
        'order.status == "a" && order.name == "b"',
        'order.status in ["a", "b"] && order.status != "a"',
        'milestone.name in ["shiped", "shipped"]',
        "order.status == order.name && order.status != order.region",
    ],
)
def test_nothing_is_said_of_a_condition_that_may_hold(condition: str) -> None:
    assert not isinstance(parts(condition), Never)


def test_a_misspelt_milestone_is_told_with_the_one_meant_and_its_place() -> None:
    assert parts('order.total > 5.0 && milestone.name == "shiped"') == Never(
        "`milestone.name` is never `shiped`", "did you mean `shipped`?", 36
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("order.total > 5.0 && has(order.region)", "has(order.region)&&(5.0 < order.total)"),
        ('order.status != "a"', '!("a" == order.status)'),
        ('!(order.status == "a" && order.total > 5.0)', '!(order.total > 5.0) || order.status != "a"'),
        ("order.total > 5.0", f'event.type == "{CREATED}" && order.total > 5.0 && "EUR" in lists.limits'),
        ("order.total > 5.0", f'(event.type == "{CREATED}" || order.status == "a") && order.total > 5.0'),
        ("order.total > 5.0", 'order.total > 5.0 && (false || lists.none.all(name, name == "a"))'),
        ('has(order.name) && order.status == "a"', 'order.status == "a" && (has(order.name) || order.status == "b")'),
        ("true", "1 < 2 || order.total > 5.0"),
    ],
)  # fmt: skip
def test_conditions_that_say_the_same_have_the_same_parts(one: str, other: str) -> None:
    assert parts(one) == parts(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("order.total > 5.0", "order.total >= 5.0"),
        ("order.total > 5.0", "order.total > 5.5"),
        ("order.quantity == 1", 'order.name == "1"'),
        ('order.attributes.a == "x"', 'order.attributes.b == "x"'),
        ('order.lines.exists(l, l.sku == "a")', 'order.lines.all(l, l.sku == "a")'),
        ("order.attributes.x == true", "order.attributes.x == 1.0"),
        ("has(order.region)", 'order.region == ""'),
    ],
)
def test_conditions_that_differ_have_other_parts(one: str, other: str) -> None:
    assert parts(one) != parts(other)


def test_what_a_path_may_be_is_known_from_the_parts() -> None:
    found = parts('order.status in ["a", "b"] && order.region != "x" && (order.name == "a" || order.name == "b")')
    assert not isinstance(found, Never)
    assert LOGIC.values_of(found, "order.status") == {"a", "b"}
    for path, values in (("status", "ab"), ("region", "abc"), ("name", "ab"), ("currency", "abcx")):
        assert {value for value in "abcx" if LOGIC.possible(found, f"order.{path}", value)} == set(values)


atoms = st.sampled_from(
    [
        'order.status == "a"', 'order.status != "a"', '"b" == order.status', 'order.status in ["a", "c"]',
        "order.status in lists.some", "order.status in lists.none", "order.total > 2.0", "3.0 > order.total",
        "order.total <= 2.0", "order.total >= 2.0", "order.total == 2.0",
        "order.quantity == 2", "order.quantity < 2", "has(order.status)",
        f'event.type == "{CREATED}"', f'event.type in ["{UPDATED}"]', 'event.type.endsWith("created")', "true", "false",
        'lists.none.exists(name, name == "a")', "lists.some.all(name, name != order.status)",
        'order.lines.exists(line, line.sku == order.status)', '"a" in lists.some', "order.total > lists.limits.EUR",
        "order.attributes.on", "order.attributes.on == false", 'order.status == "a" ? order.total > 2.0 : false',
    ]
)  # fmt: skip
conditions = st.recursive(
    atoms,
    lambda below: st.one_of(
        st.tuples(below, below).map(lambda two: f"({two[0]} && {two[1]})"),
        st.tuples(below, below).map(lambda two: f"({two[0]} || {two[1]})"),
        below.map(lambda one: f"!({one})"),
    ),
    max_leaves=6,
)
orders = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from("abcd"),
        "total": st.sampled_from([1, 2, 3, 6]).map(Decimal),
        "quantity": st.integers(1, 3),
        "lines": st.lists(st.fixed_dictionaries({}, optional={"sku": st.sampled_from("ab")}), max_size=2),
        "attributes": st.fixed_dictionaries({}, optional={"on": st.booleans()}),
    },
)


@settings(max_examples=400, deadline=None)
@example("order.total > 2.0", "order.total > 2.0 || order.attributes.on", [{}, {"total": Decimal(3)}], CREATED)
@given(conditions, conditions, st.lists(orders, min_size=1, max_size=6), st.sampled_from(TYPES))
def test_what_is_said_without_an_event_holds_for_all(
    one: str, other: str, told: list[dict[str, Any]], event_type: str
) -> None:
    assume(sum(text.count("(name,") + text.count("(line,") for text in (one, other)) <= MOST_LOOPS)
    narrow, wide = parts(f"{one} && {other}", event_type), parts(other, event_type)
    alone = parts(one, event_type)
    for order in told:
        facts = {"event": {"type": event_type}, "order": order}
        both, second, first = (matches(text, facts) for text in (f"{one} && {other}", other, one))
        assert not (isinstance(narrow, Never) and both)
        assert not (isinstance(alone, Never) and first)
        if not isinstance(narrow, Never) and not isinstance(wide, Never) and narrow >= wide:
            assert second or not both
        if not isinstance(alone, Never) and not isinstance(wide, Never) and alone >= wide:
            assert second or not first
        if alone == frozenset():
            assert first
