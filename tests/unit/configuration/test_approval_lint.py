"""Whatever is wrong with a chain is found where it stands, in words that say what to do."""

import shutil
from pathlib import Path

import pytest
from tests.unit.configuration.approvals import a_folder, findings_of, spoilt

FAULTS = {
    "an unknown chain": (
        "rules/orders.yaml", "then: {approval: order}", "then: {approval: ordr}",
        "rules/orders.yaml:6:22: approvals.yaml has no chain `ordr` (did you mean `order`?) [unknown-chain]",
    ),
    "a rule from which nothing follows": (
        "rules/orders.yaml", "then: {approval: order}", "then: {}",
        "rules/orders.yaml:6:11: rules.0.then: nothing follows from the rule: add notify, approval or both [schema]",
    ),
    "nothing to approve": (
        "rules/orders.yaml", 'threekit.order.updated]\n    when: order.status == "New"',
        'sync.failed]\n    when: event.trust == "signed"',
        "rules/orders.yaml:6:22: an order or configuration is approved, and sync.failed tells of none "
        "(let another rule listen to it) [nothing-to-approve]",
    ),
    "an unknown audience": (
        "approvals.yaml", "{audience: approvers}", "{audience: aprovers}",
        "approvals.yaml:17:31: audiences.yaml has no audience `aprovers` (did you mean `approvers`?) "
        "[unknown-audience]",
    ),
    "an unknown audience on the ladder": (
        "approvals.yaml", "{audience: directors, deadline", "{audience: director, deadline",
        "approvals.yaml:22:24: audiences.yaml has no audience `director` (did you mean `directors`?) "
        "[unknown-audience]",
    ),
    "unknown watchers": (
        "approvals.yaml", "watchers: account-team", "watchers: nobody",
        "approvals.yaml:5:15: audiences.yaml has no audience `nobody` "
        "(known: account-team, approvers, customer, deputies, directors) [unknown-audience]",
    ),
    "unknown delegates": (
        "approvals.yaml", "delegates: deputies", "delegates: deputy",
        "approvals.yaml:6:16: audiences.yaml has no audience `deputy` (did you mean `deputies`?) [unknown-audience]",
    ),
    "an unknown last resort": (
        "approvals.yaml", "last_resort: directors", "last_resort: director",
        "approvals.yaml:7:18: audiences.yaml has no audience `director` (did you mean `directors`?) "
        "[unknown-audience]",
    ),
    "watchers without an address": (
        "audiences.yaml", "email: key.accounts@example.com", 'phone: "+493023125107"',
        "approvals.yaml:5:15: Key accounts of `account-team` has no address for email "
        "(add a channel, or an address in audiences.yaml) [no-address]",
    ),
    "a requester who approves": (
        "approvals.yaml", "{audience: approvers}", "{audience: customer}",
        "approvals.yaml:17:31: `customer` is the requester, who never approves (name somebody else) "
        "[requester-approves]",
    ),
    "an unknown rule": (
        "approvals.yaml", "rules: [large-order]", "rules: [lage-order]",
        "approvals.yaml:33:17: there is no rule `lage-order` (did you mean `large-order` or `new-order`?) "
        "[unknown-rule]",
    ),
    "a rule that does not ask": (
        "approvals.yaml", "rules: [large-order]", "rules: [told-only]",
        "approvals.yaml:33:17: the rule `told-only` does not ask for `order`, so this step is never asked because of "
        "it (write then: {approval: order} in the rule) [rule-does-not-ask]",
    ),
    "a rule of other events": (
        "rules/orders.yaml", "events: [threekit.order.created, threekit.order.updated]",
        "events: [configuration.submitted]",
        "approvals.yaml:33:17: warning: no other rule that asks for `order` listens to what `large-order` listens to "
        "(let them listen to the same events, or make it a chain of its own) [rule-of-other-events]",
    ),
    "an unknown calendar": (
        "approvals.yaml", "calendar: berlin", "calendar: berlni",
        "approvals.yaml:8:15: calendars.yaml has no calendar `berlni` (did you mean `berlin`?) [unknown-calendar]",
    ),
    "an unknown channel": (
        "approvals.yaml", "channels: [email, sms]", "channels: [email, pigeon]",
        "approvals.yaml:27:27: chains.order.steps.0.channels.1: Input should be 'email', 'sms', 'whatsapp' or 'fax' "
        "[schema]",
    ),
    "a question over a channel there is not": (
        "approvals.yaml", "channels: [email, sms]", "channels: [email, voice]",
        "approvals.yaml:27:27: OpenText documents no REST submit for voice "
        "(write one of email, sms, whatsapp, fax) [no-such-channel]",
    ),
    "a question by fax": (
        "approvals.yaml", "channels: [email, sms]", "channels: [email, sms, fax]",
        "approvals.yaml:27:32: a fax lies about for anybody to read, with a link that decides and that nobody can "
        "press (write email, sms or whatsapp) [approval-by-fax]",
    ),
    "an outcome by fax": (
        "approvals.yaml", "    channels: [email]\n", "    channels: [email, fax]\n",
        "approvals.yaml:9:23: a fax lies about for anybody to read, with a link that decides and that nobody can "
        "press (write email, sms or whatsapp) [approval-by-fax]",
    ),
    "a channel twice": (
        "approvals.yaml", "channels: [email, sms]", "channels: [email, email]",
        "approvals.yaml:27:19: chains.order.steps.0.channels: `email` stands twice [schema]",
    ),
    "a quorum nobody can reach": (
        "approvals.yaml", "quorum: all", "quorum: 3",
        "approvals.yaml:18:17: 3 have to approve, and `approvers` is never more than 2 (write 2 or less, or all) "
        "[quorum-too-large]",
    ),
    "a quorum of nobody": (
        "approvals.yaml", "quorum: all", "quorum: 0",
        "approvals.yaml:18:17: chains.order.steps.0.quorum: write `all`, `any`, or how many have to approve [schema]",
    ),
    "an escalation to nobody": (
        "approvals.yaml", "    last_resort: directors\n", "",
        "approvals.yaml:24:18: `desk` is escalated to the chain's last_resort, and there is none "
        "(add last_resort, or write reject or park) [no-last-resort]",
    ),
    "reminders that do not rise": (
        "approvals.yaml", "[2h, 4h30m, 7h]", "[2h, 2h]",
        "approvals.yaml:20:25: the reminder after 2h does not come after the one before it "
        "(reminders count from the asking) [reminders-not-rising]",
    ),
    "a reminder that comes too late": (
        "approvals.yaml", "[2h, 4h30m, 7h]", "[8h]",
        "approvals.yaml:20:21: the reminder after 8h comes when the deadline of 8h is over "
        "(remind earlier, or give more time) [reminder-too-late]",
    ),
    "a reminder too many": (
        "approvals.yaml", "[2h, 4h30m, 7h]", "[1h, 2h, 3h, 4h]",
        "approvals.yaml:20:20: chains.order.steps.0.reminders: Tuple should have at most 3 items after validation, "
        "not 4 [schema]",
    ),
    "a time without a unit": (
        "approvals.yaml", "deadline: 8h", "deadline: 8",
        "approvals.yaml:19:19: chains.order.steps.0.deadline: write working time as in 8h, 45m or 1h30m [schema]",
    ),
    "no time at all": (
        "approvals.yaml", "deadline: 8h", "deadline: 0h",
        "approvals.yaml:19:19: chains.order.steps.0.deadline: write working time as in 8h, 45m or 1h30m [schema]",
    ),
    "a ladder climbed too often": (
        "approvals.yaml", "repeat: 2", "repeat: 10",
        "approvals.yaml:24:17: chains.order.steps.0.repeat: Input should be less than or equal to 9 [schema]",
    ),
    "an approval by silence": (
        "approvals.yaml", "timeout: escalate", "timeout: approve",
        "approvals.yaml:25:18: chains.order.steps.0.timeout: Input should be 'reject', 'escalate' or 'park' [schema]",
    ),
    "an unknown status": (
        "approvals.yaml", "rejected: List", "rejected: Cancelled",
        "approvals.yaml:10:47: chains.order.status.rejected: Input should be 'List', 'In Cart', 'New', 'In Progress' "
        "or 'Complete' [schema]",
    ),
    "an unknown input": (
        "approvals.yaml", "inputs: [price, currency]", "inputs: [price, colour]",
        "approvals.yaml:39:25: chains.order.steps.1.inputs.1: Input should be 'price', 'options', 'quantities', "
        "'currency' or 'shown' [schema]",
    ),
    "a misspelt key": (
        "approvals.yaml", "last_resort:", "last_resrot:",
        "approvals.yaml:7:18: `last_resrot` is no key here (did you mean `last_resort`?) [unknown-key]",
    ),
    "approvers by two ways": (
        "approvals.yaml", "{audience: approvers}", "{audience: approvers, found: order.requester}",
        "approvals.yaml:17:20: chains.order.steps.0.approvers: say who is asked: either `audience` or `found` [schema]",
    ),
    "a step twice": (
        "approvals.yaml", "id: finance", "id: desk",
        "approvals.yaml:29:13: the step `desk` stands above already [duplicate-step]",
    ),
    "a path to the approver that is none": (
        "approvals.yaml", "{found: order.attributes.accountManager}", '{found: "order..manager"}',
        "approvals.yaml:31:29: `order..manager` is no JMESPath expression: Expecting: ['quoted_identifier', "
        "'unquoted_identifier', 'lbracket', 'lbrace'], got: dot: Parse error at column 6, token \".\" (DOT), for "
        'expression: "order..manager" ^ [bad-path]',
    ),
    "a path to the requester that is none": (
        "approvals.yaml", "requester: order.customer", 'requester: "order["',
        'approvals.yaml:4:17: `order[` is no JMESPath expression: Invalid jmespath expression: Incomplete expression: '
        '"order[" ^ [bad-path]',
    ),
    "a path that shows nothing": (
        "approvals.yaml", "value: order.attributes.margin", 'value: "order["',
        'approvals.yaml:12:33: `order[` is no JMESPath expression: Invalid jmespath expression: Incomplete expression: '
        '"order[" ^ [bad-path]',
    ),
    "a path to other facts": (
        "approvals.yaml", "value: order.attributes.margin", "value: job.title",
        "approvals.yaml:12:32: `job.title` is not available for threekit.order.created, threekit.order.updated "
        "[not-available]",
    ),
    "a choice of lines that is none": (
        "approvals.yaml", "attributes.Wood == 'Rosewood'", "attributes.Wood = 'Rosewood'",
        "approvals.yaml:38:46: `attributes.Wood = 'Rosewood'` is no JMESPath expression: Bad jmespath expression: "
        "Unknown token '=': attributes.Wood = 'Rosewood' ^ [bad-path]",
    ),
    "a threshold of two measures": (
        "approvals.yaml", "{sum: quantity, above: 50}", "{sum: quantity, max: quantity, above: 50}",
        "approvals.yaml:37:13: chains.order.steps.1.when.2: say what is measured: one of `sum`, `max` and `count` "
        "[schema]",
    ),
    "a measure no line has": (
        "approvals.yaml", "{max: unitPrice,", "{max: unitprice,",
        "approvals.yaml:36:19: `unitprice` is no number of a line (did you mean `unitPrice`?) [unknown-measure]",
    ),
    "a count of something else": (
        "approvals.yaml", "{count: lines,", "{count: components,",
        "approvals.yaml:38:21: `components` cannot be counted (write count: lines) [unknown-measure]",
    ),
    "an amount without a currency": (
        "approvals.yaml", "above: {EUR: 20000.00}", "above: 20000.00",
        "approvals.yaml:35:37: `lineTotal` is an amount of money, and the limit has no currency "
        "(write above: {EUR: 20000.00}) [limit-without-currency]",
    ),
    "a quantity with a currency": (
        "approvals.yaml", "above: 50", "above: {EUR: 50}",
        "approvals.yaml:37:36: `quantity` is no amount of money (write a plain number, as in above: 50) "
        "[limit-with-currency]",
    ),
    "a limit that is yes or no": (
        "approvals.yaml", "above: 50", "above: true",
        "approvals.yaml:37:36: chains.order.steps.1.when.2.above: write a number, or numbers by currency as in "
        "{EUR: 20000.00} [schema]",
    ),
    "a currency nobody pays in": (
        "approvals.yaml", "above: {EUR: 4000}", "above: {EURO: 4000}",
        "approvals.yaml:36:44: `EURO` is no currency code of ISO 4217 (write three capital letters, as in EUR) "
        "[bad-currency]",
    ),
    "a reply in a currency nobody pays in": (
        "approvals.yaml", "JPY: 1600000", "YEN: 1600000",
        "approvals.yaml:28:43: `YEN` is no currency code of ISO 4217 (write three capital letters, as in EUR) "
        "[bad-currency]",
    ),
    "a chain nobody asks for": (
        "approvals.yaml", "chains:\n", "chains:\n  spare:\n    title: Spare\n    steps:\n"
        "      - {id: one, title: One, approvers: {audience: directors}}\n",
        "approvals.yaml:3:5: warning: no rule asks for the chain `spare` (write then: {approval: spare}) "
        "[chain-not-asked]",
    ),
    "a reply nobody can give": (
        "approvals.yaml", "channels: [email, sms]", "channels: [email]",
        "approvals.yaml:28:22: warning: nobody can reply to `desk`: it is asked over email "
        "(add sms to its channels) [reply-without-sms]",
    ),
}  # fmt: skip


