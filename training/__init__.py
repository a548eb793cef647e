"""One runnable story per step: train, export, calibrate, evaluate. Imports tonecheck, never the reverse."""

from __future__ import annotations

from importlib.util import find_spec

from tonecheck.errors import MissingExtraError


def require(extra: str, *modules: str) -> None:
    """Raises MissingExtraError, with the pip line, when a library that a step needs is not installed."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise MissingExtraError(f"{', '.join(missing)} not installed; run: pip install 'tonecheck[{extra}]'")
