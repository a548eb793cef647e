"""Does the reader keep the newest message of a mail thread, whole and alone?

Reads a file of threads, `{"id", "client", "shape", "text", "keep"}` a line, and asks our `read` for the newest message of each.
The reply parsers that are installed (mail-parser-reply, email_reply_parser, quotequail) get the plain-text threads, which is what
they are made for; our figures on the same rows stand next to theirs. Three shares, each with its 95% Wilson interval:

    exact    the result is `keep`, with white space collapsed and the same masks (`<url>`, ...) on both
    lost     a word of `keep` is missing from the result, in order: real text was eaten
    foreign  a word of the result is not in `keep`, in order: a quote or a footer was left in

    python -m benchmarks.threads data/threads/heldout.jsonl
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tonecheck.text import read
from tonecheck.text.characters import plain_characters
from tonecheck.text.dumps import masked
from tonecheck.text.layers import Draft
from tonecheck.text.markup import is_html
from tonecheck.text.squeeze import squeezed_runs
from training.record import wilson, write_result

Parser = Callable[[str], str]
Row = dict[str, str]

MEASURES = ("exact", "lost", "foreign")


def ours(text: str) -> str:
    """The newest message as tonecheck reads it."""
    return read(None, text).text


def mail_parser_reply() -> Parser:
    """The newest message as mail-parser-reply finds it, with every language it knows of ours."""
    parser = importlib.import_module("mailparser_reply").EmailReplyParser(
        languages=["en", "de", "fr", "es", "it", "nl", "sv", "da", "pl", "cs"]
    )
    return lambda text: str(parser.parse_reply(text=text) or "")


def email_reply_parser() -> Parser:
    """The newest message as the Python port of GitHub's parser finds it."""
    parser = importlib.import_module("email_reply_parser").EmailReplyParser
    return lambda text: str(parser.parse_reply(text))


def quotequail() -> Parser:
    """The unquoted parts of a mail as quotequail finds them."""
    quote = importlib.import_module("quotequail").quote
    return lambda text: "\n".join(part for shown, part in quote(text) if shown)


OTHERS: dict[str, Callable[[], Parser]] = {
    "mail-parser-reply": mail_parser_reply,
    "email_reply_parser": email_reply_parser,
    "quotequail": quotequail,
}


def words(text: str) -> list[str]:
    """The words of a text as they are compared: plain characters, masks and short runs, whatever the white space."""
    draft = Draft(text)
    draft.edit(plain_characters(draft.text))
    draft.edit(masked(draft.text)[0])
    draft.edit(squeezed_runs(draft.text))
    return draft.text.split()


def holds(whole: list[str], part: list[str]) -> bool:
    """Are all words of `part` in `whole`, in order?"""
    rest = iter(whole)
    return all(word in rest for word in part)


def judge(row: Row, result: str) -> dict[str, bool]:
    """The three measures of one thread."""
    got, wanted = words(result), words(row["keep"])
    return {"exact": got == wanted, "lost": not holds(got, wanted), "foreign": not holds(wanted, got)}


def measure(parser: Parser, rows: Iterable[Row]) -> dict[str, Any]:
    """Runs one parser over all rows; one that raises has lost the text."""
    verdicts: dict[str, dict[str, bool]] = {}
    for row in rows:
        try:
            result = parser(row["text"])
        except Exception as problem:  # another library's fault is a finding, not an end
            print(f"{row['id']}: {problem!r}", file=sys.stderr)
            result = ""
        verdicts[row["id"]] = judge(row, result)
    n = len(verdicts)
    shares: dict[str, Any] = {"n": n}
    for name in MEASURES:
        k = sum(verdict[name] for verdict in verdicts.values())
        shares[name] = wilson(k, n)
    return shares


def printed(rows: list[dict[str, Any]]) -> str:
    """The figures as lines."""
    cells = [
        [row["parser"], row["rows"], str(row["n"])]
        + [f"{row[key]['rate']:.1%} [{row[key]['low']:.1%}, {row[key]['high']:.1%}]" for key in MEASURES]
        for row in rows
    ]
    return "\n".join("  ".join(f"{cell:<22}" for cell in line) for line in [["parser", "rows", "n", *MEASURES], *cells])


def version(package: str) -> str | None:
    """The installed version of a package, if it is installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def main() -> None:
    """Measures, prints the table and writes the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("threads", type=Path)
    options.add_argument("--name", default="threads", help="name of the result file")
    chosen = options.parse_args()
    rows: list[Row] = [json.loads(line) for line in chosen.threads.read_text(encoding="utf-8").split("\n") if line.strip()]
    plain = [row for row in rows if not is_html(row["text"])]
    measured = [
        {"parser": "tonecheck", "rows": "all", **measure(ours, rows)},
        {"parser": "tonecheck", "rows": "HTML", **measure(ours, [row for row in rows if is_html(row["text"])])},
        {"parser": "tonecheck", "rows": "plain text", **measure(ours, plain)},
    ]
    for name, loader in OTHERS.items():
        if found := version(name):
            measured.append({"parser": f"{name} {found}", "rows": "plain text", **measure(loader(), plain)})
        else:
            print(f"{name} is not installed", file=sys.stderr)
    print(printed(measured))
    write_result(chosen.name, {"file": chosen.threads.name, "table": measured})


if __name__ == "__main__":
    main()
