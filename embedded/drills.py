"""What the drills have in common: how they are begun, how they print their figures, and how they end."""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, ClassVar, Protocol

from embedded.errors import ended


class Figures(Protocol):
    """What a drill counted: a dataclass, which says whether all is as it must be."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def are_well(self) -> bool: ...


def main(parser: argparse.ArgumentParser, drill: Callable[[argparse.Namespace], Figures]) -> int:
    """Do a drill and print its figures; returns the exit code, 1 where they are not as they must be."""
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    given = parser.parse_args()

    def work() -> int:
        figures = drill(given)
        if given.json:
            print(json.dumps(asdict(figures)))
        else:
            for name, value in asdict(figures).items():
                print(f"{name.replace('_', ' '):24}{value}")
        return 0 if figures.are_well() else 1

    return ended(parser.prog, work)
