"""What the sources of a door must present, out of the function's secret.

The secret is ``{"sources": {"<name>": {"path_token": ..., "header": {"name", "value"}, "basic": {"username",
"password"}, "hmac": ["whsec_..."], "kind": ...}}}``. ``kind`` says what the source sends, where a door takes more than
one kind. Each of ``path_token``, ``header.value``, ``basic`` and ``hmac`` may be one
value or a list of up to three that are good at the same time, so that a secret is replaced without a gap.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from herald.domain.authentication import Credentials
from herald.domain.errors import ConfigurationError
from herald.domain.standard_webhooks import MAX_KEYS, read_key

ONE_KIND = ("",)
"""For a door whose sources all send the same kind, and name none."""

_SOURCE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources that can be authenticated, what each sends, and those whose configuration is broken, with the fix."""

    credentials: Mapping[str, Credentials] = field(repr=False)
    broken: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)


class CachedSources:
    """The sources of a secret, parsed once for each object the secret store hands out."""

    def __init__(self, secret: Callable[[], Mapping[str, Any]], kinds: tuple[str, ...] = ONE_KIND) -> None:
        self._secret = secret
        self._kinds = kinds
        self._parsed: tuple[Mapping[str, Any], Sources] | None = None

    def __call__(self) -> Sources:
        """Return the sources. Raises ``ConfigurationError``, or what the store raises."""
        secret = self._secret()
        # Kept beside the result, so that no other object can take its place in memory and pass for it.
        if self._parsed is None or self._parsed[0] is not secret:
            self._parsed = (secret, read_sources(secret, self._kinds))
        return self._parsed[1]


def read_sources(secret: Mapping[str, Any], kinds: tuple[str, ...] = ONE_KIND) -> Sources:
    """Return a secret's sources; one that is broken does not take the others with it.

    ``kinds`` are those the door takes, the first where a source names none. Raises ``ConfigurationError`` if
    ``sources`` is no object. No message holds a value of the secret.
    """
    configured = secret.get("sources", {})
    if not isinstance(configured, Mapping):
        raise ConfigurationError('the secret\'s "sources" must be an object: {"<source name>": {"hmac": [...]}, ...}')
    credentials: dict[str, Credentials] = {}
    broken: dict[str, str] = {}
    told: dict[str, str] = {}
    for name, settings in configured.items():
        if not _SOURCE_NAME.fullmatch(name):
            broken[name] = "name the source with lower-case letters, digits, - and _, 64 at most"
            continue
        try:
            source = _Source.model_validate(settings)
        except ValidationError as error:
            broken[name] = _fix(error)
            continue
        kind = source.kind if source.kind is not None else kinds[0]
        if kind not in kinds:
            broken[name] = f"kind: write one of {', '.join(kinds)}" if kinds != ONE_KIND else "kind: leave it out here"
            continue
        credentials[name], told[name] = source.credentials(), kind
    return Sources(credentials, broken, told)


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _each(check: Callable[[str], object]) -> AfterValidator:
    def checked(values: list[SecretStr]) -> list[SecretStr]:
        for value in values:
            check(value.get_secret_value())
        return values

    return AfterValidator(checked)


def _path_token(value: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{24,128}", value):
        raise ValueError("a path token is 24 to 128 letters, digits, - and _")


def _header_value(value: str) -> None:
    if not re.fullmatch(r"[\x21-\x7e](?:[\x20-\x7e]{22,510}[\x21-\x7e])", value):
        raise ValueError("a header value is 24 to 512 printable ASCII characters without blanks at its ends")


_UpToThree = Field(min_length=1, max_length=MAX_KEYS)
_PathTokens = Annotated[list[SecretStr], BeforeValidator(_as_list), _UpToThree, _each(_path_token)]
_HeaderValues = Annotated[list[SecretStr], BeforeValidator(_as_list), _UpToThree, _each(_header_value)]
_SigningKeys = Annotated[list[SecretStr], BeforeValidator(_as_list), _UpToThree, _each(read_key)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Header(_Strict):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
    value: _HeaderValues


def _password(value: SecretStr) -> SecretStr:
    if not 12 <= len(value.get_secret_value()) <= 512:
        raise ValueError("a password has 12 to 512 characters")
    return value


class _Basic(_Strict):
    username: Annotated[str, Field(pattern=r"^[^:\x00-\x1f]{1,256}$")]
    password: Annotated[SecretStr, AfterValidator(_password)]

    def pair(self) -> bytes:
        return f"{self.username}:{self.password.get_secret_value()}".encode()


class _Source(_Strict):
    kind: Annotated[str, Field(max_length=40)] | None = None
    path_token: _PathTokens | None = None
    header: _Header | None = None
    basic: Annotated[list[_Basic], BeforeValidator(_as_list), _UpToThree] | None = None
    hmac: _SigningKeys | None = None

    @model_validator(mode="after")
    def _can_be_passed(self) -> Self:
        if not (self.path_token or self.header or self.basic or self.hmac):
            raise ValueError("configure at least one of path_token, header, basic and hmac")
        if self.header and self.basic and self.header.name.lower() == "authorization":
            raise ValueError("header: basic already uses authorization; name another header")
        return self

    def credentials(self) -> Credentials:
        return Credentials(
            path_tokens=_bytes(self.path_token),
            header_name=self.header.name.lower() if self.header else "",
            header_values=_bytes(self.header.value if self.header else None),
            basic=tuple(one.pair() for one in self.basic or ()),
            signing_keys=tuple(read_key(key.get_secret_value()) for key in self.hmac or ()),
        )


def _bytes(secrets: list[SecretStr] | None) -> tuple[bytes, ...]:
    return tuple(secret.get_secret_value().encode() for secret in secrets or ())


def _fix(error: ValidationError) -> str:
    known = {"path_token", "header", "basic", "hmac", "name", "value", "username", "password", "kind"}
    problems = []
    for problem in error.errors(include_input=False, include_context=False, include_url=False):
        # A place is named only by words of ours: a misplaced secret may have become a key.
        place = ".".join(str(part) for part in problem["loc"] if part in known or isinstance(part, int))
        problems.append(f"{place or 'the source'}: {problem['msg']}")
    return "; ".join(problems)
