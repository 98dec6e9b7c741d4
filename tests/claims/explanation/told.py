"""A decision as it is recorded, made in a small world; and reading pointers."""

from typing import Any

from claims.eligibility import assess_claim, parse_claim
from claims.services import bilingual
from tests.claims.eligibility.small_world import decide, make_claim, make_world
from tests.worlds import snapshot_of

Json = dict[str, Any]
NAMES = {
    "CIDL": ("商业健康保险创新药品目录", "official"),
    "NRDL": ("国家医保药品目录", "hand_coded"),
    "EXCL": ("医保不予支付清单", "official"),
    "NEG": ("负面清单", "demonstration"),
}


def recorded(world: Json, claim: Json, product: str = "HMB") -> Json:
    """The decision of a claim in a world, as a check keeps it: both languages, the names of its lists, the product's name."""
    parsed = parse_claim(claim, "en")
    snapshot = snapshot_of(world, product, parsed.known_at)
    if "authorisations" in world:
        snapshot = snapshot.with_authorisations(world["authorisations"])
    decision = bilingual(assess_claim(parsed, snapshot))
    for cited in decision["catalogs"]:
        cited["provenance"] = NAMES.get(cited["catalog"], ("", "official"))[1]
    names = {
        cited["catalog"]: NAMES.get(cited["catalog"], (f"目录{cited['catalog']}", ""))[0]
        for cited in decision["catalogs"]
    }
    decision["basis"]["catalogs"] = [{"catalog": code, "name": name} for code, name in names.items()]
    decision["basis"]["product_name"] = "城市定制险"
    return {**decision, "is_demonstration": True}


def at(document: Any, pointer: str) -> Any:
    """What a JSON pointer leads to; fails where it leads nowhere."""
    for key in pointer.split("/")[1:]:
        key = key.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


__all__ = ["at", "decide", "make_claim", "make_world", "recorded"]
