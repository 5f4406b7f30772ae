"""A segment is examined: checks, readiness, what changed. Nothing is told or remembered yet."""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from herald.catalog_ports import ScanBook
from herald.domain.canonical import fingerprint
from herald.domain.catalog.check import Check, Requirement
from herald.domain.catalog.finding import Finding
from herald.domain.catalog.gathering import is_exempt
from herald.domain.catalog.item import CatalogItem
from herald.domain.catalog.launch import Shown, change_of, fits, late_locales, ready_in
from herald.domain.catalog.messages import Told
from herald.domain.catalog.own_checks import as_rules, item_facts, own_finding, told_tags
from herald.domain.catalog.plan import CatalogPlan, plan_document
from herald.domain.catalog.prints import content_print, item_print
from herald.domain.catalog.readiness import Cell, cells_of, scored
from herald.domain.catalog.run import Run, Stage
from herald.domain.catalog.state import Cellscore, ItemState, finding_document, state_document
from herald.domain.decision import Verdict
from herald.domain.item_launch import ItemLaunch
from herald.usecases import shelves
from herald.usecases.outcome import DONE, Outcome
from herald.usecases.scan.export import identity_of, product_of
from herald.usecases.scan.read import DEFAULT_LOCALE
from herald.usecases.scan.resume import Resume
from herald.usecases.scan.tell import CHANGES, KINDS, LATENESS, LAUNCHES
from herald.usecases.scan.workshop import Workshop, results_key, segments_key


@dataclass(frozen=True)
class Examine:
    """Examines one segment. Made twice it finds the same, since all it looks at is of its run."""

    workshop: Workshop
    resume: Resume

    def __call__(self, message: Mapping[str, Any], attempt: int, enough_time: Callable[[], bool]) -> Outcome:  # noqa: ARG002 - as every step is called
        """Examine a segment and write down what was found."""
        shop, run = self.workshop, self.workshop.run(str(message["run"]))
        partition, segment = str(message["partition"]), str(message["segment"])
        if run.stage is not Stage.EXAMINING:
            return DONE
        key = results_key(run.id, partition, segment)
        if shop.files.get(key) is None:
            packed = shop.files.get(segments_key(run.id, partition) + segment)
            texts = gzip.decompress(packed).decode("utf-8", "surrogatepass").split("\n") if packed else []
            examination = Examination(shop, run, partition)
            shop.put_json(key, examination.of(texts))
            for check, problem in examination.errors.items():
                shop.count("CheckErrors", 1)
                shop.complain("scan.check_failed", {"check": check, "problem": problem, "run": run.id})
        shop.checkpoint("scan.examined", run.id)
        self.resume.close_if_all_is_examined(run)
        return DONE


