"""Two rules that every integration test can hold in its head: each new order by e-mail, each large one by SMS first."""

from dataclasses import replace

from tests.integration.paths import ROOT

from herald.adapters.configuration_bundle import versioned
from herald.domain.configuration import Audience, Configuration, Notify, Rule
from herald.domain.delivery import Channel
from herald.domain.milestones import MilestoneStep
from herald.domain.notification import Recipient, Severity
from herald_cli.configuration_folder import read_folder

TYPES = ("threekit.order.created", "threekit.order.updated", "configuration.submitted")
SALES = Recipient(name="Sales Desk", email="sales.desk@example.com", phone="+4930123456", locale="de-DE")
APPROVALS = Recipient(name="Approvals", email="approvals@example.com", locale="en-GB")
PARTS = {
    "subject.txt": "Order {{ order.shortId }}",
    "body.txt": "{{ order.total }}",
    "body.html": "<p>{{ order.total }}</p>",
    "sms.txt": "Order {{ order.shortId }}: {{ order.total }}",
}


def two_rules() -> Configuration:
    """The mapping is the real one; rules, audiences and templates are these tests' own."""
    return versioned(Configuration(
        version="",
        rules=(
            Rule("new-order", "Every new order", TYPES, 'order.status == "New"',
                 Notify("approvals", "plain", (Channel.EMAIL,), Severity.MEDIUM)),
            Rule("large-order", "More than 5,000", TYPES, "order.total > 5000.0",
                 Notify("sales", "plain", (Channel.SMS, Channel.EMAIL), Severity.HIGH)),
        ),
        lists={},
        audiences={
            "approvals": Audience("approvals", by="order.region", members={"*": (APPROVALS,)}),
            "sales": Audience("sales", by="order.region", members={"*": (SALES,)}),
        },
        mapping=read_folder(ROOT / "config").mapping,
        templates={f"plain/en/{part}": text for part, text in PARTS.items()},
        default_locale="en",
    ))  # fmt: skip


PLANT = ("received", "validated", "in_production", "quality_passed", "shipped")
STATUSES = ("New", "In Progress", "In Progress", "In Progress", "Complete")
IT = Recipient(name="IT", email="it@example.com", locale="en-GB")


def all_flows() -> Configuration:
    """The two rules, and one for each thing a workflow or connector tells, by e-mail; customers by SMS first."""
    base = two_rules()
    to_it = Notify("it", "words", (Channel.EMAIL,), Severity.HIGH)
    to_customer = Notify("customer", "words", (Channel.SMS, Channel.EMAIL), Severity.LOW)
    rules = (
        Rule("milestone", "A milestone", ("order.milestone.reached",), "true", to_customer),
        Rule("sync", "A system failed or recovered", ("sync.failed", "sync.recovered", "threekit.job.updated"),
             "has(incident.state)", to_it),
        Rule("localized", "A language is there", ("localization.completed",), "true", to_it),
    )  # fmt: skip
    parts = {"subject.txt": "Words", "body.txt": "Words", "body.html": "<p>Words</p>", "sms.txt": "Words"}
    return versioned(
        replace(
            base,
            rules=(*base.rules, *rules),
            audiences={
                **base.audiences,
                "it": Audience("it", members={"*": (IT,)}),
                "customer": Audience("customer", person="order.customer"),
            },
            templates={**base.templates, **{f"words/en/{part}": text for part, text in parts.items()}},
            milestones=tuple(MilestoneStep(name, status) for name, status in zip(PLANT, STATUSES, strict=True)),
        )
    )
