"""How a scan's book lies in SQLite: its tables, and how ids, texts and times are spelt there."""

import json
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from herald.domain.catalog.item import asset_id, is_uuid
from herald.domain.rfc3339 import parse_timestamp

BOOK = """
CREATE TABLE IF NOT EXISTS progress (source TEXT PRIMARY KEY, page INTEGER, done INTEGER);
CREATE TABLE IF NOT EXISTS asset (
  id BLOB PRIMARY KEY, type TEXT, published INTEGER, updated INTEGER, warnings INTEGER, tagset INTEGER,
  proxyId BLOB, defaultStageId BLOB, defaultCompositeId BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tagset (number INTEGER PRIMARY KEY, tags TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS tag (id TEXT PRIMARY KEY, name TEXT, legacy TEXT);
CREATE TABLE IF NOT EXISTS bearer (tag TEXT PRIMARY KEY, items INTEGER);
CREATE TABLE IF NOT EXISTS draft (tag TEXT, item BLOB, PRIMARY KEY (tag, item)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pricebook (id TEXT PRIMARY KEY, name TEXT, currencies TEXT);
CREATE TABLE IF NOT EXISTS locale (code TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS translated (key BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS price (key TEXT, currency TEXT, amount TEXT, PRIMARY KEY (key, currency)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS table_row (table_id TEXT, content TEXT);
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS order_line (
  order_id TEXT, item BLOB, configuration INTEGER, open INTEGER, market TEXT, currency TEXT, amount TEXT
);
CREATE INDEX IF NOT EXISTS order_line_item ON order_line (item);
CREATE INDEX IF NOT EXISTS order_line_configuration ON order_line (configuration);
"""
LONG = """
CREATE TABLE IF NOT EXISTS long.configuration (number INTEGER PRIMARY KEY, id TEXT UNIQUE, item BLOB);
CREATE INDEX IF NOT EXISTS long.configuration_item ON configuration (item);
CREATE TABLE IF NOT EXISTS long.choice (
  configuration INTEGER, attribute TEXT, value BLOB, PRIMARY KEY (configuration, attribute, value)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS long.choice_value ON choice (value);
CREATE TABLE IF NOT EXISTS long.scanned (partition TEXT PRIMARY KEY, run TEXT);
CREATE TABLE IF NOT EXISTS long.past (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS long.member (id BLOB PRIMARY KEY, partition TEXT, run TEXT) WITHOUT ROWID;
"""
_OTHER = b"." * 17
_NOTHING = b""
"""A choice whose value is no asset."""


def key_of(identity: str) -> bytes:
    """Return an id in few bytes: Threekit's are UUIDs (docs/vendor/threekit.md 4); any other is longer than those."""
    if is_uuid(identity) and identity == identity.lower():
        return UUID(identity).bytes
    return _OTHER + identity.encode("utf-8", "surrogatepass")


def id_of(key: bytes) -> str:
    """Return the id of a key."""
    return str(UUID(bytes=key)) if len(key) == 16 else key[len(_OTHER) :].decode("utf-8", "surrogatepass")


def storable(value: object) -> str:
    """Return a text as SQLite can hold it: half of a surrogate pair, which JSON may hold, becomes a question mark."""
    return str(value).encode("utf-8", "replace").decode("utf-8")


def text_key(locale: str, text: str) -> bytes:
    """Return the key of a text in a language."""
    return blake2b(f"{locale}\0{text}".encode("utf-8", "surrogatepass"), digest_size=12).digest()


def chosen(told: object) -> list[bytes]:
    """Return the assets a choice names, by key; one mark where it names none (2.2: one asset, a list, or a value)."""
    if isinstance(told, list):
        return [key_of(found) for entry in told if (found := asset_id(entry))] or [_NOTHING]
    found = asset_id(told)
    return [key_of(found)] if found else [_NOTHING]


@lru_cache(maxsize=4096)
def tags_of(spelt: str) -> frozenset[str]:
    """Return the tags of a spelt list."""
    return frozenset(json.loads(spelt))


def milliseconds(value: object) -> int | None:
    """Return a time as milliseconds, ``None`` for none; one that cannot be read still says that there is one."""
    if not isinstance(value, str) or not value:
        return None
    at = parse_timestamp(value)
    return int(at.timestamp() * 1000) if at else 0


def instant(milliseconds: int | None) -> datetime | None:
    """Return a time of so many milliseconds; ``None`` for none."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC) if milliseconds is not None else None


def is_decimal(text: str) -> bool:
    """Say whether a text is a number."""
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
