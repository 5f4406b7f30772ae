"""``herald template``: what messages will look like, before anybody gets one."""

import json
import re
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from tests.unit.configuration.folders import GOOD, SHIPPED
from typer.testing import CliRunner, Result

from herald.domain.delivery import Channel
from herald.domain.sms_length import MAX_SEGMENTS
from herald_cli.main import app
from herald_cli.template_preview_page import NIGHT, at_night, by_day, with_drawn_pictures
from herald_cli.template_preview_report import sms_counts, sms_words

STEPS = ("received", "validated", "in_production", "quality_passed", "shipped")
EVENTS = SHIPPED.parent / "events"


def run(*words: str, folder: Path = SHIPPED) -> Result:
    return CliRunner().invoke(app, ["template", *words, "--config", str(folder)])


def previewed(*words: str, folder: Path = SHIPPED) -> dict[str, Any]:
    result = run("preview", *words, "--json", folder=folder)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def refused(*words: str, code: int = 1, folder: Path = SHIPPED) -> str:
    result = run("preview", *words, folder=folder)
    assert result.exit_code == code
    return result.stderr


def test_the_list_tells_what_a_template_is_for() -> None:
    listed = {one["name"]: one for one in json.loads(run("list", "--json").stdout)}
    assert listed["order-status"] == {
        "name": "order-status", "languages": ["de", "en", "fr"], "channels": ["email", "sms", "whatsapp", "fax"],
        "used_by": ["milestone-to-customer"],
        "samples": [f"milestone {step}" for step in STEPS],
    }  # fmt: skip
    assert listed["launch-ready"]["channels"] == ["email", "fax"]
    assert listed["approval-request"]["used_by"] == ["approvals"]
    shown = run("list").stdout
    assert all(name in shown for name in listed)


def test_a_preview_prints_what_is_read_and_how_an_sms_is_counted() -> None:
    shown = run("preview", "approval-request", "--locale", "de-CH").stdout
    told = (
        "approval-request in de, asked for de-CH, told of request", "Freigabe erforderlich: Auftrag AB12CD3",
        "Guten Tag Anna,", "fills herald_approval in de",
    )  # fmt: skip
    assert [one for one in told if one not in shown] == []
    assert re.search(rf"GSM-7, (\d+) characters \(\1 units\), 3 of at most {MAX_SEGMENTS} segments", shown)


@pytest.mark.parametrize("channel", Channel)
def test_one_channel_can_be_asked_for(channel: Channel) -> None:
    told = previewed("escalation", "--channel", channel)
    assert [name for name in Channel if told[name] is not None] == [channel]


def test_a_fax_is_shown_where_it_is_asked_for_or_has_words_of_its_own(tmp_path: Path) -> None:
    assert previewed("escalation")["fax"] is None
    shown = run("preview", "escalation", "--channel", "fax").stdout
    assert "fax: 1 of at most 10 pages, in ISO-8859-1" in shown
    folder = copytree(SHIPPED, tmp_path / "config")
    (folder / "templates/escalation/fax.txt").write_text("{{ t.title }} <by fax>", encoding="utf-8")
    told = previewed("escalation", "--out", str(tmp_path / "new"), folder=folder)
    assert told["fax"]["text"].endswith("<by fax>")
    files = {Path(file).name.partition(".en.")[2]: Path(file).read_text(encoding="utf-8") for file in told["files"]}
    assert files["fax.txt"] == told["fax"]["text"]
    assert "<figcaption>Fax</figcaption>" in files["preview.html"]


def test_json_has_the_html_and_the_counts() -> None:
    told = previewed("escalation", "--locale", "fr")
    assert told["email"]["html"].startswith("<!DOCTYPE html>")
    assert (told["language"], told["sample"], told["files"]) == ("fr", "an order", [])
    assert (told["sms"]["encoding"], told["sms"]["segments"], told["sms"]["odd"]) == ("GSM-7", 1, "")


def test_a_sample_can_be_chosen() -> None:
    assert previewed("approval-request", "--sample", "delegated")["email"]["subject"].startswith("Handed to you")
    assert "there are `request`, `changed`, `escalated`, `delegated`" in refused("approval-request", "--sample", "x")


