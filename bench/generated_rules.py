"""Rules as an integrator would have thousands of, each as CEL and as Python, and facts to ask them about.

Thresholds by currency, regions, restricted components, combinations of attributes, locales, counts, patterns; evenly
over some event types. The same seed makes the same.
"""

import json
import random
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

ORDERS = ("threekit.order.created", "threekit.order.updated", "configuration.submitted")
TYPES = (
    *ORDERS, "order.milestone.reached", "threekit.job.updated", "sync.failed", "localization.completed",
    "regional.approval.completed",
)  # fmt: skip
REGIONS = ("EMEA", "AMER", "APAC", "LATAM", "DACH", "NORDICS", "BENELUX", "IBERIA")
CURRENCIES = ("EUR", "USD", "GBP", "JPY", "CHF", "SEK")
LOCALES = ("de-DE", "fr-FR", "en-GB", "en-US", "ja-JP", "sv-SE", "es-ES", "pl-PL")
FABRICS = tuple(f"Fabric {number}" for number in range(40))
WOODS = tuple(f"Wood {number}" for number in range(25))
SKUS = tuple(f"CMP-{number:04d}" for number in range(400))
SYSTEMS = ("pim", "erp", "dam", "commerce", "plm", "crm")
PER_FILE = 250
AUDIENCES = 200


@dataclass(frozen=True, slots=True)
class GeneratedRule:
    """One rule. ``python`` is an expression over ``facts`` that is true, false, or raises ``KeyError``."""

    id: str
    event: str
    when: str
    python: str


Predicate = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]
Drawn = tuple[str, str]
"""A condition in CEL and in Python."""


def rules(number: int, types: Sequence[str] = TYPES, seed: int = 1) -> list[GeneratedRule]:
    """Return that many rules, as many for each of the types."""
    draw = random.Random(seed)  # noqa: S311 - a benchmark, not a secret
    made = []
    for place in range(number):
        event = types[place % len(types)]
        when, python = draw.choice(_FORMS[event])(draw)
        made.append(GeneratedRule(f"rule-{place:05d}", event, when, python))
    return made


def lists() -> dict[str, Any]:
    """Return the lists that the rules look into."""
    limits = {currency: Decimal(f"{4000 + 250 * place}.50") for place, currency in enumerate(CURRENCIES)}
    restricted = {region: dict.fromkeys(SKUS[place::9], True) for place, region in enumerate(REGIONS)}
    woods = {fabric: dict.fromkeys(WOODS[place % 5 :: 2], True) for place, fabric in enumerate(FABRICS)}
    return {"limits": limits, "restricted": restricted, "standard_woods": woods}


def facts(event: str, seed: int) -> dict[str, Any]:
    """Return the facts of an event of a type; here and there something is missing."""
    draw = random.Random(f"{event} {seed}")  # noqa: S311 - as above
    told: dict[str, Any] = {"event": {"type": event, "id": str(seed), "subject": f"thing/{seed}"}}
    if event in ORDERS or event == "order.milestone.reached":
        told["order"] = _order(draw)
    if event == "order.milestone.reached":
        told["milestone"] = {"name": draw.choice(("received", "in_production", "shipped")), "place": 2}
    if event == "threekit.job.updated":
        told["job"] = {
            "type": draw.choice(("import", "export", "render")), "title": f"Import {draw.choice(REGIONS)}",
            "status": "stopped", "failures": draw.randrange(12), "tasks": 12,
        }  # fmt: skip
    if event in ("threekit.job.updated", "sync.failed"):
        told["incident"] = {"state": "open", "system": draw.choice(SYSTEMS), "failures": draw.randrange(1, 5)}
    if event not in ORDERS and event != "threekit.job.updated":
        told["data"] = {
            "system": draw.choice(SYSTEMS), "severity": draw.choice(("low", "high", "critical")),
            "attempts": draw.randrange(6), "errorCode": f"ERP-{draw.randrange(400, 600)}",
            "locale": draw.choice(LOCALES), "region": draw.choice(REGIONS),
            "outcome": draw.choice(("approved", "rejected")),
        }  # fmt: skip
    return told


def write_folder(folder: Path, made: list[GeneratedRule]) -> Path:
    """Write a configuration with these rules; mapping, templates and milestones are those that ship."""
    shipped = Path(__file__).parents[1] / "config"
    for name in ("mapping.yaml", "milestones.yaml", "templates"):
        copy: Callable[[Path, Path], object] = shutil.copytree if (shipped / name).is_dir() else shutil.copy
        copy(shipped / name, folder / name)
    for start in range(0, len(made), PER_FILE):
        entries = "\n".join(map(_entry, made[start : start + PER_FILE]))
        file = folder / "rules" / f"generated-{start // PER_FILE:03d}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"rules:\n{entries}", encoding="utf-8")
    members = {
        f"team-{number:03d}": {"members": {"*": [{"name": f"Team {number}", "email": f"team{number}@example.com"}]}}
        for number in range(AUDIENCES)
    }
    (folder / "audiences.yaml").write_text(json.dumps({"audiences": members}, indent=1), encoding="utf-8")
    told = json.dumps(lists(), indent=1, default=lambda amount: f"@{amount}@")
    (folder / "lists.yaml").write_text(told.replace('"@', "").replace('@"', ""), encoding="utf-8")
    return folder


