"""No pattern can be made slow: none repeats a repetition, so none tries exponentially or with a high power."""

import re
from types import ModuleType
from typing import Any

import pytest

from tonecheck.text import characters, dumps, markup, newest, phrases, squeeze

try:
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_parse as parser

REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
MODULES: list[ModuleType] = [characters, dumps, markup, newest, phrases, squeeze]
PATTERNS = {
    f"{module.__name__}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}


def repeats_a_repeat(tree: Any, inside: bool = False) -> bool:
    for op, argument in tree:
        repeats = str(op) in REPEATS and argument[1] > 1
        if repeats and inside:
            return True
        for part in argument if isinstance(argument, (tuple, list)) else [argument]:
            branches = part if isinstance(part, list) else [part]
            for branch in branches:
                if isinstance(branch, parser.SubPattern) and repeats_a_repeat(branch, inside or repeats):
                    return True
    return False


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_no_nested_quantifier(pattern: re.Pattern[str]) -> None:
    assert not repeats_a_repeat(parser.parse(pattern.pattern, pattern.flags))


def test_the_check_sees_one() -> None:
    assert repeats_a_repeat(parser.parse("(?:a|(b+c))*"))
    assert not repeats_a_repeat(parser.parse("(?:a+b)?c*"))
