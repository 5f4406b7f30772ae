"""One running stack for all end-to-end tests, on one worker however many there are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.whole_stack import WholeStack, fill_sources

from localrun.running_house import running_house

FOLDER = Path(__file__).parent
QUICK = {
    "LeaseSeconds": "10", "GraceSeconds": "10", "ConfigMaxAgeSeconds": "1",
    "ConsumerTimeoutSeconds": "10", "QueueVisibilitySeconds": "12",
}  # fmt: skip
"""A killed function's messages come again after twelve seconds instead of minutes; its leases are over by then."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the folder on one worker under ``--dist loadgroup``, because a stack is dear; put generated requests last.

    Those tell of orders that do not exist, which are looked for again for ten minutes: until then nothing is at rest.
    """
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("e2e"))
    items.sort(key=lambda item: item.path == FOLDER / "test_api_document.py")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeStack]:
    """The whole stack, with a folder of its own in which the command line finds it and nobody else's."""
    folder = tmp_path_factory.mktemp("stack")
    faults = folder / "faults"
    with running_house(
        lambda _: None,
        parameters=QUICK,
        function_environment={"HERALD_FAULTS_FILE": str(faults)},
        log_file=folder / "emulator.log",
        running_file=folder / ".local" / "running.json",
    ) as house:
        # Before the first request, because functions keep what they read of a secret for five minutes
        fill_sources(house)
        yield WholeStack(house, folder, faults)
