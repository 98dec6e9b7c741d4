"""The command `shangbao`: `shangbao verify` proves from files alone, and says what it proved; what is not so is told, with exit code 1."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shangbao_client import verify
from shangbao_client.verify import NotProved


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code: 0 proved, 1 not so, 2 asked wrongly."""
    given = _parser().parse_args(arguments)
    try:
        print(given.do(given))
    except NotProved as wrong:
        print(f"not proved [{wrong.code}]: {wrong}", file=sys.stderr)
        return 1
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as fault:
        print(f"cannot be read: {fault}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="shangbao", description="A client of the 商保目录 service.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    proving = commands.add_parser("verify", help="prove, offline, what the service has said")
    what = proving.add_subparsers(required=True, metavar="WHAT")

    one = what.add_parser("receipt", help="a receipt is the service's, and every byte is as it was signed")
    one.add_argument("receipt", metavar="RECEIPT", help="the receipt, alone or in the JSON it came in")
    one.add_argument(
        "--checkpoint", help="a later checkpoint of the log, with --proof of consistency from the receipt's log"
    )
    one.add_argument("--proof", help="what /log/proof/consistency/ answered")
    one.set_defaults(do=_receipt)

    one = what.add_parser("list", help="an exported list was published so")
    one.add_argument("list", metavar="EXPORT", help="the version's export.csv or export.ndjson")
    one.add_argument("--checkpoint", required=True, help="a signed checkpoint of the log")
    one.add_argument("--proof", required=True, help="what /log/proof/inclusion/ answered for the checkpoint's size")
    one.set_defaults(do=_list)

    one = what.add_parser("log", help="between two checkpoints nothing was rewritten")
    one.add_argument("before", metavar="BEFORE", help="the earlier checkpoint, which you kept")
    one.add_argument("after", metavar="AFTER", help="the later one")
    one.add_argument("--proof", required=True, help="what /log/proof/consistency/ answered for the two sizes")
    one.set_defaults(do=_log)

    for each in what.choices.values():
        each.add_argument("--keys", required=True, help="the service's key set, /.well-known/jwks.json, which you kept")
    return parser


def _receipt(given: argparse.Namespace) -> str:
    text = _text(given.receipt)
    keys = _keys(given)
    said = verify.receipt(_member(text, "receipt"), keys)
    lines = [f"line {line['line_no']}: {line['outcome']}, {line['payable']} CNY payable" for line in said["lines"]]
    told = [f"genuine: product {said['product']}, decided {said['decided_at']}, digest {said['digest']}", *lines]
    if given.checkpoint and given.proof:
        verify.logged(said, verify.checkpoint(_text(given.checkpoint), keys), _json(given.proof))
        told.append("its log is the beginning of the checkpoint's")
    elif given.checkpoint or given.proof:
        raise NotProved("incomplete", "--checkpoint and --proof prove something together only")
    return "\n".join(told)


def _list(given: argparse.Namespace) -> str:
    at = verify.checkpoint(_text(given.checkpoint), _keys(given))
    said = verify.published(Path(given.list).read_bytes(), _json(given.proof), at)
    last = said["effective_to"] or "open"
    return (
        f"published so: {said['catalog']} {said['label']}, in force {said['effective_from']} to {last}, published {said['at']},"
        f" leaf {said['seq']} of {at.size}, checksum {said['checksum']}"
    )


def _log(given: argparse.Namespace) -> str:
    keys = _keys(given)
    before, after = (verify.checkpoint(_text(name), keys) for name in (given.before, given.after))
    verify.not_rewritten(before, after, _json(given.proof))
    return f"nothing was rewritten: {before.size} leaves then, {after.size} now"


def _text(name: str) -> str:
    return Path(name).read_text(encoding="utf-8")


def _json(name: str) -> Any:
    return json.loads(_text(name))


def _keys(given: argparse.Namespace) -> verify.Keys:
    return verify.keys_of(_json(given.keys))


def _member(text: str, name: str) -> str:
    """Return the text, or what stands in it under a name where it is JSON."""
    if not text.lstrip().startswith("{"):
        return text
    found = json.loads(text)
    return str(found.get(name, ""))


if __name__ == "__main__":
    sys.exit(main())
