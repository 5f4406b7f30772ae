"""Two questions put to a house in which something has happened: why, and what if the rules were others."""

from datetime import timedelta

from tests.integration.house import House

from herald.adapters.cel import CelRuleEngine
from herald.domain.configuration import Configuration
from herald.usecases.trace import Tracer
from herald.usecases.why import AskWhy, Why
from herald_cli.backtest_facts import SeenAgain
from herald_cli.backtest_run import Backtest, backtest
from herald_cli.backtest_side import both_sides
from herald_cli.backtest_sources import recorded_cases
from herald_cli.inbox_scan import InboxScan
from herald_cli.why_answer import answers


def why(house: House, event_id: str, who: str) -> Why:
    """The chain between an event and somebody."""
    tracer = Tracer(house.inbox, house.decisions, house.audit, house.ledger)
    found = AskWhy(tracer, house.configurations, house.state)(event_id, who)
    assert found is not None
    return found


def answer(house: House, event_id: str, who: str) -> str:
    """What is said at the top, the furthest first."""
    return str(answers(why(house, event_id, who))[0])


def what_if(house: House, after: Configuration) -> Backtest:
    """Everything that is recorded, replayed by what is in force and by another configuration."""
    store = house.configurations
    before = store.active()
    recorded = InboxScan(house.dynamodb, "InboxTable", "AuditTable").since(house.clock() - timedelta(days=30))
    told = recorded_cases(recorded, SeenAgain(before, after, store.version))
    return backtest(told, both_sides(before, after, CelRuleEngine()), None)