def predicates(made: Sequence[GeneratedRule]) -> list[Predicate]:
    """Return each rule as a compiled function of facts and lists: the least that can decide them one by one."""
    names: dict[str, Any] = {"Decimal": Decimal, "re": re}
    return [eval(f"lambda facts, lists: {rule.python}", names) for rule in made]  # noqa: S307 - made here


def _entry(rule: GeneratedRule) -> str:
    number = int(rule.id[5:])
    then = f"{{audience: team-{number % AUDIENCES:03d}, template: escalation, channels: [email], severity: medium}}"
    when = rule.when.replace("\n", "\n      ")
    return (
        f"  - id: {rule.id}\n    description: A generated rule.\n    events: [{rule.event}]\n"
        f"    when: |\n      {when}\n    then:\n      notify: {then}\n"
    )


def _order(draw: random.Random) -> dict[str, Any]:
    lines = [_line(draw) for _ in range(draw.randrange(1, 5))]
    order = {
        "id": "1", "status": draw.choice(("New", "In Progress")), "currency": draw.choice(CURRENCIES),
        "region": draw.choice(REGIONS), "locale": draw.choice(LOCALES), "lines": lines,
        "components": [one for line in lines for one in line["components"]],
        "total": sum((line["lineTotal"] for line in lines), Decimal(0)),
        "quantity": sum(line["quantity"] for line in lines),
        "customer": {"name": "A", "email": f"a@{draw.choice(('example.com', 'example.org', 'hotels.example.net'))}"},
    }  # fmt: skip
    for name in ("region", "locale", "total", "customer"):
        if draw.random() < 0.03:
            del order[name]
    return order


def _line(draw: random.Random) -> dict[str, Any]:
    price, quantity = Decimal(draw.randrange(1_000, 400_000)) / 100, draw.randrange(1, 30)
    return {
        "sku": f"AF-{draw.choice(('SOF', 'TAB', 'BEN', 'LMP'))}-{draw.randrange(100):03d}", "quantity": quantity,
        "unitPrice": price, "lineTotal": price * quantity,
        "attributes": {"Fabric": draw.choice(FABRICS), "Wood": draw.choice(WOODS), "Width": draw.randrange(60, 260)},
        "components": [{"sku": draw.choice(SKUS), "quantity": 1} for _ in range(3)],
    }  # fmt: skip


# -- forms of conditions -----------------------------------------------------------------------------------------------


def _both(*parts: Drawn) -> Drawn:
    return "\n&& ".join(cel for cel, _ in parts), " and ".join(f"({python})" for _, python in parts)


def _is(path: str, value: str) -> Drawn:
    return f'{path} == "{value}"', f"{_at(path)} == {value!r}"


def _in(path: str, values: list[str]) -> Drawn:
    return f"{path} in {json.dumps(values)}", f"{_at(path)} in {set(values)!r}"


def _above(path: str, amount: int | float) -> Drawn:
    # What is no money is a whole number; in `data` every number is a double.
    spelt = repr(amount) if path in ("order.quantity", "job.failures", "incident.failures") else repr(float(amount))
    return f"{path} > {spelt}", f"{_at(path)} > {f'Decimal({str(amount)!r})' if path == 'order.total' else amount}"


def _at(path: str) -> str:
    return "facts" + "".join(f"[{key!r}]" for key in path.split("."))


def _new() -> Drawn:
    return _is("order.status", "New")


def _region(draw: random.Random) -> Drawn:
    if draw.random() < 0.5:
        return _is("order.region", draw.choice(REGIONS))
    return _in("order.region", sorted(draw.sample(REGIONS, 3)))


def _by_currency(draw: random.Random) -> Drawn:
    currencies = draw.sample(CURRENCIES, 3)
    amounts = [draw.randrange(20, 4000) * 50 for _ in currencies]
    ways = [_both(_is("order.currency", one), _above("order.total", amount))
            for one, amount in zip(currencies, amounts, strict=True)]  # fmt: skip
    return " || ".join(cel.replace("\n", " ") for cel, _ in ways), " or ".join(f"({python})" for _, python in ways)


def _by_limit(draw: random.Random) -> Drawn:
    limit = (
        "order.currency in lists.limits && order.total > lists.limits[order.currency]",
        "facts['order']['currency'] in lists['limits'] and facts['order']['total'] > "
        "lists['limits'][facts['order']['currency']]",
    )
    return _both(_new(), _region(draw), limit)


def _large_there(draw: random.Random) -> Drawn:
    return _both(_new(), _region(draw), _above("order.total", draw.randrange(20, 4000) * 50))


