"""How the functions that call Threekit reach it."""

from herald.adapters.http_client import HttpClient
from herald.adapters.secrets_manager import SecretsManagerSecrets
from herald.adapters.threekit import ThreekitPlatform
from herald.runtime.bootstrap.world import World


def client(base_url: str, secret_id: str, world: World) -> ThreekitPlatform:
    """Return the client with the private token of a secret."""
    secrets = SecretsManagerSecrets(world.client("secretsmanager"), secret_id, world.clock)
    return ThreekitPlatform(HttpClient([base_url], world.clock), base_url, secrets)
