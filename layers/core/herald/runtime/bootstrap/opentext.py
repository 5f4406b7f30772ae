"""How the functions that call OpenText reach it, and the gate they share."""

from herald.adapters.dynamodb_state import DynamoStateStore
from herald.adapters.http_client import HttpClient
from herald.adapters.opentext import OpenTextApi, OpenTextNotifications, PhoneFormat
from herald.adapters.opentext_authentication import BasicAuthentication, OAuth2Authentication
from herald.domain.gate import GatePolicy
from herald.ports import Secrets
from herald.runtime.bootstrap.world import World
from herald.runtime.settings import OpenTextSettings
from herald.usecases.passage import Passage


def client(settings: OpenTextSettings, world: World, secrets: Secrets) -> OpenTextNotifications:
    """Return the client, signed in as the settings say."""
    api = OpenTextApi(
        settings.opentext_base_url, settings.opentext_html_type, PhoneFormat(settings.opentext_phone_format)
    )
    if settings.opentext_auth == "basic":
        http = HttpClient([settings.opentext_base_url], world.clock)
        return OpenTextNotifications(http, api, BasicAuthentication(secrets))
    http = HttpClient([settings.opentext_base_url, settings.opentext_token_url], world.clock)
    authentication = OAuth2Authentication(http, settings.opentext_token_url, secrets, world.clock)
    return OpenTextNotifications(http, api, authentication)


def passage(settings: OpenTextSettings, world: World, state: DynamoStateStore) -> Passage:
    """Return the gate before OpenText."""
    policy = GatePolicy(per_second=settings.opentext_per_second)
    return Passage(state, "opentext", policy, world.clock, world.count)
