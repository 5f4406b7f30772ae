"""A chain of ``approvals.yaml`` with its place, and what is said of whoever it names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from herald.domain.approval.policy import Approvers, Chain
from herald.domain.configuration import Configuration, Rule
from herald.domain.delivery import Channel
from herald.domain.event_types import variables_of
from herald_cli.findings import Finding, did_you_mean
from herald_cli.path_lint import bad_path, types_without
from herald_cli.reach_lint import FOR_ALL_OTHERS, may_miss, not_available, unreachable
from herald_cli.yaml_reader import Document, Keys


@dataclass(frozen=True, slots=True)
class PlacedChain:
    """A chain, the file it stands in, and the rules that ask for it."""

    chain: Chain
    document: Document
    configuration: Configuration
    asking: tuple[Rule, ...]

    @property
    def keys(self) -> Keys:
        """The keys that lead to the chain."""
        return ("chains", self.chain.id)

    def finding(self, at: Keys, code: str, message: str, fix: str = "", *, warning: bool = False) -> Finding:
        """Return a finding at keys below the chain."""
        found = self.document.finding((*self.keys, *at), code, message, fix)
        return replace(found, warning=True) if warning else found

    def events(self, rules: Iterable[str] = ()) -> list[str]:
        """Return the types on which it is asked for an order, by some of the rules that ask for it or by any."""
        chosen = set(rules) or {rule.id for rule in self.asking}
        listened = {event_type for rule in self.asking if rule.id in chosen for event_type in rule.events}
        return sorted(one for one in listened if "order" in variables_of(one, self.configuration.mapping))

    def path(self, at: Keys, path: str, rules: Iterable[str] = ()) -> Iterator[Finding]:
        """Yield what is wrong with a path over the facts of the events on which it is asked for."""
        wrong = list(bad_path(self.document, (*self.keys, *at), path))
        yield from wrong
        lacking = types_without(path, self.events(rules), self.configuration.mapping)
        if lacking and not wrong:
            yield self.finding(at, "not-available", f"`{path}` is not available for {', '.join(lacking)}")

    def channels(self, at: Keys, channels: Iterable[Channel]) -> Iterator[Finding]:
        """Yield where approvals would be told over fax."""
        for number, channel in enumerate(channels):
            if channel is Channel.FAX:
                message = "a fax lies about for anybody to read, with a link that decides and that nobody can press"
                yield self.finding(
                    (*at, "channels", number), "approval-by-fax", message, "write email, sms or whatsapp"
                )

    def approvers(
        self, at: Keys, approvers: Approvers, channels: tuple[Channel, ...], rules: Iterable[str] = ()
    ) -> Iterator[Finding]:
        """Yield what is wrong with those who are asked."""
        if approvers.found is not None:
            yield from self.path((*at, "found"), approvers.found, rules)
        if approvers.audience is not None:
            yield from self.audience((*at, "audience"), approvers.audience, channels, rules, decides=True)

    def audience(
        self, at: Keys, name: str, channels: tuple[Channel, ...], rules: Iterable[str] = (), *, decides: bool = False
    ) -> Iterator[Finding]:
        """Yield what is wrong with an audience: it is unknown, nobody for some events, or not to be reached.

        Whoever ``decides`` is not the requester.
        """
        audience = self.configuration.audiences.get(name)
        if audience is None:
            fix = did_you_mean(name, self.configuration.audiences)
            yield self.finding(at, "unknown-audience", f"audiences.yaml has no audience `{name}`", fix)
            return
        wrong = list(not_available(audience, self.events(rules), self.configuration))
        for message in wrong:
            yield self.finding(at, "audience-not-available", message)
        for message in () if wrong else may_miss(audience, self.events(rules)):
            yield self.finding(at, "nobody-for-some", message, FOR_ALL_OTHERS, warning=True)
        if audience.consent is not None:
            message = f"`{name}` is told with consent only, which approvals do not ask for"
            yield self.finding(at, "consent-in-approval", message, "name an audience without consent")
        if decides and audience.person == self.chain.requester:
            message = f"`{name}` is the requester, who never approves"
            yield self.finding(at, "requester-approves", message, "name somebody else")
        for message in unreachable(audience, channels):
            yield self.finding(at, "no-address", message, "add a channel, or an address in audiences.yaml")
