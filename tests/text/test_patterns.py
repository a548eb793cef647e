"""No pattern can be made slow: none repeats a repetition, and none grows faster than its text on strings made to trip it."""

import inspect
import re
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from tonecheck.text import characters, dumps, markup, newest, phrases, reading, squeeze

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


# Growth

PUMPS = " \t\n*-_=.:;@<>/0aAx`&\0"
SEEN_AT_MOST = {"WROTE": 400, "_ATTRIBUTED": 400, "SIGN_OFF": 60, "SIGN_OFF_NAME": 60}  # only shown short texts
SOURCE = "".join(map(inspect.getsource, [*MODULES, reading]))


def sample(node: Any) -> str:
    """A short string that matches one node of a pattern."""
    op, argument = str(node[0]), node[1]
    if op in REPEATS:
        return "".join(map(sample, argument[2])) * argument[0]
    if op == "SUBPATTERN":
        return "".join(map(sample, argument[3]))
    if op == "BRANCH":
        return "".join(map(sample, argument[1][0]))
    if op == "IN":
        return sample(argument[0])
    if op in ("LITERAL", "RANGE"):
        return chr(argument if op == "LITERAL" else argument[0])
    if op == "CATEGORY":
        return {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " ", "CATEGORY_NOT_WORD": "."}.get(str(argument), "x")
    return "x" if op in ("ANY", "NEGATE", "NOT_LITERAL") else ""


def ways_to_a_repeat(tree: Any, before: str = "") -> Iterator[str]:
    """Strings that lead the matcher to each repetition in a pattern, and to what follows it."""
    for op, argument in tree:
        is_repeat = str(op) in REPEATS and argument[1] > 1
        branches = argument[1] if str(op) == "BRANCH" else argument if isinstance(argument, tuple) else ()
        for branch in branches:
            if isinstance(branch, parser.SubPattern):
                yield from ways_to_a_repeat(branch, before)
        if is_repeat:
            yield before
        before += sample((op, argument))
        if is_repeat:
            yield before


def bombs(pattern: re.Pattern[str], n: int) -> Iterator[str]:
    """Texts of about n characters that begin as the pattern wants and then go on and on."""
    for way in sorted(set(ways_to_a_repeat(parser.parse(pattern.pattern, pattern.flags)))):
        for pump in PUMPS:
            yield way + pump * n + "\0x"
            yield (way + pump) * (n // len(way + pump)) + "\0x"


def seconds(use: Callable[[str], Any], text: str) -> float:
    start = time.perf_counter()
    use(text)
    return time.perf_counter() - start


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({name.rpartition(".")[2] for name in PATTERNS}))
def test_no_pattern_grows_faster_than_its_text(name: str) -> None:
    pattern = next(value for key, value in PATTERNS.items() if key.endswith(f".{name}"))
    is_matched = set(re.findall(rf"\b{name}\.(\w+)", SOURCE)) == {"match"}
    use: Callable[[str], Any] = pattern.match if is_matched else pattern.findall
    most = SEEN_AT_MOST.get(name)
    for small, large in zip(bombs(pattern, 1_000), bombs(pattern, 4_000), strict=True):
        if seconds(use, large[:most]) > 0.004:  # one pass over them takes a tenth of that
            times = [min(seconds(use, text[:most]) for _ in range(3)) for text in (small, large)]
            assert times[1] < 8 * times[0], (times, small[:100])
