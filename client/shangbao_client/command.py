"""The command `shangbao`: asks the service, keeps a mirror of its lists, and proves what it said.

Exit codes: 0 done; 1 something is not proved; 2 asked wrongly, or a file cannot be read; 3 the service refused, or a job failed; 4 there was no
answer; 130 interrupted. What went wrong is told in one line on the error output.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from shangbao_client import asking, verify
from shangbao_client.verify import NotProved

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    given = _parser().parse_args(arguments)
    try:
        print(given.do(given))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as fault:
        told = asking.exit_code_of(fault)
        if told is None:
            raise
        code, line = told
        print(" ".join(line.split()), file=sys.stderr)
        return code
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="shangbao",
        description="A client of the 商保目录 service.",
        epilog="exit codes: 0 done, 1 not proved, 2 asked wrongly, 3 refused, 4 no answer",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _asking(commands)
    _verifying(commands)
    return parser


def _asking(commands: Any) -> None:
    """Add the commands that ask the service."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--url", help="the service's address (SHANGBAO_URL)")
    shared.add_argument("--key", help="an API key (SHANGBAO_KEY, where others cannot read it)")
    shared.add_argument("--language", choices=["en", "zh"], default="en", help="of messages (en)")
    shared.add_argument("--json", action="store_true", help="print the answer as JSON")
    shared.add_argument("--quiet", action="store_true", help="do not say how it goes")

    def add(name: str, do: Callable[[argparse.Namespace], str], told: str) -> argparse.ArgumentParser:
        one: argparse.ArgumentParser = commands.add_parser(name, help=told, description=told, parents=[shared])
        one.set_defaults(do=do)
        return one

    one = add("coverage", asking.coverage, "whether a product pays for a drug")
    one.add_argument("product", metavar="PRODUCT", help="the product's code")
    for name, (kind, told) in asking.QUESTION.items():
        option = "--" + name.replace("_", "-")
        if kind == "several":
            one.add_argument(option, action="append", help=told)
        else:
            one.add_argument(option, type=int if kind == "number" else str, help=told)

    again = "the same key for the same request gives the first answer again; one is made unless given"
    one = add("check", asking.check, "decide one claim")
    one.add_argument(
        "claim", metavar="CLAIM", nargs="?", default="-", help="a file of JSON; - or nothing: standard input"
    )
    one.add_argument("--dry-run", action="store_true", help="decide, but record nothing")
    one.add_argument("--idempotency-key", metavar="KEY", help=again)

    one = add("batch", asking.batch, "upload a file of claims, follow it, keep its results")
    one.add_argument("file", metavar="FILE", nargs="?", help="CSV, XLSX or NDJSON")
    one.add_argument("--product", help="the code of the product that all claims are of")
    one.add_argument("--id", help="in place of a file: a batch that was uploaded before")
    one.add_argument("--output", metavar="FILE", help="where the results go; .ndjson or .csv (BATCH.csv)")
    one.add_argument("--idempotency-key", metavar="KEY", help=again)

    one = add("sync", asking.sync, "keep a mirror of lists, each version proved by its checksum")
    one.add_argument("mirror", metavar="MIRROR", help="the SQLite file; made where it is not there")
    one.add_argument(
        "catalogs", metavar="CATALOG", nargs="*", help="only these lists; all that the key sees unless given"
    )
    one.add_argument("--begin-at", metavar="LABEL", help="a list that is not kept yet begins with this version")
    one.add_argument("--follow", metavar="SECONDS", type=float, help="go on, and look again after so many seconds")
    one.add_argument("--check", action="store_true", help="ask nothing: prove all that is kept again")


def _verifying(commands: Any) -> None:
    """Add the command that proves from files alone."""
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