def _restricted(draw: random.Random) -> Drawn:
    region = draw.choice(REGIONS)
    loop = (
        f"order.components.exists(c, c.sku in lists.restricted.{region})",
        f"any(c['sku'] in lists['restricted'][{region!r}] for c in facts['order']['components'])",
    )
    return _both(_is("order.region", region), loop)


def _one_component(draw: random.Random) -> Drawn:
    skus = sorted(draw.sample(SKUS, 2))
    loop = (
        f"order.components.exists(c, c.sku in {json.dumps(skus)})",
        f"any(c['sku'] in {set(skus)!r} for c in facts['order']['components'])",
    )
    return _both(_new(), loop)


def _combination(draw: random.Random) -> Drawn:
    fabric, wood = draw.choice(FABRICS), draw.choice(WOODS)
    return (
        f'order.lines.exists(l, has(l.attributes) && has(l.attributes.Fabric) && l.attributes.Fabric == "{fabric}"'
        f' && l.attributes.Wood == "{wood}")',
        f"any(l['attributes']['Fabric'] == {fabric!r} and l['attributes']['Wood'] == {wood!r}"
        " for l in facts['order']['lines'] if 'Fabric' in l.get('attributes', ()))",
    )


def _wide(draw: random.Random) -> Drawn:
    width, region = draw.randrange(180, 255), _region(draw)
    loop = (
        f"order.lines.exists(l, l.attributes.Width > {width}.0)",
        f"any(l['attributes']['Width'] > {width} for l in facts['order']['lines'])",
    )
    return _both(region, loop)


def _dear_line(draw: random.Random) -> Drawn:
    amount, family = draw.randrange(50, 900) * 100, draw.choice(("SOF", "TAB", "BEN"))
    return (
        f'order.lines.exists(l, l.lineTotal > {amount}.0 && l.sku.startsWith("AF-{family}"))',
        f"any(l['lineTotal'] > {amount} and l['sku'].startswith('AF-{family}') for l in facts['order']['lines'])",
    )


def _language(draw: random.Random) -> Drawn:
    language = draw.choice(LOCALES)[:3]
    begins = f'order.locale.startsWith("{language}")', f"facts['order']['locale'].startswith({language!r})"
    return _both(_new(), begins, _above("order.quantity", draw.randrange(2, 60)))


def _customer(draw: random.Random) -> Drawn:
    ending = draw.choice(("@example.org", "@hotels.example.net"))
    ends = (
        f'has(order.customer) && has(order.customer.email) && order.customer.email.endsWith("{ending}")',
        f"'email' in facts['order'].get('customer', ()) and facts['order']['customer']['email'].endswith({ending!r})",
    )
    return _both(ends, _above("order.quantity", draw.randrange(2, 60)), _region(draw))


def _milestone(draw: random.Random) -> Drawn:
    name = draw.choice(("received", "in_production", "shipped"))
    return _both(_is("milestone.name", name), _region(draw), _above("order.quantity", draw.randrange(2, 60)))


def _job(draw: random.Random) -> Drawn:
    failed = _above("job.failures", draw.randrange(12))
    if draw.random() < 0.5:
        return _both(_is("job.type", draw.choice(("import", "export", "render"))), failed)
    pattern = f"^Import ({'|'.join(draw.sample(REGIONS, 2))})"
    return _both(
        (f'job.title.matches("{pattern}")', f"re.search({pattern!r}, facts['job']['title']) is not None"), failed
    )


def _failure(draw: random.Random) -> Drawn:
    pattern = f"^ERP-{draw.randrange(4, 6)}[0-9]{{2}}$"
    matches = f'data.errorCode.matches("{pattern}")', f"re.search({pattern!r}, facts['data']['errorCode']) is not None"
    severe = _in("data.severity", draw.sample(["low", "high", "critical"], 2))
    system, attempts = _is("data.system", draw.choice(SYSTEMS)), _above("data.attempts", draw.randrange(6))
    return _both(system, severe, attempts, *([matches] if draw.random() < 0.5 else []))


def _localized(draw: random.Random) -> Drawn:
    return _both(_is("data.locale", draw.choice(LOCALES)), _in("data.system", sorted(draw.sample(SYSTEMS, 2))))


def _regional(draw: random.Random) -> Drawn:
    outcome = _is("data.outcome", draw.choice(("approved", "rejected")))
    return _both(outcome, _is("data.region", draw.choice(REGIONS)), _above("data.attempts", draw.randrange(6)))


_OF_ORDERS = (
    _by_currency, _by_limit, _large_there, _restricted, _one_component, _combination, _wide, _dear_line, _language,
    _customer,
)  # fmt: skip
_FORMS: Mapping[str, tuple[Callable[[random.Random], Drawn], ...]] = {
    **dict.fromkeys(ORDERS, _OF_ORDERS), "order.milestone.reached": (_milestone,), "threekit.job.updated": (_job,),
    "sync.failed": (_failure,), "localization.completed": (_localized,), "regional.approval.completed": (_regional,),
}  # fmt: skip