def test_the_folder_that_is_spoilt_here_is_good(tmp_path: Path) -> None:
    assert findings_of(a_folder(tmp_path)) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, tmp_path: Path) -> None:
    file, before, after, expected = FAULTS[fault]
    assert findings_of(spoilt(tmp_path, file, before, after)) == [expected]


def test_an_audience_that_is_told_with_consent_decides_nothing(tmp_path: Path) -> None:
    consent = "  deputies:\n    consent: order.customer.consent\n"
    assert findings_of(spoilt(tmp_path, "audiences.yaml", "  deputies:\n", consent)) == [
        "approvals.yaml:6:16: `deputies` is told with consent only, which approvals do not ask for "
        "(name an audience without consent) [consent-in-approval]"
    ]


def test_an_audience_found_by_facts_that_no_order_has_is_nobody(tmp_path: Path) -> None:
    folder = spoilt(tmp_path, "audiences.yaml", "by: order.region", "by: job.type")
    audiences = (folder / "audiences.yaml").read_text(encoding="utf-8")
    (folder / "audiences.yaml").write_text(audiences.replace('"*":', "AMER:", 1), encoding="utf-8")
    assert findings_of(folder) == [
        "approvals.yaml:17:31: the audience `approvers` is found by `job.type`, which threekit.order.created, "
        "threekit.order.updated does not offer [audience-not-available]"
    ]


