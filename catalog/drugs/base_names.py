"""Base names: what a drug's name is underneath, without salt, dosage form and way of making (eligibility 3.1).

NRDL 凡例: the same active part in the same form is the same drug, whatever the salt. So a name is cut down to its base name
(甲磺酸奥希替尼片 is 奥希替尼, in the form 片), and a drug is known by that.
"""

import hashlib
import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from common.text import norm

POWDER_FOR_INJECTION: Final = "注射用粉末"
_INJECTION_LEAD: Final = "注射用"

_SALTS: Final = (
    "盐酸 甲磺酸 苯磺酸 甲苯磺酸 对甲苯磺酸 二甲苯磺酸 乙磺酸 富马酸 马来酸 酒石酸 重酒石酸 枸橼酸 磷酸 硫酸氢 硫酸 氢溴酸 琥珀酸 "
    "醋酸 乙酸 羟乙磺酸 己二酸 乳酸 苹果酸 草酸 双羟萘酸 门冬氨酸"
)
# The longest first, so that the first one that fits is the longest.
_SALT: Final = re.compile("|".join(sorted(_SALTS.split(), key=len, reverse=True)))
# 亚 and 菌 go on with another word (硫酸亚铁, 乳酸菌素); before a metal the acid is the drug (磷酸氢钙).
_NOT_A_SALT_BEFORE: Final = ("亚", "菌")
# Bare or behind one of these, so also 磷酸二氢钾 and 硫酸铝钾.
_METAL: Final = re.compile("(?:氢二|二氢|氢|二|三)?[钠钾钙镁锌铁锂铝铋]")

# A name's last bracket, none inside it, and what makes it a mark of the name.
_LAST_BRACKET: Final = re.compile(r"[(\[]([^()\[\]]+)[)\]]$")
_MARK: Final = re.compile(
    "[0-9a-z./%~+,-]{1,12}|.*(?:型|细胞|方|菌|酵母)|皮下注射|静脉输注|静脉注射|肌内注射|预充式|大豆油|蜜炼"
)
_FREEZE_DRIED: Final = re.compile(r"(?<=.)[(\[]冻干[)\]]$")  # how it was made, not what it is


@dataclass(frozen=True, slots=True)
class BaseName:
    """What a drug name is underneath, and the dosage form that was written into it ('' for none), both normalised."""

    name: str
    form: str


def cut_down(text: str, forms: Container[str], longest: int) -> BaseName:
    """Cut a drug name down to its base name and tell the form that stood in it; `longest`: of the normalised forms, in characters."""
    name, mark = split_mark(norm(text))
    form = ""
    if name.startswith(_INJECTION_LEAD) and len(name) >= len(_INJECTION_LEAD) + 2:
        name, form = name[len(_INJECTION_LEAD) :], POWDER_FOR_INJECTION
    else:
        for length in range(min(longest, len(name) - 2), 0, -1):
            if name[-length:] in forms:
                name, form = name[:-length], name[-length:]
                break
    return BaseName(_without_salt(name) + mark, form)


def _without_salt(name: str) -> str:
    salt = _SALT.match(name)
    if salt is None:
        return name
    rest = name[salt.end() :]
    if len(rest) < 2 or rest.startswith(_NOT_A_SALT_BEFORE) or _METAL.match(rest):
        return name
    return rest


def is_mark(text: str) -> bool:
    """Tell whether a normalised text in a name's last bracket belongs to the name: Ⅱ, 30R, 白蛋白结合型 (eligibility 3.1)."""
    return _MARK.fullmatch(text) is not None


def split_mark(name: str) -> tuple[str, str]:
    """Part a normalised name from the mark in its last bracket ('' for none); `(冻干)` is no mark and goes."""
    name = _without_freeze_dried(name)
    bracket = _LAST_BRACKET.search(name)
    if bracket is None or not bracket.start() or not is_mark(bracket.group(1)):
        return name, ""
    return _without_freeze_dried(name[: bracket.start()]), bracket.group(1)


def _without_freeze_dried(name: str) -> str:
    return _FREEZE_DRIED.sub("", name)


def drug_id(base_name: str) -> str:
    """Return the public id of a drug: `drug_` and the first 16 hexadecimal digits of the SHA-256 of its base name."""
    return "drug_" + hashlib.sha256(base_name.encode()).hexdigest()[:16]
