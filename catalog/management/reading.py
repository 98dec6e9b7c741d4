"""The options by which a command says how a list is to be read (spec csv.md)."""

import json
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandParser

READING = ("names", "sheet", "header_row", "mapping")


def add_reading(parser: CommandParser) -> None:
    """Add the options `--names`, `--sheet`, `--header-row`, `--mapping`."""
    parser.add_argument(
        "--names",
        choices=["printed", "plain"],
        default="",
        help="whether a cell may hold several names as a list prints them (default: printed for a base list, else plain)",
    )
    parser.add_argument(
        "--sheet", default="", help="the sheet to read, by its name (default: the first that holds a table)"
    )
    parser.add_argument("--header-row", type=_row, help="the row that names the columns (default: it is looked for)")
    parser.add_argument("--mapping", type=_mapping, default={}, help='own headers as JSON: {"品名": "generic_name"}')


def reading(options: dict[str, Any]) -> dict[str, Any]:
    """Return what the options say, as the service and the check take it."""
    return {name: options[name] for name in READING}


def _row(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("a row counts from 1")
    return int(text)


def _mapping(text: str) -> dict[str, str]:
    try:
        mapping = json.loads(text)
    except ValueError:
        mapping = None
    if not isinstance(mapping, dict) or not all(isinstance(column, str) for column in mapping.values()):
        raise ArgumentTypeError("a JSON object: own header → column")
    return mapping
