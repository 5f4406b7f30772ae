"""Start a simulator from the shell: ``python -m simulators threekit --port 8801`` or ``opentext --port 8802``."""

import argparse
import signal
import sys
import threading
import time
from collections.abc import Sequence

from simulators.opentext.callbacks import WebhookTarget
from simulators.opentext.credentials import CLIENT_ID, CLIENT_SECRET, TENANT, USER_ID, USER_PASSWORD, Account
from simulators.opentext.outcomes import OUTCOME_NAMES
from simulators.opentext.simulator import OpenTextSimulator
from simulators.threekit.generated import Generated
from simulators.threekit.seed import ids
from simulators.threekit.simulator import ThreekitSimulator
from simulators.threekit.tokens import Tokens
from simulators.webhook_push import PushSwitches


def parser() -> argparse.ArgumentParser:
    """Build the parser of the command line."""
    top = argparse.ArgumentParser(prog="python -m simulators", description="Vendor simulators on loopback.")
    kinds = top.add_subparsers(dest="simulator", required=True)
    threekit = kinds.add_parser("threekit", help="the Threekit platform API")
    opentext = kinds.add_parser("opentext", help="the OpenText Notifications API")
    for one, port in ((threekit, 8801), (opentext, 8802)):
        one.add_argument("--host", default="127.0.0.1")
        one.add_argument("--port", type=int, default=port, help="0 takes a free port (default: %(default)s)")
        one.add_argument("--webhook-url", help="where pushes go; without it nothing is pushed")
        one.add_argument("--push-silent", action="store_true", help="push nothing")
        one.add_argument("--push-drop-next", type=int, default=0, metavar="N", help="lose the next N pushes")
        one.add_argument("--push-duplicates", type=int, default=0, metavar="N", help="N extra copies of each push")
        one.add_argument("--push-delay", type=float, default=0.0, metavar="SECONDS", help="each push waits so long")
    threekit.add_argument("--private-token", default=ids.PRIVATE_TOKEN)
    threekit.add_argument("--public-token", default=ids.PUBLIC_TOKEN)
    threekit.add_argument("--metadata-put", choices=("replace", "merge"), default="replace")
    threekit.add_argument(
        "--push-order-updates", action="store_true", help="push orders/updated upon PUT (undocumented)"
    )
    threekit.add_argument("--order-sort-fields", nargs="+", default=["createdAt"], metavar="FIELD")
    threekit.add_argument("--public-domains", nargs="*", default=["*.example.com", "localhost"], metavar="DOMAIN")
    threekit.add_argument("--items", type=int, metavar="N", help="serve a generated catalogue of so many items")
    threekit.add_argument("--catalog-seed", type=int, default=1, metavar="S", help="what it is generated from")
    threekit.add_argument("--faults", type=float, default=0.0, metavar="SHARE", help="share of its items with a fault")
    threekit.add_argument("--models", type=int, metavar="N", help="so many visual assets, not one for each item")
    _opentext_arguments(opentext)
    return top