@dataclass
class Examination:
    """The examination of one partition's items in one run."""

    shop: Workshop
    run: Run
    partition: str
    errors: dict[str, str] = field(default_factory=dict)
    crashed: str = ""
    """The item at which a check crashed last."""

    def __post_init__(self) -> None:
        self.configuration, self.plan = self.shop.configuration(self.run)
        self.book: ScanBook = self.shop.books.complete(self.run.id)
        self.cells = cells_of(self.plan.regions, self.book.pricebooks, spoken(self.book))
        self.today = self.run.began_at.date()
        # What no check misses of the prices that there can be counts as there.
        self.prices = frozenset(f"{one.id}/{currency}" for one in self.book.pricebooks for currency in one.currencies)
        self.checks = tuple(enabled(self.shop.checks, self.plan))
        self.requirements = {check.name: check.requirement for check, _ in self.checks} | {
            own.name: own.requirement for own in self.plan.own_checks
        }
        self.basis = basis_of(self.shop.code_print, self.plan, self.book)
        self.price_key = price_key(self.checks) if any(table.key_column for table in self.plan.datatables) else ""
        self.baseline = not self.book.had(self.partition)
        # Milestones of localization are few beside the items: one question for the segment.
        self.launches: Mapping[str, ItemLaunch] = (
            shelves.item_launches(self.shop.state).all() if self.plan.regions else {}
        )

    def of(self, texts: Sequence[str]) -> dict[str, Any]:
        """Return what is found in a segment, as JSON can hold it."""
        result = _Result()
        # An export may tell of an item twice; it is one all the same.
        items = {item.id: (item, text) for item, text in (self._item(text) for text in texts if text)}
        known = self.shop.states.load(list(items))
        for identity, (item, text) in items.items():
            before = known.get(identity)
            try:
                self._one(item, text, before, result)
            except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
                # Whatever its record holds, it must not keep the others from being examined.
                self.errors.setdefault("item", f"{type(error).__name__} at {identity}")
                self._as_it_was(before, result)
        return result.document(self.errors)

    def _item(self, text: str) -> tuple[CatalogItem, str]:
        record = json.loads(text, parse_float=Decimal)
        identity = identity_of(record) or ""
        return CatalogItem(identity, product_of(record), self.book.asset(identity)), text

    def _as_it_was(self, before: ItemState | None, result: "_Result") -> None:
        """Let what was known of an item stand; one that nothing was known of waits for the next scan."""
        if before is not None:
            result.add(before, before, self._exempt(before.findings, before.id, before.sku))

    def _exempt(self, findings: Sequence[Finding], *names: str) -> set[int]:
        return {
            place for place, finding in enumerate(findings) if is_exempt(self.plan, finding, self.today, *names)
        }  # fmt: skip

    def _one(self, item: CatalogItem, text: str, before: ItemState | None, result: "_Result") -> None:
        if item.asset is None:
            # The asset list lacks it: it came or went while it was read.
            self._as_it_was(before, result)
            return
        print_ = item_print(text, item, self.book, self.basis, self.price_key)
        shown = self._shown(item)
        same = before is not None and before.print == print_
        if before is not None and same:
            findings, content = before.findings, before.content
        else:
            findings, content = self.findings(item, before), content_print(item.product)
            print_ = print_ if self.crashed != item.id else ""
            result.looked += 1
        published = item.asset.published_at
        exempt = self._exempt(findings, item.id, shown.sku)
        standing = [finding for place, finding in enumerate(findings) if place not in exempt]
        scores = self._scores(item, shown, standing, before, same=same and not findings)
        launch = self.launches.get(item.id, ItemLaunch())
        plain = {cell: known.score for cell, known in scores.items()}
        ready = [region.name for region in ready_in(self.plan, plain, self.cells, launch)] if published else []
        # What was withdrawn is launched anew when it comes back.
        announced = before.announced if before and published else ()
        lacking = {c.locale for c in self.cells if c.key in plain and Requirement.TRANSLATION in plain[c.key].lacks}
        late = late_locales(self.plan, published, lacking, launch, self.run.began_at)
        state = ItemState(
            item.id, item.name, print_, content, self.partition,
            self.plan.steward_of(shown.tags, shown.metadata), published, findings, scores,
            tuple(dict.fromkeys((*announced, *ready))), tuple(late), shown.sku,
        )  # fmt: skip
        result.add(state, before, exempt)
        self._tell(shown, state, before, [region for region in ready if region not in announced], result)

    def _tell(
        self, shown: Shown, state: ItemState, before: ItemState | None, ready: Sequence[str], result: "_Result"
    ) -> None:
        """Note what somebody waits for. What was never looked at before is no news where everything is new."""
        first = before is None and self.baseline
        change = change_of(before, state.published_at, state.content, baseline=first)
        if change:
            groups = [group.name for group in self.plan.groups if fits(group.match, shown)]
            result.told(CHANGES, groups, shown, change)
        # Nor is it in a region that is new itself.
        looked_at = {cell.split("/")[1] for cell in before.scores} if before else set(ready)
        result.told(LAUNCHES, [region for region in ready if not first and region in looked_at], shown, "ready")
        late = [locale for locale in state.late if before is None or locale not in before.late]
        result.told(LATENESS, late, shown, "late")

    def findings(self, item: CatalogItem, before: ItemState | None) -> tuple[Finding, ...]:
        """Ask every check; one that crashes is noted, and the others go on.

        What a crashed check found before stands, and the item is looked at again by the next scan.
        """
        found: list[Finding] = []
        for check, settings in self.checks:
            try:
                found += check.run(item, self.book, settings)
            except Exception as error:  # noqa: BLE001 - a check may be anybody's, and must not stop the others
                found += self._failed(check.name, type(error).__name__, item, before)
        return tuple(_plain(finding) for finding in found + self._own_findings(item, before))

    def _failed(self, check: str, why: str, item: CatalogItem, before: ItemState | None) -> list[Finding]:
        self.errors.setdefault(check, f"{why} at {item.id}")
        self.crashed = item.id
        return [finding for finding in (before.findings if before else ()) if finding.check == check]

    def _own_findings(self, item: CatalogItem, before: ItemState | None) -> list[Finding]:
        if not self.plan.own_checks:
            return []
        try:
            facts = {"item": item_facts(item, self.book)}
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            why = type(error).__name__
            return [one for own in self.plan.own_checks for one in self._failed(own.name, why, item, before)]
        found = []
        outcomes = self.shop.rules.evaluate(self.configuration, as_rules(self.plan.own_checks), facts)
        for own, outcome in zip(self.plan.own_checks, outcomes, strict=True):
            if outcome.verdict is Verdict.MATCHED:
                found.append(own_finding(own, item))
            elif outcome.verdict is Verdict.ERROR:
                found += self._failed(own.name, outcome.detail, item, before)
        return found

    def _shown(self, item: CatalogItem) -> Shown:
        metadata = item.metadata
        sku, picture = metadata.get(self.plan.sku_key), metadata.get("_thumbnail")
        return Shown(
            id=item.id, name=item.name, sku=str(sku) if sku is not None else "",
            picture=picture if isinstance(picture, str) and picture.startswith("https://") else "",
            link=self.plan.item_link.replace("{id}", item.id), metadata=metadata,
            tags=tuple(self.book.tag_names(item.id)) or tuple(told_tags(item.product)),
        )  # fmt: skip

    def _scores(
        self, item: CatalogItem, shown: Shown, findings: Sequence[Finding], before: ItemState | None, *, same: bool
    ) -> dict[str, Cellscore]:
        known = before.scores if before else {}
        if same and not any(score.told for score in known.values()):
            return dict(known)
        required = [(self.requirements[found.check], found) for found in findings if found.check in self.requirements]
        scores = {}
        for cell in self._cells_for(shown):
            score = scored(self.plan, cell, required, len(item.texts), self.prices)
            old = known.get(cell.key)
            if old is None or old.score == score:
                scores[cell.key] = replace(old, told=False) if old else Cellscore(score)
            else:
                scores[cell.key] = Cellscore(score, old.score.points)
        return scores

    def _cells_for(self, shown: Shown) -> Iterator[Cell]:
        meant = {region.name for region in self.plan.regions if fits(region.match, shown)}
        return (cell for cell in self.cells if cell.region in meant)


