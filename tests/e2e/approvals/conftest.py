"""A browser for the folder, and requests that nobody answers, begun before all others because time has to go by."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.e2e.approvals.asked import Request, forget_refused_links
from tests.e2e.approvals.chromium import FIX, found
from tests.e2e.approvals.silence import begin_silence
from tests.e2e.whole_stack import WholeStack


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    path = found()
    assert path is not None, f"there is no Chromium: {FIX}"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session", autouse=True)
def silence(stack: WholeStack, tmp_path_factory: pytest.TempPathFactory) -> Request:
    """A request under a policy of minutes, which runs out while other tests run."""
    return begin_silence(stack, tmp_path_factory.mktemp("impatient"))


@pytest.fixture(autouse=True)
def _nobody_has_guessed(stack: WholeStack) -> None:
    forget_refused_links(stack)
