"""What does bad input give, and do huge inputs take time in proportion?

    python -m benchmarks.bad_input

Small bad inputs are listed with what they give. Huge ones are scored at two sizes: what is outside the network (reading,
language) is timed at four sizes, two of them under the limit of 100,000 characters, beside how much text is left to read.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from typing import Any

from tonecheck import Scorer, TonecheckError
from tonecheck.language import detect
from training.record import write_result

SMALL: dict[str, Any] = {
    "None": None,
    "NaN": math.nan,
    "bytes": b"help",
    "a number": 7,
    "a list": ["help"],
    "a dict": {"text": "help"},
    "empty": "",
    "blank": " \n\t\u00a0",
    "zero-width characters only": "\u200b\u200d\ufeff",
    "every control character": "".join(map(chr, [*range(32), *range(127, 160)])),
    "one '!'": "!",
    "emoji only": "\U0001f621\U0001f621",
    "lone surrogates in a sentence": "my \ud800 site \udfff is down",
    "'[SEP]' in a sentence": "my site [SEP] is down [CLS] today",
    "Chinese": "我的网站打不开了,请帮忙看一下",
    "combining marks on every letter": "".join(letter + "\u0301\u0323\u0330" * 9 for letter in "my site is down please help"),
}
LARGE: dict[str, Callable[[int], str]] = {
    "words": lambda n: "my printer is broken again today. " * (n // 34),
    "one endless word": lambda n: "a" * n,
    "'!'": lambda n: "!" * n,
    "spaces": lambda n: " " * n,
    "emoji": lambda n: "\U0001f600" * n,
    "CJK": lambda n: "我的网站打不开" * (n // 7),
    "combining marks": lambda n: "e\u0301\u0302\u0303" * (n // 4),
    "'[SEP] '": lambda n: "[SEP] " * (n // 6),
    "nested <div>": lambda n: "<div>" * (n // 5) + "help me please",
    "unclosed <b>": lambda n: "<p>help me please" + "<b>x" * (n // 4),
    "attributes on one tag": lambda n: "<div " + "a=b " * (n // 4) + ">help me please</div>",
    "<script> never closed": lambda n: "<p>help me please</p><script>" + "x<y " * (n // 4),
    "'&#x110000;'": lambda n: "<p>" + "&#x110000;" * (n // 10) + "</p>",
    "'<!--a>' never closed": lambda n: "<p>" + "<!--a>" * (n // 6),
    "'<![' never closed": lambda n: "<p>" + "<![CDATA[" * (n // 9),
    "'<'": lambda n: "<p>" + "<" * n,
    "'&'": lambda n: "<p>" + "&" * n,
    "levels of '>'": lambda n: "help me please\n" + "\n".join(">" * min(level, 10_000) + " x" for level in _levels(n)),
    "'On ... wrote:' lines": lambda n: (
        "help me please\n" + "On Mon, 3 May 2021 at 10:01, Bob <b@x.org> wrote:\n> hi\n" * (n // 54)
    ),
}


SIZES = (50_000, 100_000, 1_000_000, 10_000_000)


def _levels(n: int) -> range:
    return range(1, int(math.sqrt(2 * n)))


def main() -> None:
    scorer = Scorer(threads=1)
    small = {name: outcome(scorer, value) for name, value in SMALL.items()}
    for name, gives in small.items():
        print(f"{name:<34} {gives}")
    large = {}
    for name, make in LARGE.items():
        row: dict[str, Any] = {}
        for n in SIZES:
            text = make(n)
            row[f"{n} characters"] = {"outside the network, ms": round(1000 * seconds_outside(scorer, text), 1)}
        reading = scorer.read(text)
        row["characters given to the network"] = len(reading.text)
        row["read_fraction"] = round(len(reading.text) / max(reading.n_offered, 1), 4)
        times = [row[f"{n} characters"]["outside the network, ms"] for n in SIZES[:2]]
        row["time(2n) / time(n)"] = round(times[1] / max(times[0], 0.1), 2)
        large[name] = row
        print(f"{name:<26}", row)
    write_result("bad_input", {"small": small, "large": large})


def outcome(scorer: Scorer, value: Any) -> str:
    try:
        score = scorer.score(value)
    except TonecheckError as error:
        return f"{type(error).__name__}: {error}"
    return f"abstained: {score.abstained}" if score.abstained else f"scored, {score.n_tokens} tokens"


def seconds_outside(scorer: Scorer, text: str, rounds: int = 3) -> float:
    """Median time of reading the text and telling its language."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        detect(scorer.read(text).text)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


if __name__ == "__main__":
    main()