@pytest.mark.parametrize("second", ["", '        - {name: Ines at home, phone: "+493023125101"}\n'])
def test_a_quorum_that_some_cannot_reach_is_a_warning(second: str, tmp_path: Path) -> None:
    folder = spoilt(tmp_path, "approvals.yaml", "quorum: all", "quorum: 2")
    assert findings_of(folder) == []
    audiences = (folder / "audiences.yaml").read_text(encoding="utf-8")
    alone = audiences.replace("        - {name: Order desk, email: order.desk@example.com}\n", second, 1)
    (folder / "audiences.yaml").write_text(alone, encoding="utf-8")
    assert findings_of(folder) == [
        'approvals.yaml:18:17: warning: 2 have to approve, and `approvers` has fewer for "EMEA" (add members) '
        "[quorum-for-some]"
    ]


def test_members_of_several_values_may_reach_a_quorum_together(tmp_path: Path) -> None:
    folder = spoilt(tmp_path, "approvals.yaml", "quorum: all", "quorum: 3")
    audiences = (folder / "audiences.yaml").read_text(encoding="utf-8")
    listed = audiences.replace("by: order.region", 'by: "order.lines[].attributes.Region"')
    (folder / "audiences.yaml").write_text(listed, encoding="utf-8")
    assert not [finding for finding in findings_of(folder) if "quorum-too-large" in finding]


