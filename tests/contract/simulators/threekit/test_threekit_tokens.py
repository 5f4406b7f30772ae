"""Who may call the Threekit simulator (docs/vendor/threekit.md 1.2)."""

import httpx
import pytest
from tests.contract.simulators.loopback_client import BARE
from tests.contract.simulators.threekit.threekit_callers import ORIGIN, refused

from simulators.threekit.seed import ids
from simulators.threekit.simulator import ThreekitSimulator


def test_no_token_is_403(sim: ThreekitSimulator) -> None:
    refused(BARE.get(f"{sim.url}/api/orders"), 403)


@pytest.mark.parametrize("header", ["Bearer 00000000-0000-4000-8000-000000000000", "Basic abc", "Bearer"])
def test_wrong_token_is_401(sim: ThreekitSimulator, header: str) -> None:
    refused(BARE.get(f"{sim.url}/api/orders", headers={"Authorization": header}), 401)


def test_both_token_classes_work_in_header_and_query(sim: ThreekitSimulator) -> None:
    for token in (sim.tokens.private, sim.tokens.public):
        as_header = BARE.get(f"{sim.url}/api/orders", headers={"Authorization": f"Bearer {token}", **ORIGIN})
        as_query = BARE.get(f"{sim.url}/api/orders", params={"bearer_token": token}, headers=ORIGIN)
        assert (as_header.status_code, as_query.status_code) == (200, 200)


def test_two_different_tokens_are_401(sim: ThreekitSimulator, api: httpx.Client) -> None:
    refused(api.get("/api/orders", params={"bearer_token": sim.tokens.public}), 401)


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://elsewhere.test"}])
def test_public_token_is_bound_to_its_domains(sim: ThreekitSimulator, headers: dict[str, str]) -> None:
    url = f"{sim.url}/api/orders?bearer_token={sim.tokens.public}"
    refused(BARE.get(url, headers=headers), 401)
    sim.switches.public_domains = ()
    assert BARE.get(url, headers=headers).status_code == 200


def test_another_org_is_403(api: httpx.Client) -> None:
    assert api.get("/api/orders", params={"orgId": ids.ORG}).status_code == 200
    refused(api.get("/api/orders", params={"orgId": ids.SOFA}), 403)


@pytest.mark.parametrize("path", ["/api/jobs", "/api/webhooks"])
def test_public_token_cannot_read_what_needs_rights(browser: httpx.Client, path: str) -> None:
    refused(browser.get(path), 403)


def test_unknown_path_is_404_and_wrong_method_405(api: httpx.Client) -> None:
    refused(api.get("/api/nothing"), 404)
    refused(api.delete(f"/api/orders/{ids.ORDER_BERLIN_SOFA_NEW}"), 405)


@pytest.mark.parametrize("service", ["orders", "webhooks", "assets"])
def test_healthcheck_needs_no_token(sim: ThreekitSimulator, service: str) -> None:
    assert BARE.get(f"{sim.url}/api/{service}/healthcheck").status_code == 200
