"""Item launch: the latest word for each language and region, in whatever order words arrive."""

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.builders import NOW

from herald.domain.item_launch import ItemLaunch, launch_document, launch_of

words = st.lists(
    st.tuples(st.sampled_from(["de-DE", "fr-FR"]), st.sampled_from(["EMEA", "AMER"]),
              st.sampled_from(["approved", "rejected"])),
    max_size=8,
)  # fmt: skip


def play(told: list[tuple[int, tuple[str, str, str]]]) -> ItemLaunch:
    launch = ItemLaunch()
    for minute, (locale, region, outcome) in told:
        at = NOW + timedelta(minutes=minute)
        launch = launch.with_locale(locale, at).with_region(region, outcome, at)
    return launch


@given(words, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(said: list[tuple[str, str, str]], chance: random.Random) -> None:
    told = list(enumerate(said))
    shuffled = list(told)
    chance.shuffle(shuffled)
    assert play(shuffled).rows() == play(told).rows()


@given(words)
def test_the_state_table_gives_back_what_it_got(said: list[tuple[str, str, str]]) -> None:
    launch = play(list(enumerate(said)))
    assert launch_of(launch_document(launch)) == launch


def test_nothing_told_is_nothing_noted() -> None:
    assert ItemLaunch().rows() == {}
