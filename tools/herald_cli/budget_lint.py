"""``budgets.yaml`` checked before it ships: limits that can be reached, and somebody who hears of them."""

from collections.abc import Iterator
from dataclasses import replace

from herald.domain.audience import usable_email
from herald.domain.budget_plan import ANY, BudgetPlan, Limit, Scope, plan_of
from herald.domain.calling_codes import PREFIXES
from herald.domain.configuration import Configuration
from herald.domain.delivery import Channel
from herald.domain.event_types import APPROVAL_PREFIX, BUDGET_REACHED
from herald.domain.money import MINOR_UNITS, MoneyError, exact_amount
from herald.domain.prices import DEFAULT
from herald.usecases.approvals.tellings import TEMPLATES
from herald_cli.configuration_folder import BUDGETS, LoadedFolder
from herald_cli.findings import Finding, did_you_mean
from herald_cli.yaml_reader import Document, Keys


def budget_findings(loaded: LoadedFolder, configuration: Configuration) -> Iterator[Finding]:
    """Yield what is wrong with the budgets; a limit whose end nobody would hear of is a warning."""
    document = loaded.documents.get(BUDGETS)
    if document is None:
        return
    plan = plan_of(configuration.budgets)
    if plan.currency not in MINOR_UNITS:
        message = f"`{plan.currency}` is no currency code of ISO 4217"
        yield document.finding(("currency",), "bad-currency", message)
    yield from _prices(document, plan)
    seen: set[str] = set()
    for number, limit in enumerate(plan.limits):
        at: Keys = ("limits", number)
        if limit.id in seen:
            yield document.finding((*at, "id"), "duplicate-limit", f"the limit `{limit.id}` stands here already")
        seen.add(limit.id)
        yield from _amount(document, at, limit, plan.currency)
        yield from _match(document, at, limit, configuration)
        yield from _channels(document, at, limit, plan)
        yield from _announced(document, at, limit, configuration)


def _prices(document: Document, plan: BudgetPlan) -> Iterator[Finding]:
    for channel, prices in plan.prices.items():
        at: Keys = ("prices", str(channel))
        if DEFAULT not in prices:
            message = f"{channel} has no default price, so a message to any other country would cost nothing"
            yield document.finding(at, "no-default-price", message, f"add {DEFAULT}")
        for country in prices.keys() - {DEFAULT}:
            if channel is Channel.EMAIL:
                message = "an e-mail address has no country"
                yield document.finding((*at, country), "e-mail-by-country", message, f"keep {DEFAULT} only")
            else:
                yield from _country(document, (*at, country), country)


def _country(document: Document, at: Keys, country: str) -> Iterator[Finding]:
    if country not in PREFIXES:
        fix = did_you_mean(country, PREFIXES) or "write the two letters of ISO 3166, as in DE"
        yield document.finding(at, "unknown-country", f"no number is known of `{country}`", fix)


def _amount(document: Document, at: Keys, limit: Limit, currency: str) -> Iterator[Finding]:
    if currency in MINOR_UNITS:
        try:
            exact_amount(limit.amount, currency)
        except MoneyError as error:
            yield document.finding((*at, "amount"), "bad-amount", str(error))


def _match(document: Document, at: Keys, limit: Limit, configuration: Configuration) -> Iterator[Finding]:
    match, at = limit.match, (*at, "match")
    if match == ANY:
        return
    if limit.scope is Scope.COUNTRY:
        yield from _country(document, at, match)
    elif limit.scope is Scope.RULE:
        rules = {rule.id for rule in configuration.rules} | {f"{APPROVAL_PREFIX}{kind}" for kind in TEMPLATES}
        if match not in rules:
            yield document.finding(at, "unknown-rule", f"there is no rule `{match}`", did_you_mean(match, rules))
    elif usable_email(match) is None and not match.startswith("+"):
        message = "a person is matched by the e-mail address, or by the number where there is none"
        yield document.finding(at, "unknown-person", message, 'write anna@example.com, or "+493023125101"')


def _channels(document: Document, at: Keys, limit: Limit, plan: BudgetPlan) -> Iterator[Finding]:
    for number, channel in enumerate(limit.channels):
        place: Keys = (*at, "channels", number)
        if limit.scope is Scope.COUNTRY and channel is Channel.EMAIL:
            message = f"an e-mail address has no country, so no e-mail counts for `{limit.id}`"
            yield document.finding(place, "e-mail-by-country", message, "remove it")
        elif not any(plan.prices.get(channel, {}).values()):
            message = f"{channel} has no price, so it never uses up `{limit.id}`"
            yield document.finding(place, "no-price", message, f"add prices: {{{channel}: {{{DEFAULT}: ...}}}}")


def _announced(document: Document, at: Keys, limit: Limit, configuration: Configuration) -> Iterator[Finding]:
    own = bool(document.value["limits"][at[1]].get("audience"))
    where: Keys = (*at, "audience") if own else ("audience",)
    if limit.audience and limit.audience not in configuration.audiences:
        fix = did_you_mean(limit.audience, configuration.audiences)
        yield document.finding(where, "unknown-audience", f"audiences.yaml has no audience `{limit.audience}`", fix)
        return
    told = {rule.then.audience for rule in configuration.rules_for(BUDGET_REACHED) if rule.then}
    if (limit.audience not in told) if limit.audience else not told:
        message = f"nobody hears what becomes of `{limit.id}`"
        fix = f"let a rule listen to {BUDGET_REACHED} and notify {limit.audience or 'an audience'}"
        yield replace(document.finding(where, "nobody-told", message, fix), warning=True)
    elif limit.degrade_at not in plan_of(configuration.budgets).announce:
        message = f"`{limit.id}` sends messages another way from {limit.degrade_at} % on, which nobody is told then"
        found = document.finding((*at, "degrade_at"), "not-announced", message, f"add {limit.degrade_at} to announce")
        yield replace(found, warning=True)
