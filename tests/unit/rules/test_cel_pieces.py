"""A condition's pieces are found by its text, as its syntax tree would find them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herald.adapters.cel_compiled import open_environment
from herald.adapters.cel_limits import breaches_of_tree
from herald.adapters.cel_pieces import pieces_of, surely_bounded
from herald.adapters.cel_tree import Node, read_tree

ENVIRONMENT = open_environment()


@pytest.mark.parametrize(
    ("text", "operator", "pieces"),
    [
        ("a && b", "&&", ("a", "b")),
        ("(a && (b && c))", "&&", ("a", "b", "c")),
        ("(a || b) && c", "&&", ("(a || b)", "c")),
        ("a && b || c", "||", ("a && b", "c")),
        ("a ? b && c : d", "", ("a ? b && c : d",)),
        ("a && (b ? c : d)", "&&", ("a", "(b ? c : d)")),
        ("!(a && b)", "", ("!(a && b)",)),
        ('"a && b" == c', "", ('"a && b" == c',)),
        (r'"\" && \"" == c && d', "&&", (r'"\" && \"" == c', "d")),
        (r"r'\' == c && d", "&&", (r"r'\' == c", "d")),
        ('"""a " && b""" == c && d', "&&", ('"""a " && b""" == c', "d")),
        ("a // no && matter\n && b // (", "&&", ("a", "b")),
        ("list.exists(x, x && y) || z", "||", ("list.exists(x, x && y)", "z")),
        ("((a))", "", ("a",)),
        ("(a) && (b)", "&&", ("(a)", "(b)")),
        ("a)) && ((b", "", ("a)) && ((b",)),
        ("", "", ("",)),
    ],
)
def test_what_the_operator_at_the_top_joins(text: str, operator: str, pieces: tuple[str, ...]) -> None:
    assert pieces_of(text) == (operator, pieces)


atoms = st.sampled_from(
    ['order.a == "x && y"', "order.b == '(' || order.c", "has(order.d)", 'data.e.matches("||")', "order.f in [1, 2]",
     "(order.g ? true : false)", "order.h.exists(i, i && order.j)", "order.k // && (\n", 'order.l == """ " || """']
)  # fmt: skip
texts = st.recursive(
    atoms,
    lambda below: st.one_of(
        st.tuples(below, st.sampled_from([" && ", "||"]), below).map("".join),
        below.map(lambda one: f"({one})"),
        below.map(lambda one: f"!({one})"),
    ),
    max_leaves=7,
)


def shape(node: Node) -> object:
    """What a tree says, without its places; ``&&`` and ``||`` flat, as they do not mind how they are grouped."""
    if node.name in ("_&&_", "_||_"):
        return (node.name, *flat(node, node.name))
    return (node.kind, node.name, node.only_tests, *(shape(child) for child in node.children))


def flat(node: Node, operator: str) -> list[object]:
    if node.name != operator:
        return [shape(node)]
    return [one for child in node.children for one in flat(child, operator)]


def read(text: str) -> Node:
    return read_tree(ENVIRONMENT.compile(text).serialize()).root


@settings(deadline=None, max_examples=300)
@given(texts)
def test_the_pieces_are_those_of_the_syntax_tree(text: str) -> None:
    operator, pieces = pieces_of(text)
    root = read(text)
    assert root.name == (f"_{operator}_" if operator else root.name)
    if not operator:
        assert root.name not in ("_&&_", "_||_")
    assert [shape(read(piece)) for piece in pieces] == flat(root, root.name if operator else "none")


@pytest.mark.parametrize(
    ("text", "bounded"),
    [
        ('order.a == "map(" && has(order.b)', True),
        ("order.a.exists(x, x.b == 1)", True),
        ("order.a.all(x, x.b.exists_one(y, y == 1))", True),
        ("order.a + order.b == 'x'", True),
        ('order.a.matches("^a|b$")', True),
        ("order.a.matches(order.b)", False),
        ("order.a.exists(__, 'x'.matches(__))", False),
        ("order.a.exists(x, x + x == 'y')", False),
        ("order.a.map(x, x).exists(y, y == 1)", False),
        ("order.a.filter(x, x == 1) == []", False),
        ("order.a.all(x, x.all(y, y.all(z, z)))", False),
        ("order.a.unheard_of(x)", False),
    ],
)
def test_only_what_surely_breaks_no_limit_is_taken_without_its_tree(text: str, bounded: bool) -> None:
    assert surely_bounded(text) is bounded


@settings(deadline=None, max_examples=200)
@given(texts)
def test_what_is_surely_bounded_breaks_no_limit(text: str) -> None:
    if surely_bounded(text):
        assert breaches_of_tree(read_tree(ENVIRONMENT.compile(text).serialize())) == []
