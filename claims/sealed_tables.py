"""Which columns of these tables were in clear before they were sealed: for the migrations that seal them (0009 to 0011)."""

import json
from collections.abc import Mapping
from typing import Any

from common.sealing.box import Box
from common.sealing.upgrading import Sealed, document


def _of_check(values: Mapping[str, Any], box: Box) -> Mapping[str, Any]:
    facts, decision = document(values["facts"]), document(values["decision"])
    more: dict[str, Any] = {}
    if facts is not None and (member := (facts.get("member") or {}).get("member_ref")):
        more["member_tag"] = box.tag(member, "claims_claimcheck.member_ref")
    if decision is not None:
        more["totals"] = json.dumps(decision["totals"])
        more["catalogs"] = json.dumps(_cited(decision["catalogs"]))
    return more


def _of_chunk(values: Mapping[str, Any], _box: Box) -> Mapping[str, Any]:
    if values["parts"] is None:
        return {}
    parts = [json.loads(part) for part in values["parts"].split("\n") if '"checksum"' in part]
    cited = [
        one for part in parts if isinstance(part, list) for one in part if isinstance(one, dict) and "checksum" in one
    ]
    unique = {(one["catalog"], one["version"]): one for one in _cited(cited)}
    return {"catalogs": json.dumps([unique[key] for key in sorted(unique)])}


def _of_decision(values: Mapping[str, Any], box: Box) -> Mapping[str, Any]:
    claim_no = json.loads(values["decided"])["claim_no"] if values["decided"] else ""
    return {"claim_tag": box.tag(claim_no, "claims_batchdecision.claim_no") if claim_no else None}


def _cited(catalogs: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"catalog": one["catalog"], "version": one["version"]} for one in catalogs]


CHECKS = Sealed(
    "claims_claimcheck",
    ("claim_no", "facts", "decision"),
    instant="t.decided_at",
    tags={"claim_tag": "claim_no"},
    nothing={"claim_no": ""},
    more=_of_check,
)
TABLES = (
    CHECKS,
    Sealed(
        "claims_claimbatch",
        ("file_name", "asked_about", "errors", "warnings"),
        batch="id",
        nothing={"file_name": "", "asked_about": "", "errors": "[]", "warnings": "[]"},
    ),
    Sealed("claims_batchchunk", ("parts",), batch="batch_id", more=_of_chunk),
    # The keys of members that batches have by now stay: chunks are cut by them. They go with their rows.
    Sealed("claims_batchclaim", ("facts",), batch="batch_id", key=("batch_id", "seq")),
    Sealed("claims_batchdecision", ("decided",), batch="batch_id", key=("batch_id", "seq"), more=_of_decision),
    Sealed(
        "claims_priorauthorisation",
        ("member_ref", "facts", "judgement", "papers", "reason"),
        instant="t.asked_at",
        tags={"member_tag": "member_ref"},
        nothing={"member_ref": "", "papers": "[]", "reason": ""},
    ),
    Sealed(
        "claims_authorisationuse",
        ("claim_no",),
        instant="t.at",
        tags={"claim_tag": "claim_no"},
        nothing={"claim_no": ""},
    ),
)
