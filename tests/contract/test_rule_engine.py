"""The contract of ``ports.RuleEngine``: one outcome per rule, whatever the rules and the facts are."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from herald.adapters.cel import CelRuleEngine
from herald.adapters.cel_compiled import open_environment
from herald.adapters.cel_limits import MOST_LOOPS
from herald.adapters.cel_values import for_rules
from herald.domain.configuration import Configuration, Notify, Rule
from herald.domain.decision import RuleOutcome, Verdict
from herald.domain.delivery import Channel
from herald.domain.notification import Severity
from herald.ports import RuleEngine
from herald_cli.condition_lint import breaches

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
THEN = Notify("approvers", "approval-request", (Channel.EMAIL,), Severity.HIGH)
LISTS: dict[str, dict[str, Any]] = {"limits": {"EUR": Decimal("5000.10"), "JPY": 800000}, "permits": {"CMP-1": True}}
FACTS: dict[str, Any] = {
    "event": {"type": "threekit.order.created", "time": NOW},
    "now": NOW,
    "order": {
        "status": "New", "currency": "EUR", "total": Decimal("5000.11"), "quantity": 3, "createdAt": NOW,
        "lines": [
            {"sku": "A", "quantity": 1, "attributes": {"Wood": "Oak", "Length": 220, "Height": Decimal("7.5")}},
            {"sku": "B", "quantity": 2},
        ],
        "components": [{"sku": "CMP-1"}],
        "customer": {"name": "Jonas Brandt", "email": "jonas.brandt@example.com"},
    },
    "data": {"attempts": 3, "ratio": Decimal("0.5"), "note": None, "flags": [True]},
}  # fmt: skip


def a_rule(when: str, rule_id: str = "r") -> Rule:
    """A rule of which only the condition matters."""
    return Rule(rule_id, "", ("threekit.order.created",), when, THEN)


def outcomes(
    *conditions: str, facts: Mapping[str, Any] = FACTS, engine: RuleEngine | None = None, version: str = "cfg_1"
) -> list[RuleOutcome]:
    """What the engine says to these conditions."""
    rules = tuple(a_rule(when, f"r{number}") for number, when in enumerate(conditions))
    configuration = Configuration(version, rules, LISTS, {}, {}, {})
    return (engine or CelRuleEngine()).evaluate(configuration, rules, facts)


def outcome(condition: str, **changes: Any) -> RuleOutcome:
    """What the engine says to one condition."""
    return outcomes(condition, **changes)[0]


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ("order.total > lists.limits.EUR", Verdict.MATCHED),
        ("order.total > lists.limits[order.currency]", Verdict.MATCHED),
        ("order.total >= 5000.11 && order.total <= 5000.11", Verdict.MATCHED),
        ("order.total > 5000.11", Verdict.NOT_MATCHED),
        ("order.quantity == 3", Verdict.MATCHED),
        ('order.lines.exists(l, l.sku == "B" && l.quantity == 2)', Verdict.MATCHED),
        ("order.components.exists(c, c.sku in lists.permits)", Verdict.MATCHED),
        ('order.lines.all(l, has(l.attributes) && l.attributes.Wood == "Oak")', Verdict.NOT_MATCHED),
        ("order.lines[0].attributes.Length > 200.0 && order.lines[0].attributes.Height < 8.0", Verdict.MATCHED),
        ("data.attempts >= 3.0 && data.ratio == 0.5", Verdict.MATCHED),
        ("has(data.note) || has(order.region) || has(order.lines[1].attributes)", Verdict.NOT_MATCHED),
        ("now - timestamp(order.createdAt) < duration('1h')", Verdict.MATCHED),
        ("order.total", Verdict.ERROR),
        ("order.region", Verdict.ERROR),
        ("order.region != 'EMEA'", Verdict.ERROR),
        ("order.discount < 5.0", Verdict.ERROR),
        ("!(order.region == 'EMEA')", Verdict.ERROR),
        ("job.failures > 0", Verdict.ERROR),
        ("data.note == null", Verdict.ERROR),
        ("order.region == 'EMEA' || order.status == 'New'", Verdict.MATCHED),
        ("order.region == 'EMEA' && order.status == 'Old'", Verdict.NOT_MATCHED),
        ("order.total >", Verdict.ERROR),
        ("", Verdict.ERROR),
    ],
)
def test_only_true_matches_and_what_is_missing_errs(condition: str, verdict: Verdict) -> None:
    assert outcome(condition).verdict is verdict


@pytest.mark.parametrize(
    ("condition", "detail"),
    [
        ('order.status == "New" && order.total < 1.0 && order.region == "X"', "order.total < 1.0"),
        ('(order.status == "New") && (order.status == "Old" || false)', '(order.status == "Old" || false)'),
        ('order.status == "Old" || order.total > 1.0', "order.total > 1.0"),
        ('order.status == "New"', 'order.status == "New"'),
        ('true && order.customer.name == "A && B) // ("\n // a note\n', 'order.customer.name == "A && B) // ("'),
        ("order.region == 'EMEA'", "a field it reads is absent (absent: order.region)"),
        ("has(order.region) && order.region == 'EMEA'", "has(order.region)"),
        ("order.name + order.total == 'x'", "a field it reads is absent (absent: order.name)"),
        ("order.status + order.total == 'x'", "No matching overloads found : _+_(string, double)"),
        ("order.total", "the condition is neither true nor false but double"),
    ],
)
def test_the_detail_names_what_decided(condition: str, detail: str) -> None:
    assert outcome(condition).detail == detail


def test_no_value_of_a_person_gets_into_a_detail() -> None:
    conditions = (
        "lists.limits[order.customer.email] > 1.0",
        "lists.limits[order.customer.name + 'x'] > 1.0",
        "timestamp(order.customer.name) < now",
        "int(order.customer.name) > 1",
        "duration(order.customer.email) > duration('1s')",
        "order.lines[order.customer.name].sku == 'A'",
    )
    for told in outcomes(*conditions):
        assert told.verdict is Verdict.ERROR
        assert "Brandt" not in told.detail
        assert "jonas" not in told.detail


# docs/adr/0003-rules-in-cel.md: what a hostile or careless rule can try.
HOSTILE = {
    "deep parentheses": "(" * 500 + "true" + ")" * 500,
    "long chain": "+".join(["1"] * 900) + " == 1",
    "longer than any rule": " || ".join(["order.total > 1.0"] * 3000),
    "deep minus": "-(" * 200 + "1" + ")" * 200 + " == 1",
    "overflow": " * ".join(["9999999999"] * 9) + " > 0",
    "pattern of exponential time": '"' + "a" * 200 + '!".matches("^(a+)+$") || 1 / 0 == 1',
    "pattern of exponential size": '"a".matches("((a{1000}){1000}){1000}")',
    "pattern from the event": "order.customer.name.matches(order.customer.name)",
    "six nested loops": "".join(f"data.many.all(v{n}, " for n in range(6)) + "v0 > -1.0" + ")" * 6,
    "doubling to a gigabyte": "['xxxxxxxxxx']" + ".map(a, a + a)" * 27 + ".exists(a, a == 'y')",
    "doubling lists": "[[1, 1]]" + ".map(a, a + a)" * 3 + ".exists(a, size(a) == 0)",
    "doubling in the range of a loop": "[order.status].map(a, a + a).exists(b, [b].map(c, c + c).exists(d, d == b))",
    "reaching out": "order.__class__.__subclasses__() == 1",
    "unknown function": "open('/etc/passwd') == 'x'",
    "divide by zero": "1 / 0 == 1",
    "null byte": "order.status == '\x00' && \x00",
    "lone surrogate": "order.status == '\ud800'",
}


@pytest.mark.parametrize("condition", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_rule_is_survived_and_stops_no_other(condition: str) -> None:
    facts = {**FACTS, "data": {"many": list(range(100))}}
    first, hostile, last = outcomes("true", condition, "order.quantity == 3", facts=facts)
    assert (first.verdict, hostile.verdict, last.verdict) == (Verdict.MATCHED, Verdict.ERROR, Verdict.MATCHED)
    assert len(hostile.detail) <= 300


@pytest.mark.parametrize("name", [name for name in HOSTILE if name.startswith("doubling")])
def test_a_value_that_could_double_is_never_computed(name: str) -> None:
    assert outcome(HOSTILE[name]).detail.startswith(
        ("the condition is not evaluated: ", "the condition does not compile")
    )


REFUSED_BEFORE_IT_SHIPS = sorted(HOSTILE.keys() - {"overflow", "divide by zero", "pattern of exponential time"})


@pytest.mark.parametrize("name", REFUSED_BEFORE_IT_SHIPS)
def test_a_hostile_rule_is_refused_by_the_lint(name: str) -> None:
    mapping = {"erp.order.blocked": {"order": {"id": "id"}}}
    assert breaches(HOSTILE[name], ("erp.order.blocked",), mapping, tuple(LISTS))


AMOUNTS = st.decimals(Decimal("-9999999999.99"), Decimal("9999999999.99"), places=2)


@settings(deadline=None)
@given(AMOUNTS, AMOUNTS)
def test_amounts_compare_as_the_decimals_they_are(total: Decimal, limit: Decimal) -> None:
    engine, facts = ENGINE, {**FACTS, "order": {"total": total}}
    rules = tuple(a_rule(f"order.total {operator} lists.limits.EUR", operator) for operator in (">", "<", "=="))
    configuration = Configuration("cfg", rules, {"limits": {"EUR": limit}}, {}, {}, {})
    matched = [told.verdict is Verdict.MATCHED for told in engine.evaluate(configuration, rules, facts)]
    assert matched == [total > limit, total < limit, total == limit]


ENGINE = CelRuleEngine()
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["attempts", "note", "flags", "x"]), JSON))
def test_data_of_any_shape_gives_one_outcome_per_rule(data: dict[str, Any]) -> None:
    conditions = ("data.attempts > 3.0", "has(data.note)", "data.flags.exists(f, f == data.x)", "data.x.y.z == 'a'")
    told = outcomes(*conditions, facts={**FACTS, "data": data}, engine=ENGINE, version="cfg_data")
    assert [each.rule_id for each in told] == ["r0", "r1", "r2", "r3"]
    assert (told[1].verdict is Verdict.MATCHED) is (data.get("note") is not None)


def test_a_null_character_does_not_end_a_text() -> None:
    facts = {**FACTS, "order": {"region": "EMEA\0", "status": "New"}, "data": {"": 1, "\0": 2, "a\0b": 3}}
    told = outcomes(
        'order.region == "EMEA"', 'order.region.startsWith("EMEA")', "has(data.a)", "size(data) == 3", facts=facts
    )
    assert [each.verdict for each in told] == [
        Verdict.NOT_MATCHED, Verdict.MATCHED, Verdict.NOT_MATCHED, Verdict.MATCHED,
    ]  # fmt: skip


PIECES = st.recursive(
    st.sampled_from(
        [
            'order.status == "New"', "order.total > 1.0", 'order.region == "EMEA"', "order.total < 1.0", "true",
            'order.lines.exists(l, l.sku == "B && (C || D")', 'order.customer.name.matches("^(Jonas|A || B)")',
            "order.name + order.status == 'x' // \"a note\" && (\n", "order.total", "1 / 0 == 1",
            "r'\\d' == order.name",
            "(order.quantity == 3 ? true : order.region == 'x')",
        ]
    ),
    lambda below: st.one_of(
        st.tuples(below, st.sampled_from(["&&", "||", " && ", "\n||\n"]), below).map("".join),
        below.map(lambda one: f"({one})"),
        below.map(lambda one: f"!({one})"),
    ),
    max_leaves=8,
)  # fmt: skip


ENVIRONMENT = open_environment()
SEEN = ENVIRONMENT.Activation({name: for_rules(name, value) for name, value in FACTS.items()})


@settings(deadline=None, max_examples=300)
@given(PIECES)
def test_a_condition_asked_in_pieces_says_what_it_says_as_a_whole(condition: str) -> None:
    assume(condition.count("exists") <= MOST_LOOPS)
    value = ENVIRONMENT.compile(condition).eval(SEEN).value()
    wanted = {True: Verdict.MATCHED, False: Verdict.NOT_MATCHED} if isinstance(value, bool) else {}
    assert outcome(condition, engine=ENGINE).verdict is wanted.get(value, Verdict.ERROR)


@pytest.mark.parametrize(
    "loop", ["order.lines.exists(l, l.sku == 'B')", "order.lines.map(l, l.sku).exists(s, s == 'B')"]
)
def test_loops_are_counted_over_all_pieces(loop: str) -> None:
    assert outcome(loop, engine=ENGINE).verdict is Verdict.MATCHED
    told = outcome(" && ".join([loop] * 4), engine=ENGINE)
    assert (told.verdict, told.detail[-21:]) == (Verdict.ERROR, " loops, 3 are allowed")


def test_half_a_surrogate_pair_spoils_only_what_reads_it() -> None:
    facts = {**FACTS, "order": {"status": "New", "name": "\ud83d", "quantity": 3}}
    told = outcomes('order.status == "New"', 'order.name == "x"', facts=facts)
    assert [each.verdict for each in told] == [Verdict.MATCHED, Verdict.NOT_MATCHED]


def test_a_changed_rule_of_another_version_is_another_rule() -> None:
    engine = CelRuleEngine()
    assert outcome("order.quantity == 3", engine=engine, version="cfg_1").verdict is Verdict.MATCHED
    assert outcome("order.quantity == 4", engine=engine, version="cfg_2").verdict is Verdict.NOT_MATCHED
    assert outcome("order.quantity == 3", engine=engine, version="cfg_1").verdict is Verdict.MATCHED


def test_many_versions_do_not_pile_up() -> None:
    engine = CelRuleEngine()
    for number in range(20):
        outcome("order.quantity == 3", engine=engine, version=f"cfg_{number}")
    assert len(engine._versions) <= 4


def test_threads_that_share_an_engine_decide_the_same() -> None:
    engine, told = CelRuleEngine(), []

    def decide(quantity: int) -> None:
        facts = {**FACTS, "order": {"quantity": quantity}}
        for _ in range(200):
            told.append((quantity, outcome("order.quantity == 3", facts=facts, engine=engine).verdict))

    threads = [Thread(target=decide, args=(quantity,)) for quantity in (2, 3, 4, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 800
    assert {(quantity, verdict) for quantity, verdict in told} == {
        (2, Verdict.NOT_MATCHED), (3, Verdict.MATCHED), (4, Verdict.NOT_MATCHED),
    }  # fmt: skip
