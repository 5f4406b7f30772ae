"""Scans through the whole house, with the shipped configuration: from the schedule to the steward's e-mail."""

import csv
import io
import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from tests.integration.house import House
from tests.integration.paths import ROOT
from tests.integration.test_incidents import tell

from herald.domain.catalog.issue import IssueState
from herald.usecases.scan import scan_shelves
from herald_cli.configuration_folder import read_folder
from simulators import OpenTextSimulator, ThreekitSimulator
from simulators.threekit.catalog_defects import DEFECTS
from simulators.threekit.seed import ids


@pytest.fixture
def shipped(emulated_aws: None, threekit: ThreekitSimulator, opentext: OpenTextSimulator) -> House:
    """The house with the configuration that ships."""
    return House(threekit, opentext, read_folder(ROOT / "config"))


def scanned(house: House) -> None:
    """Scan, and let everybody be told."""
    house.scan()
    house.settle()


def issues(house: House) -> dict[str, IssueState]:
    """Open and other issues by check."""
    return {issue.seen.check: issue.state for issue in scan_shelves.issues(house.state).all().values()}


@pytest.mark.parametrize("defect", sorted(DEFECTS))
def test_each_fault_of_the_seed_catalogue_reaches_its_steward(shipped: House, defect: str) -> None:
    shipped.threekit.break_catalog(defect)
    scanned(shipped)
    assert issues(shipped) == {defect: IssueState.OPEN}
    assert all(not shipped.parked(work.name) for work in shipped.works)
    assert len(shipped.opentext.jobs) >= 1


def test_a_clean_catalogue_is_told_to_nobody(shipped: House) -> None:
    scanned(shipped)
    assert issues(shipped) == {}
    assert shipped.opentext.jobs == {}


def report(house: House, link: str) -> dict[str, Any]:
    """Open a report's link as a browser does: our door says where to go."""
    return house.open_report(unquote(urlsplit(link).path.rpartition("/")[2]))


def test_the_digest_s_links_open_the_report_until_their_day(shipped: House) -> None:
    for defect in ("missing_price", "no_picture"):
        shipped.threekit.break_catalog(defect)
    scanned(shipped)
    links = set(re.findall(r"https://herald\.example\.com/reports/[A-Za-z0-9_.-]+", texts(shipped)))
    assert links
    answer = report(shipped, min(links))
    assert answer["statusCode"] == 302
    key = re.search(r"/catalog/(reports/[^?]+)|\.com/(reports/[^?]+)", answer["headers"]["location"])
    assert key is not None
    name = unquote(key.group(1) or key.group(2))
    content = shipped.s3.get_object(Bucket="catalog", Key=name)["Body"].read()
    assert content
    for broken in (min(links)[:-2] + "xx", "https://herald.example.com/reports/nonsense"):
        assert report(shipped, broken)["statusCode"] == 404
    shipped.clock.advance(timedelta(days=8))
    assert report(shipped, min(links))["statusCode"] == 404


def texts(house: House) -> str:
    """Every text that was submitted."""
    return "\n".join(text for submit in house.opentext.submits for text in (submit.subject or "", *submit.texts))


def test_the_csv_opens_in_a_spreadsheet(shipped: House) -> None:
    shipped.threekit.break_catalog("missing_price")
    scanned(shipped)
    (run,) = scan_shelves.scan_runs(shipped.state).all()
    raw = shipped.s3.get_object(Bucket="catalog", Key=f"reports/{run}/all.csv")["Body"].read()
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [row["check"] for row in rows] == ["missing_price"]
    assert "Wardrobe" in rows[0]["names"]


def test_a_sync_failure_mutes_what_it_explains_and_its_recovery_asks_for_a_scan(shipped: House) -> None:
    mute = next(one for one in read_folder(ROOT / "config").catalog["mutes"] if "no_picture" in one["checks"])
    tell(shipped, sync("sync.failed", "f-1", mute["system"]))
    shipped.settle()
    before = len(shipped.opentext.jobs)
    shipped.threekit.break_catalog("no_picture")
    scanned(shipped)
    assert issues(shipped) == {"no_picture": IssueState.MUTED}
    assert len(shipped.opentext.jobs) == before
    tell(shipped, sync("sync.recovered", "r-1", mute["system"]))
    shipped.settle()
    assert issues(shipped) == {"no_picture": IssueState.OPEN}
    assert len(scan_shelves.scan_runs(shipped.state).all()) == 2


def sync(kind: str, identity: str, system: str) -> dict[str, Any]:
    """What a connector says of a system."""
    return {
        "specversion": "1.0", "type": kind, "source": f"/{system}", "id": identity, "subject": f"sync/{system}",
        "time": "2026-03-02T09:30:00Z", "data": {"system": system, "message": "told by a test"},
    }  # fmt: skip


def test_a_release_wave_reaches_its_groups(shipped: House) -> None:
    shipped.threekit.unpublish_item(ids.BENCH)
    scanned(shipped)
    shipped.threekit.publish_item(ids.BENCH)
    scanned(shipped)
    assert "Meadow Bench" in texts(shipped)
