"""The options that the scripts share, each also an environment variable."""

import argparse
import os
from pathlib import Path

from embedded.environment import ROOT
from embedded.errors import CannotRun


def data_folder(given: str | None = None) -> Path:
    """Return the data folder: --data, DATA_DIR, or var/ of this checkout."""
    return Path(given or os.environ.get("DATA_DIR") or ROOT / "var").expanduser().absolute()


def number(name: str, given: int | None, default: int) -> int:
    """Return a whole number from the command line or the environment; raises CannotRun for anything else."""
    if given is not None:
        return given
    written = os.environ.get(name, "")
    if not written:
        return default
    if not written.isascii() or not written.isdecimal():
        raise CannotRun(f"{name} must be a whole number, not {written!r}")
    return int(written)


def parser(script: str, description: str) -> argparse.ArgumentParser:
    """Return a parser whose help shows the paragraphs of a docstring as they are written."""
    return argparse.ArgumentParser(
        prog=script, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
