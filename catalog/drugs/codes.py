"""The codes of drugs in China: national drug code, approval number, class code, from the text as written (spec csv.md)."""

import re
import unicodedata

from tables.cells import Fault, Parsed, narrow, refuse_scientific

# Letters (A) and digits (9) must stand where the coding rules have them. The national rule writes a name as a letter and digits; the spec's
# rule vectors, and files made after them, write digits before the letter: both are taken.
_CODE_SHAPES = {
    "X": tuple("XA99AA" + name + form + "9" * 9 for name in ("A999", "999A") for form in ("A999", "9999")),
    "Z": tuple("ZA99AA" + name + "9" * 9 for name in ("A9999", "999A9")),
}
WHOLE_CODE = re.compile(
    "X[A-Z][0-9]{2}[A-Z]{2}(?:[A-Z][0-9]{3}|[0-9]{3}[A-Z])[A-Z0-9][0-9]{12}"
    "|Z[A-Z][0-9]{2}[A-Z]{2}(?:[A-Z][0-9]{4}|[0-9]{3}[A-Z][0-9])[0-9]{9}"
)
_HERBAL = re.compile("T[0-9A-Z]{2,22}")


def national_code(written: str) -> Parsed:
    """Read a national drug code 国家医保药品代码, whole or a prefix of at least three characters. Raises Fault
    BAD_CODE."""
    if WHOLE_CODE.fullmatch(written):
        return Parsed(written)
    code = narrow(written).upper()
    refuse_scientific(code)
    shapes = _CODE_SHAPES.get(code[0])
    if shapes is None:
        if _HERBAL.fullmatch(code):
            return Parsed(code, code)
        raise Fault(
            "BAD_CODE",
            "医保药品代码以 X（西药）、Z（中成药）或 T（饮片）开头，只含字母和数字。",
            "a national drug code begins with X, Z or T and has letters and digits only.",
        )
    length = len(shapes[0])
    if not 3 <= len(code) <= length:
        raise Fault(
            "BAD_CODE",
            f"{code[0]} 类代码为 {length} 位，或至少 3 位的前缀；这里有 {len(code)} 位。",
            f"a code beginning with {code[0]} has {length} characters, or at least 3 as a prefix; this has {len(code)}.",
        )
    _match_shape(code, shapes)
    return Parsed(code, code)


def _match_shape(code: str, shapes: tuple[str, ...]) -> None:
    """Raises Fault at the character where the code leaves the shape it follows furthest."""
    place, wanted = max(_first_difference(code, shape) for shape in shapes)
    if place < len(code):
        kind_zh, kind_en = ("数字", "a digit") if wanted == "9" else ("字母", "a letter")
        raise Fault(
            "BAD_CODE",
            f"第 {place + 1} 位“{code[place]}”应为{kind_zh}。",
            f"character {place + 1}, “{code[place]}”, should be {kind_en}.",
        )


def _first_difference(code: str, shape: str) -> tuple[int, str]:
    for place, (found, wanted) in enumerate(zip(code[1:], shape[1:], strict=False), 1):
        if not ("0" <= found <= "9" if wanted == "9" else "A" <= found <= "Z"):
            return place, wanted
    return len(code), ""


def whole_national_code(written: str) -> Parsed:
    """Read a national drug code that names one product (the drug master). Raises Fault BAD_CODE."""
    parsed = national_code(written)
    shapes = _CODE_SHAPES.get(parsed.value[0])
    if shapes is not None and len(parsed.value) != len(shapes[0]):
        raise Fault(
            "BAD_CODE",
            f"这里须填完整代码（{len(shapes[0])} 位），不能是前缀。",
            f"a whole code ({len(shapes[0])} characters) is needed here, not a prefix.",
        )
    return parsed


APPROVAL = re.compile("(?:[HZSBTFJ]|[HSZ][JC])[0-9]{8}")


def approval_no(written: str) -> Parsed:
    """Read an approval number 批准文号 and store it without 国药准字; an unusual one is kept as written, with a
    warning."""
    plain = written.removeprefix("国药准字")
    if APPROVAL.fullmatch(plain):
        return Parsed(plain, written)
    code = re.sub(r"\s", "", unicodedata.normalize("NFKC", written)).upper()
    code = code.removeprefix("国药准字").lstrip(":")
    refuse_scientific(code)
    if not code or any("\u0370" <= c <= "\u052f" for c in code):
        raise Fault(
            "BAD_CODE",
            "批准文号中有看似拉丁字母的其他文字，或没有号码。请重新输入。",
            "there is no number, or a letter that only looks Latin. Type it again.",
        )
    if APPROVAL.fullmatch(code):
        return Parsed(code, code)
    kept = re.sub(r"^国药准字\s*", "", narrow(written))
    return Parsed(kept, kept if kept != written.removeprefix("国药准字") else None, "UNUSUAL_APPROVAL_NO")


_CLASS = re.compile("[XZ](?:[A-Z](?:[0-9](?:[0-9](?:[A-Z][A-Z]?)?)?)?)?|T[0-9A-Z]{0,5}")


def class_code(written: str) -> Parsed:
    """Read a drug class code 药品分类代码 such as XL01FX. Raises Fault BAD_CODE."""
    code = narrow(written).upper()
    refuse_scientific(code)
    if not _CLASS.fullmatch(code):
        raise Fault(
            "BAD_CODE",
            "药品分类代码形如 XL01FX：X、Z 或 T 开头，其后最多 5 位（字母、两位数字、字母、字母）。",
            "a class code looks like XL01FX: X, Z or T and up to five more (letter, two digits, letter, letter).",
        )
    return Parsed(code, code)