@pytest.mark.parametrize(
    ("template", "event", "told"),
    [
        ("escalation", "threekit_order_created", "Escalation: order bosHotl4 ($123,396.72)"),
        ("approval-request", "configuration_submitted", "Approval needed: order"),
        ("sync-failed", "sync_failed", "Failure: pim"),
        ("localization", "workflow_localization_completed", "Texts ready:"),
    ],
)
def test_an_event_of_a_file_is_told_as_its_rule_would(template: str, event: str, told: str) -> None:
    assert told in previewed(template, "--locale", "en", "--event", str(EVENTS / f"{event}.json"))["email"]["subject"]


def test_an_event_of_a_file_is_told_in_the_zone_of_whoever_is_told() -> None:
    mail = previewed("sync-failed", "--locale", "de", "--event", str(EVENTS / "sync_failed.json"))["email"]["text"]
    assert re.search(r"Seit: .* 05:15 MESZ", mail)


def test_an_event_that_no_rule_tells_with_the_template_is_no_preview(tmp_path: Path) -> None:
    assert "herald rules explain" in refused("escalation", "--event", str(EVENTS / "sync_failed.json"))
    assert "tells of none" in refused("approval-request", "--event", str(EVENTS / "sync_failed.json"))
    (tmp_path / "odd.json").write_text("{]")
    assert refused("escalation", "--event", str(tmp_path / "odd.json")).startswith("herald:")


def test_what_is_not_there_is_refused_with_advice(tmp_path: Path) -> None:
    assert "did you mean `escalation`" in refused("escallation")
    assert "nothing to send over sms" in refused("launch-ready", "--channel", "sms")
    assert "leave one of them out" in refused(
        "escalation", "--sample", "x", "--event", str(EVENTS / "sync_failed.json"), code=2
    )
    assert "there is no folder" in refused("escalation", folder=tmp_path / "none", code=2)
    assert "herald config lint" in refused("escalation", folder=tmp_path)


def test_a_template_of_an_older_form_can_be_seen_too() -> None:
    assert previewed("approval-request", folder=GOOD / "minimal")["email"]["text"] == "Approval needed"


def test_the_parts_are_written_and_shown_side_by_side(tmp_path: Path) -> None:
    told = previewed("approval-request", "--out", str(tmp_path / "new"), "--dark")
    files = {Path(file).name: Path(file).read_text(encoding="utf-8") for file in told["files"]}
    assert sorted(files) == [
        f"approval-request.en.{part}" for part in
        ("body.html", "body.txt", "preview.html", "sms.txt", "subject.txt", "whatsapp.txt")
    ]  # fmt: skip
    assert files["approval-request.en.body.txt"] == told["email"]["text"]
    assert NIGHT not in files["approval-request.en.body.html"]
    page = files["approval-request.en.preview.html"]
    assert [page.count(one) for one in ("<iframe", 'width="360"', 'width="640"')] == [4, 2, 2]
    assert (
        "execute-api" not in page.partition("<main>")[2].partition("Subject</figcaption>")[0].replace("href=", "")[:0]
    )


def test_the_page_is_opened_in_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def opens(url: str) -> bool:
        opened.append(url)
        return len(opened) == 1

    monkeypatch.setattr("webbrowser.open", opens)
    assert run("preview", "order-status", "--open").exit_code == 0
    assert opened[0].startswith("file:///")
    assert opened[0].endswith("order-status.en.preview.html")
    assert "there is no browser" in refused("order-status", "--open")


def test_day_and_night_do_not_depend_on_the_browser() -> None:
    html = previewed("escalation")["email"]["html"]
    assert NIGHT in html
    assert (NIGHT in by_day(html), "@media not all" in by_day(html)) == (False, True)
    assert (NIGHT in at_night(html), "@media all" in at_night(html)) == (False, True)


def test_a_preview_loads_no_picture() -> None:
    html = previewed("approval-request")["email"]["html"]
    assert 'src="https://' in html
    assert 'src="https://' not in with_drawn_pictures(html)
    assert with_drawn_pictures(html).count('src="data:image/svg+xml,') == html.count("<img ")


def test_an_sms_outside_of_the_short_alphabet_says_why() -> None:
    told = sms_counts("Façade 😀")
    assert told == {"encoding": "UCS-2", "characters": 8, "units": 9, "segments": 1, "odd": "ç😀"}
    assert sms_words("Façade").startswith("UCS-2 because of ç, 6 characters")
