"""What a newcomer needs to see: where to sign in and as whom, a key, and two calls that work as pasted."""

import hashlib
import json
import secrets
import shlex
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from embedded.folder import DataFolder

_INSURER = "DEMO-INS-A"
_PRODUCT = "DEMO-CITY-SH"
_SCOPES = ("coverage:read", "claims:check", "catalog:read")
_DRUG = "仑卡奈单抗注射液"
_COVERAGE = {
    "generic_name": _DRUG,
    "icd10": "G30",
    "date": "2026-03-14",
    "setting": "outpatient",
    "circumstance": "none",
}
_CLAIM = {
    "product": _PRODUCT,
    "claim_no": "DEMO-1",
    "service_date": "2026-03-14",
    "diagnoses": ["G30.9"],
    "setting": "outpatient",
    "institution_level": 3,
    "circumstance": "none",
    "member": {
        "member_ref": "demo-member",
        "policy_start": "2025-07-01",
        "policy_end": "2026-06-30",
        "sex": "F",
        "age": 68,
        "pre_existing": [],
    },
    "lines": [
        {
            "line_no": 1,
            "generic_name": _DRUG,
            "quantity": "2",
            "amount": "5016.00",
            "base_paid": "0.00",
            "other_paid": "0.00",
            "base_settled": True,
            "evidence": {"MCI_OR_MILD_AD": True},
        }
    ],
}

# One person of each role (desk.management.commands.demo_logins makes them), and what they may do.
LOGINS = {
    "editor": "目录编辑: uploads and edits drafts",
    "reviewer": "目录复核: publishes what somebody else made",
    "auditor": "审计: sees the log of deeds and all but prior authorisations, changes nothing",
    "administrator": "系统管理: keeps accounts and keys; the head of the office",
    "insurer": f"保险公司: works for {_INSURER}",
}

# Parts of an answer that would fill the screen here.
_LONG = ("alternatives", "catalogs", "trace")


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call: what it shows, and how it is made. `body` is JSON; None makes it a GET."""

    about: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None

    def as_curl(self, key: str) -> str:
        """Return the call as a command line that can be pasted into a shell."""
        words = ["curl", "-sS", "-H", f"Authorization: Api-Key {key}"]
        if self.body is None:
            words.append("-G")
            for name, value in self.query.items():
                words += ["--data-urlencode", f"{name}={value}"]
        else:
            for name, value in self._headers().items():
                words += ["-H", f"{name}: {value}"]
            words += ["-d", json.dumps(self.body, ensure_ascii=False)]
        return shlex.join([*words, self.url])

    def _headers(self) -> dict[str, str]:
        if self.body is None:
            return {}
        # The same call again, at the next start or pasted, gets the first answer and records nothing new.
        named = hashlib.sha256(json.dumps(self.body).encode()).hexdigest()[:12]
        return {"Content-Type": "application/json", "Idempotency-Key": f"welcome-{named}"}

    def answer(self, key: str) -> str:
        """Make the call and return the status and the body."""
        url = f"{self.url}?{urlencode(self.query)}" if self.query else self.url
        data = None if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()
        # Always http to 127.0.0.1.
        request = urllib.request.Request(url, data, self._headers() | {"Authorization": f"Api-Key {key}"})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
                return f"{response.status} {response.read().decode()}"
        except urllib.error.HTTPError as refused:
            return f"{refused.code} {refused.read().decode(errors='replace')}"
        except OSError as unreachable:
            return str(unreachable)


def lines(folder: DataFolder, url: str, manage: Callable[..., str]) -> Iterator[str]:
    """Yield the lines to print; makes the logins and the key the first time, and keeps them in the data folder.

    `manage(*commands)` runs management commands, each a list of words, and returns what they printed.
    """
    known = all(folder.known_secret(f"login_{name}") for name in LOGINS)
    passwords = {name: folder.secret(f"login_{name}", lambda: secrets.token_urlsafe(15)) for name in LOGINS}
    key = folder.known_secret("api_key")
    if key is None or not known or not Call("", f"{url}api/v1/insurers/me/").answer(key).startswith("200 "):
        # Only where the database knows none of them yet: a new password would sign everybody out.
        # One word each: a password may begin with a dash.
        logins = ["demo_logins", *(f"--{name}-password={password}" for name, password in passwords.items())]
        scopes = [word for scope in _SCOPES for word in ("--scope", scope)]
        key = manage(logins, ["issue_key", "--insurer", _INSURER, *scopes]).split()[-1]
        folder.keep_secret("api_key", key)
    yield ""
    yield f"商保目录: {url}admin/, the API's pages {url}api/v1/docs/"
    yield "  no second factor is asked for here; REQUIRE_SECOND_FACTOR=1 asks for it"
    for name, password in passwords.items():
        yield f"  sign in as {name:<13} password {password}  {LOGINS[name]}"
    yield f"  API key of {_INSURER}: {key}"
    for call in _calls(url):
        answer = call.answer(key)
        if answer.startswith("404 "):
            yield "  no demonstration data: script/manage seed loads it"
            break
        yield ""
        yield f"{call.about}"
        yield f"  {call.as_curl(key)}"
        yield f"  answered: {_shortened(answer)}"
    yield ""


def _shortened(answer: str) -> str:
    """Return an answer without its long parts, and say so."""
    status, _, body = answer.partition(" ")
    try:
        document = json.loads(body, object_hook=lambda found: {k: v for k, v in found.items() if k not in _LONG})
    except ValueError:
        return answer
    return f"{status} {json.dumps(document, ensure_ascii=False)} (without {', '.join(_LONG)})"


def _calls(url: str) -> list[Call]:
    return [
        Call("Does the product pay for the drug?", f"{url}api/v1/products/{_PRODUCT}/coverage/", _COVERAGE),
        Call("What does it pay of this claim?", f"{url}api/v1/claims/checks/", body=_CLAIM),
    ]
