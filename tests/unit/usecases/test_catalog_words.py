"""What events tell the catalogue watch: each word once, however often it is told."""

from dataclasses import replace
from typing import Any

import pytest
from tests.builders import MovingClock, a_configuration

from herald.adapters.memory import MemoryStateStore
from herald.adapters.memory_catalog import MemoryItemStates, MemoryScanQueue
from herald.domain.catalog.check import Requirement
from herald.domain.catalog.plan import CatalogPlan, Mute, plan_document
from herald.domain.catalog.readiness import Score
from herald.domain.catalog.state import Cellscore, ItemState
from herald.usecases import shelves
from herald.usecases.catalog_words import MOST_JOBS, CatalogWords
from herald.usecases.shelves import CATALOG

CONFIGURATION = a_configuration(catalog=plan_document(CatalogPlan(mutes=(Mute("pim", ("stale_price",)),))))
WITHOUT_TEXTS = Score(90, {Requirement.TRANSLATION: 0.0})
ITEM = ItemState(
    "sofa", "Sofa", "print", "content", "all", "anna",
    scores={
        "web/EMEA/de-DE": Cellscore(WITHOUT_TEXTS, 70),
        "store/EMEA/de-DE": Cellscore(Score(60, {Requirement.TRANSLATION: 0.0, Requirement.ASSET: 0.0})),
        "web/EMEA/fr-FR": Cellscore(WITHOUT_TEXTS),
        "web/AMER/de-DE": Cellscore(Score(100, {}), 90),
    },
)  # fmt: skip


class Watch:
    """What hears, over memory."""

    def __init__(self, *states: ItemState) -> None:
        self.board, self.queue = MemoryItemStates(), MemoryScanQueue()
        self.state = MemoryStateStore(MovingClock())
        self.board.keep(states)
        self.board.written = 0
        self.words = CatalogWords(self.board, self.state, self.queue)

    def jobs(self) -> Any:
        """The jobs that wait for the next wave."""
        return (shelves.finished_jobs(self.state).get(CATALOG) or {"jobs": []})["jobs"]


@pytest.mark.parametrize("times", [1, 3])
def test_a_language_that_is_there_moves_the_board_at_once_and_once(times: int) -> None:
    watch = Watch(ITEM)
    for _ in range(times):
        watch.words.localized("sofa", "de-DE", CONFIGURATION)

    moved = watch.board.load(["sofa"])["sofa"]
    assert moved.scores == {
        "web/EMEA/de-DE": Cellscore(Score(100, {}), 90, told=True),
        "store/EMEA/de-DE": Cellscore(Score(70, {Requirement.ASSET: 0.0}), 60, told=True),
        "web/EMEA/fr-FR": Cellscore(WITHOUT_TEXTS),
        "web/AMER/de-DE": Cellscore(Score(100, {}), 90),
    }
    assert replace(moved, scores={}) == replace(ITEM, scores={})
    assert watch.board.written == 1


@pytest.mark.parametrize(("item", "locale"), [("sofa", "de"), ("sofa", "EMEA"), ("sofa", "it-IT"), ("bench", "de-DE")])
def test_a_language_or_an_item_that_the_board_does_not_have_moves_nothing(item: str, locale: str) -> None:
    watch = Watch(ITEM)
    watch.words.localized(item, locale, CONFIGURATION)
    assert watch.board.written == 0
    assert watch.board.load(["sofa", "bench"]) == {"sofa": ITEM}


def test_points_follow_the_weights_of_the_plan() -> None:
    watch = Watch(ITEM)
    weights = plan_document(CatalogPlan(weights={Requirement.ASSET: 1, Requirement.TRANSLATION: 3}))
    watch.words.localized("sofa", "de-DE", a_configuration(catalog=weights))
    assert watch.board.load(["sofa"])["sofa"].scores["store/EMEA/de-DE"].score.points == 75


def test_a_system_that_works_again_has_what_it_muted_read_again() -> None:
    watch = Watch()
    for _ in range(2):
        watch.words.recovered("pim", "inc_1", CONFIGURATION)
    step = {"step": "begin", "ask": "recovered/inc_1", "by": "recovery of pim"}
    assert watch.queue.steps == [step, step]


@pytest.mark.parametrize("system", ["erp", "PIM", ""])
def test_a_system_that_mutes_nothing_asks_for_no_scan(system: str) -> None:
    watch = Watch()
    watch.words.recovered(system, "inc_1", CONFIGURATION)
    watch.words.recovered("pim", "inc_1", a_configuration())
    assert watch.queue.steps == []


def test_a_long_name_of_a_system_fits() -> None:
    watch = Watch()
    mutes = plan_document(CatalogPlan(mutes=(Mute("x" * 100, ()),)))
    watch.words.recovered("x" * 100, "inc_1", a_configuration(catalog=mutes))
    assert len(watch.queue.steps[0]["by"]) == 60


def a_job(number: int) -> dict[str, Any]:
    return {"id": f"job-{number}", "type": "import", "title": f"Import {number}", "result": "success"}


def test_jobs_are_noted_once_and_in_order() -> None:
    watch = Watch()
    for number in (1, 2, 1, 3, 2):
        watch.words.job_succeeded(a_job(number))
    assert watch.jobs() == [[f"job-{number}", "import", f"Import {number}"] for number in (1, 2, 3)]


def test_a_job_that_a_wave_told_of_is_not_noted_again() -> None:
    watch = Watch()
    standing = {"jobs": [], "run": "scan_1", "taken": [["job-1", "import", "Import 1"]]}
    shelves.finished_jobs(watch.state).change(CATALOG, lambda _: (standing, None))
    watch.words.job_succeeded(a_job(1))
    assert shelves.finished_jobs(watch.state).get(CATALOG) == standing
    watch.words.job_succeeded(a_job(2))
    assert shelves.finished_jobs(watch.state).get(CATALOG) == {**standing, "jobs": [["job-2", "import", "Import 2"]]}


def test_of_very_many_jobs_the_latest_are_noted() -> None:
    watch = Watch()
    for number in range(MOST_JOBS + 5):
        watch.words.job_succeeded(a_job(number))
    assert len(watch.jobs()) == MOST_JOBS
    assert (watch.jobs()[0][0], watch.jobs()[-1][0]) == ("job-5", f"job-{MOST_JOBS + 4}")


def test_a_job_that_says_little_is_noted() -> None:
    watch = Watch()
    watch.words.job_succeeded({"id": "job-1"})
    watch.words.job_succeeded({"id": 7, "type": None})
    assert watch.jobs() == [["job-1", "", ""], ["7", "None", ""]]
