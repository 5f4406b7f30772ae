"""Who calls: the two token classes and what each may do (docs/vendor/threekit.md 1.2)."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal
from urllib.parse import urlsplit

from simulators.exchange import Request, refused
from simulators.threekit.state import ORG_ID, ThreekitSwitches

TokenClass = Literal["private", "public"]


@dataclass(frozen=True)
class Tokens:
    """The two tokens a simulator knows."""

    private: str
    public: str

    def class_of(self, request: Request, switches: ThreekitSwitches) -> TokenClass:
        """Return the class of the caller's token.

        Raises a refusal: 403 without any token, 401 for an unknown one (docs/vendor/threekit.md 4), 401 for a public
        one from a domain it is not bound to, 401 for two different tokens (unknown in the docs, refused), 403 for
        another ``orgId`` than the token's.
        """
        token = _token_of(request)
        if token not in (self.private, self.public):
            raise refused(401, "token is not valid")
        if token == self.public:
            _check_domain(request, switches.public_domains)
        if request.query_value("orgId") not in (None, ORG_ID):
            raise refused(403, "the token does not belong to this org")
        return "private" if token == self.private else "public"


def private_only(caller: TokenClass, what: str) -> None:
    """Raise a 403 refusal for a public token (docs/vendor/threekit.md 4: not enough rights)."""
    if caller != "private":
        raise refused(403, f"{what} needs a private token")


def _token_of(request: Request) -> str:
    given = set()
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise refused(401, "Authorization must be Bearer <token>")
        given.add(token.strip())
    in_query = request.query_value("bearer_token")
    if in_query is not None:
        given.add(in_query)
    if not given:
        raise refused(403, "no token given")
    if len(given) > 1:
        raise refused(401, "two different tokens given")
    return given.pop()


def _check_domain(request: Request, domains: tuple[str, ...]) -> None:
    host = urlsplit(request.headers.get("origin", "")).hostname
    if domains and not (host and any(fnmatchcase(host, domain) for domain in domains)):
        raise refused(401, "the public token is bound to its domains; Origin is missing or not one of them")