@pytest.mark.parametrize("template", ["request", "reminder", "waiting", "question", "outcome", "recorded"])
def test_approvals_need_words_for_everything_they_tell(template: str, tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    shutil.rmtree(folder / "templates" / f"approval-{template}")
    place = f"templates/approval-{template}/en"
    parts = ", ".join(f"{place}/{part}" for part in ("subject.txt", "body.txt", "body.html", "sms.txt"))
    wanted = f"approvals.yaml:2:3: approvals are told with `approval-{template}`, which is missing (add {parts}) "
    assert f"{wanted}[unknown-template]" in findings_of(folder)


def test_words_are_needed_for_every_channel_that_some_step_uses(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "templates/approval-reminder/en/sms.txt").unlink()
    assert findings_of(folder) == [
        "approvals.yaml:2:3: approvals are told with `approval-reminder`, which cannot be sent over all of email, sms "
        "(add templates/approval-reminder/en/sms.txt) [missing-part]"
    ]


def test_a_rule_that_asks_for_a_chain_of_a_file_that_is_not_there_is_told_where_it_belongs(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "approvals.yaml").unlink()
    assert findings_of(folder) == [
        f"rules/orders.yaml:{place}: approvals.yaml has no chain `order` (add it to approvals.yaml) [unknown-chain]"
        for place in ("6:22", "13:17")
    ]
