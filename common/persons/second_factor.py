"""Second factors: the application's code (TOTP) and recovery codes, of which only hashes are kept."""

import hashlib
import secrets
from base64 import b32encode
from typing import Any

import segno
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

RECOVERY_CODES = 10
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def secret_in_words(device: TOTPDevice) -> str:
    """Return the secret as applications take it when it is typed: base32 in groups of four."""
    text = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def qr_svg(device: TOTPDevice) -> str:
    """Return the secret as a QR code, an SVG to stand in a page."""
    code = segno.make(device.config_url, micro=False)
    return str(
        code.svg_inline(scale=5, dark="#000", light="#fff", border=2, omitsize=True, svgclass="qr", lineclass=None)
    )


def new_recovery_codes() -> list[str]:
    """Return codes of 80 random bits each, in groups of four."""
    made = ("".join(secrets.choice(_LETTERS) for _n in range(16)) for _code in range(RECOVERY_CODES))
    return ["-".join(code[i : i + 4] for i in range(0, 16, 4)) for code in made]


def kept_as(recovery_code: str) -> str:
    """Return what is kept of a recovery code, however it was typed."""
    plain = "".join(recovery_code.split()).replace("-", "").upper()
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def is_code(user: Any, text: str) -> Any:
    """Return the device that takes this code of the account (each code once), or None."""
    text = text.strip()
    digits = text.replace(" ", "")
    if digits.isascii() and digits.isdigit() and len(digits) == 6:
        devices = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True)
        return next((device for device in devices if device.verify_token(digits)), None)
    devices = StaticDevice.objects.select_for_update().filter(user=user, confirmed=True)
    return next((device for device in devices if device.verify_token(kept_as(text))), None)
