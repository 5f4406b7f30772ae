"""What a workflow's own body means: an event of the contract, by ``config/mapping.yaml``."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from herald.domain.event import Event
from herald.domain.facts import MappingError
from herald.domain.paths import found
from herald.domain.workflow_envelope import WORKFLOW_TYPE


def as_agreed(event: Event, mapping: Mapping[str, Any]) -> Event:
    """Return an event of the contract for a workflow's own body, and any other event as it is.

    The first entry of the source whose ``when`` finds something says what the body means. Raises ``MappingError`` if
    none does, or if what is found breaks the contract.
    """
    if event.type != WORKFLOW_TYPE:
        return event
    from herald.domain.workflow_contract import ContractBrokenError, contract_subject  # noqa: PLC0415 - few events need it

    source = event.source.rpartition("/")[2]
    entries = mapping.get(WORKFLOW_TYPE, {}).get("callbacks", {}).get(source, [])
    entry = next((one for one in entries if "when" not in one or found(one["when"], event.data)), None)
    if entry is None:
        raise MappingError(WORKFLOW_TYPE, f"config/mapping.yaml has no callback of {source} that fits this body")
    values = {name: found(path, event.data) for name, path in entry["data"].items()}
    data = {name: value for name, value in values.items() if value is not None}
    try:
        subject = contract_subject(entry["type"], data)
    except ContractBrokenError as error:
        raise MappingError(f"{WORKFLOW_TYPE}.{source}", str(error)) from None
    return replace(event, type=entry["type"], subject=str(subject), data=data)