def _opentext_arguments(opentext: argparse.ArgumentParser) -> None:
    opentext.add_argument("--user-id", default=USER_ID)
    opentext.add_argument("--password", default=USER_PASSWORD)
    opentext.add_argument("--tenant", default=TENANT)
    opentext.add_argument("--client-id", default=CLIENT_ID)
    opentext.add_argument("--client-secret", default=CLIENT_SECRET)
    opentext.add_argument("--token-lifetime", type=int, default=3600, metavar="SECONDS")
    opentext.add_argument("--no-dedupe", action="store_true", help="a repeated message_id makes a new job")
    opentext.add_argument("--plus-numbers", action="store_true", help="take telephone numbers with a leading +")
    opentext.add_argument(
        "--manual", action="store_true", help="jobs advance only through /_simulator/jobs/{id}/advance"
    )
    opentext.add_argument("--step-seconds", type=float, default=0.1, metavar="SECONDS")
    opentext.add_argument("--final-only", action="store_true", help="push the final state of a job only")
    opentext.add_argument("--out-of-order", action="store_true", help="push all changes at the end, last first")
    opentext.add_argument("--replies-url", metavar="URL", help="where SMS replies go, with the credentials below")
    opentext.add_argument("--webhook-basic", metavar="USER:PASSWORD", help="Basic credentials of the push")
    opentext.add_argument("--webhook-header", metavar="NAME:VALUE", help="a header of the push")
    opentext.add_argument("--webhook-retries", type=int, default=0, metavar="N", help="tries after a push without 2xx")
    opentext.add_argument(
        "--outcome",
        action="append",
        default=[],
        metavar="PATTERN=OUTCOME",
        help=f"fate of a recipient: {', '.join(OUTCOME_NAMES)}; may be repeated",
    )
    opentext.add_argument("--outage", action="store_true", help="answer 503 to everything until switched off")
    opentext.add_argument(
        "--requests-per-second", type=float, default=0.0, metavar="N", help="submits above it get 429; 0: no limit"
    )
    # Job ids that begin anew after a restart would look like old jobs to whoever remembers them.
    opentext.add_argument("--first-job-number", type=int, default=int(time.time()), metavar="N")


def build(arguments: argparse.Namespace) -> ThreekitSimulator | OpenTextSimulator:
    """Build the simulator the command line asks for.

    Raises ValueError for a wrong outcome or webhook credential, and for numbers that make no catalogue.
    """
    push = PushSwitches(
        arguments.push_silent, arguments.push_drop_next, arguments.push_duplicates, arguments.push_delay
    )
    if arguments.simulator == "threekit":
        catalogue = None
        if arguments.items is not None:
            models = True if arguments.models is None else arguments.models
            catalogue = Generated(arguments.catalog_seed, arguments.items, faults=arguments.faults, models=models)
        return ThreekitSimulator(
            arguments.port,
            host=arguments.host,
            webhook_url=arguments.webhook_url,
            tokens=Tokens(arguments.private_token, arguments.public_token),
            push=push,
            catalogue=catalogue,
            metadata_put=arguments.metadata_put,
            push_order_updates=arguments.push_order_updates,
            order_sort_fields=tuple(arguments.order_sort_fields),
            public_domains=tuple(arguments.public_domains),
        )
    basic, header = _pair(arguments.webhook_basic), _pair(arguments.webhook_header)
    target = WebhookTarget(arguments.webhook_url, basic, header) if arguments.webhook_url else None
    sim = OpenTextSimulator(
        arguments.port,
        host=arguments.host,
        webhook=target,
        account=Account(
            arguments.user_id, arguments.password, arguments.tenant, arguments.client_id, arguments.client_secret
        ),
        push=push,
        first_job_number=arguments.first_job_number,
        dedupe_message_id=not arguments.no_dedupe,
        plus_numbers=arguments.plus_numbers,
        manual=arguments.manual,
        step_seconds=arguments.step_seconds,
        webhook_states="final" if arguments.final_only else "each",
        out_of_order=arguments.out_of_order,
        webhook_retries=arguments.webhook_retries,
        token_lifetime_seconds=arguments.token_lifetime,
        outage=arguments.outage,
        requests_per_second=arguments.requests_per_second,
    )
    if arguments.replies_url:
        sim.replies_to(WebhookTarget(arguments.replies_url, basic, header))
    for entry in arguments.outcome:
        pattern, _, name = entry.partition("=")
        sim.outcomes.set(pattern, name)
    return sim


def _pair(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    name, colon, value = text.partition(":")
    if not colon:
        raise ValueError(f"{text!r} is not NAME:VALUE")
    return name, value.strip()


def main(words: Sequence[str] | None = None) -> int:
    """Serve until interrupted; the first line written is the address."""
    top = parser()
    try:
        sim = build(top.parse_args(words))
    except ValueError as error:
        top.error(str(error))
    over = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: over.set())
    with sim:
        sys.stdout.write(f"{sim.url}\n")
        sys.stdout.flush()
        over.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