def spoken(book: ScanBook) -> frozenset[str]:
    """Return all languages of the organisation; its default one needs no translation."""
    return frozenset((*book.locales, book.noted(DEFAULT_LOCALE) or ""))


def enabled(checks: Mapping[str, Check], plan: CatalogPlan) -> Iterator[tuple[Check, Mapping[str, Any]]]:
    """Yield the checks that are asked, with their settings."""
    for name, check in checks.items():
        settings = plan.checks.get(name, {})
        if settings.get("enabled", True):
            yield check, {**check.settings, **settings}


def _plain(finding: Finding) -> Finding:
    """Return a finding whose evidence is as it will be read back, so that equal findings stay equal."""
    return replace(finding, evidence=json.loads(json.dumps(finding.evidence, default=str)))


def price_key(checks: Sequence[tuple[Check, Mapping[str, Any]]]) -> str:
    """Return the metadata by which datatables are asked for prices."""
    return next((str(settings["sku_key"]) for _, settings in checks if "sku_key" in settings), "")


def basis_of(code_print: str, plan: CatalogPlan, book: ScanBook) -> str:
    """Return the fingerprint of what is the same for all items of a run."""
    settled = plan_document(plan)
    # What only sorts, tells or forgives findings makes no item worth another look.
    for name in ("exemptions", "escalations", "mutes", "top", "remind_after_days", "partitions", "item_link"):
        settled.pop(name)
    skipped = [book.tag(name) for settings in plan.checks.values() for name in settings.get("skip_tags", ())]
    return fingerprint([code_print, settled, book.context_print(), skipped])


@dataclass
class _Result:
    """What was found in a segment."""

    items: int = 0
    looked: int = 0
    exempt: int = 0
    findings: list[list[Any]] = field(default_factory=list)
    states: list[list[Any]] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    lists: dict[str, dict[str, Told]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    numbers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    board: dict[str, list[int]] = field(default_factory=dict)

    def add(self, state: ItemState, before: ItemState | None, exempt: set[int]) -> None:
        self.items += 1
        self.exempt += len(exempt)
        self.members.append(state.id)
        self.findings += [
            [state.id, state.name, state.steward, *finding_document(finding)]
            for place, finding in enumerate(state.findings)
            if place not in exempt
        ]
        if state != before:
            self.states.append([state.id, state_document(state)])
        for cell, known in state.scores.items():
            sums = self.board.setdefault(cell, [0, 0, 0])
            sums[0] += 1
            sums[1] += known.score.points
            sums[2] += known.score.launchable

    def told(self, kind: str, keys: Sequence[str], shown: Shown, change: str) -> None:
        """Note what happened to an item for each of those who wait for it; all are counted, the first are named."""
        self.numbers[kind] += kind == CHANGES or bool(keys)
        row = [shown.id, shown.name, shown.sku, shown.picture, shown.link]
        for key in keys:
            self.lists[kind].setdefault(key, Told()).add(row, change)

    def document(self, errors: Mapping[str, str]) -> dict[str, Any]:
        return {
            "items": self.items, "looked": self.looked, "exempt": self.exempt, "findings": self.findings,
            "states": self.states, "members": self.members, "board": self.board, "errors": dict(errors),
            "numbers": self.numbers,
            "told": {
                kind: {key: [told.rows, told.counts] for key, told in keys.items()}
                for kind, keys in self.lists.items()
            },
        }  # fmt: skip
