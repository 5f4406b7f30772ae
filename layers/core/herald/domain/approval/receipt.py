"""Receipts: who decided what, on which fingerprint, when, by which policy. Signed, and verified without Herald."""

from typing import Any

from herald.domain.approval.approval import Answer, Approval
from herald.domain.canonical import canonical_json

TYPE = "herald.approval.receipt/1"


def receipt_of(approval: Approval) -> dict[str, Any]:
    """Return the receipt of an approval that has ended, in plain JSON, without its signature."""
    order = approval.stand.order
    told = {"order": str(order["id"])} if "id" in order else {}
    total = {"total": str(order["total"])} if "total" in order else {}
    currency = {"currency": str(order["currency"])} if "currency" in order else {}
    return {
        "type": TYPE, "approval": approval.id, "subject": approval.subject, "round": approval.round,
        "outcome": str(approval.state), "fingerprint": approval.fingerprint,
        "about": {**told, **total, **currency},
        "policy": {"chain": approval.chain, "configuration": approval.config_version},
        "steps": [
            {"id": run.id, "title": run.title, "state": str(run.state), "quorum": str(run.quorum), "needed": run.needed,
             "fingerprint": run.print}
            for run in approval.steps
        ],
        "decisions": [_decision(one) for one in approval.answers],
        "ended": {
            "at": approval.end.at.isoformat() if approval.end else None,
            "by": str(approval.end.by) if approval.end else None,
            "name": approval.end.name if approval.end else "",
            "reason": approval.end.reason if approval.end else "",
        },
    }  # fmt: skip


def signed_text(receipt: dict[str, Any]) -> bytes:
    """Return the bytes that a signature covers: all but the signature, spelt canonically."""
    return canonical_json({name: value for name, value in receipt.items() if name != "signature"}).encode(
        "utf-8", "surrogatepass"
    )


def _decision(answer: Answer) -> dict[str, Any]:
    return {
        "step": answer.step, "name": answer.person.name, "address": answer.person.email or answer.person.phone,
        "verdict": str(answer.verdict), "reason": answer.reason, "channel": answer.channel, "at": answer.at.isoformat(),
        "fingerprint": answer.print, "counted": answer.counted and not answer.void, "carried": answer.carried,
        **({"inPlaceOf": list(answer.person.in_place_of)} if answer.person.in_place_of else {}),
    }  # fmt: skip
