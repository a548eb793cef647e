"""The command line: parsing, progress, exit codes and nothing else.

Exit codes: 0 done, 1 failed, 2 usage, 3 done with rows that could not be scored, 130 interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn, TextIO

from tonecheck import AXES, LEVELS, SIGNALS, __version__
from tonecheck.errors import FormatError, TonecheckError
from tonecheck.files import FORMATS, CsvWriter, Fields, Row, format_of, jsonl_line, read_rows

if TYPE_CHECKING:
    from tonecheck.result import TicketScore
    from tonecheck.scorer import Scorer

_FILE_ENDINGS = (".txt", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".gz", ".zip", ".xlsx", ".parquet", ".eml", ".mbox")

DONE, FAILED, USAGE, DONE_WITH_FAILED_ROWS, INTERRUPTED = 0, 1, 2, 3, 130

_LANGUAGES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code."""
    parser = _parser()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a letter is no reason to stop
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except TonecheckError as error:
        print(f"tonecheck: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # the reader went away, as `head` does: nobody is left to tell
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        print(f"tonecheck: {error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("tonecheck: interrupted; nothing was written to --output", file=sys.stderr)
        return INTERRUPTED


class _Parser(argparse.ArgumentParser):
    """argparse repeats in its errors what was typed, which may be a ticket; this one tells the cure instead."""

    def error(self, message: str) -> NoReturn:
        if message.startswith("unrecognized arguments"):
            message = "too many arguments, or an unknown option; put a text in quotes, as one argument."
        elif "invalid choice" in message and message.startswith("argument {score"):
            message = 'unknown command; there are score, info and verify. To score a text: tonecheck score "the text"'
        super().error(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="tonecheck",
        description="Scores tickets for hostility to staff, user error and urgency. Offline: nothing is sent or kept.",
        epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 done but some rows could not be scored.",
    )
    parser.add_argument("--version", action="version", version=f"tonecheck {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="{score,info,verify}")

    score = commands.add_parser("score", help="score one text, or every ticket of a file")
    score.set_defaults(run=_score)
    score.add_argument("input", help='a text in quotes, a file (text lines, JSONL, CSV, TSV), or "-" for standard input')
    score.add_argument("--text", action="store_true", help="the input is the text itself, even if a file has that name")
    score.add_argument("--json", action="store_true", help="for one text: print JSON")
    score.add_argument("--output", "-o", metavar="FILE", help="write here instead of to standard output")
    score.add_argument(
        "--format", choices=FORMATS, help="what the input file is; by default told from its name or first character"
    )
    score.add_argument("--text-field", metavar="NAME", help="field or column with the whole text (default: text)")
    score.add_argument("--subject-field", metavar="NAME", help="field or column with the subject (default: subject)")
    score.add_argument("--body-field", metavar="NAME", help="field or column with the body (default: body)")
    score.add_argument("--no-clean", action="store_true", help="give the text to the network as it is, with quotes and markup")
    score.add_argument("--threads", type=_at_least_one, metavar="N", help="tickets worked on at once (default: one a core)")
    score.add_argument("--quiet", "-q", action="store_true", help="no progress bar and no summary")

    info = commands.add_parser("info", help="show the model: what it is, its thresholds and what they were chosen for")
    info.set_defaults(run=_info)
    info.add_argument("--json", action="store_true", help="print JSON")

    verify = commands.add_parser("verify", help="check every byte of the model")
    verify.set_defaults(run=_verify)

    for command in (score, info, verify):
        command.add_argument("--model", metavar="FOLDER", help="another model (default: the one that came with tonecheck)")
    return parser


def _at_least_one(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, got {text!r}")
    return int(text)


def _score(options: argparse.Namespace) -> int:
    from tonecheck.scorer import Scorer

    fields = Fields(options.text_field, options.subject_field, options.body_field)
    path = None if options.text or options.input == "-" else _named_file(options.input)
    scorer = Scorer(options.model, threads=options.threads, clean=not options.no_clean)
    if path is None and (options.text or options.input != "-"):
        with _sink(options.output, as_data=options.json) as sink:
            score = scorer.score(options.input)
            sink.write(json.dumps(score.as_dict(), ensure_ascii=False) + "\n" if options.json else _card(score, sink))
        return DONE
    if path and options.output and Path(options.output).exists() and path.samefile(options.output):
        raise FormatError("--output is the input itself, which a failed row would be lost from; name another file.")
    kind = options.format or (format_of(path.name) if path else None)
    with contextlib.ExitStack() as stack:
        source: BinaryIO = stack.enter_context(path.open("rb")) if path else sys.stdin.buffer
        return _score_file(scorer, source, kind, fields, options)


def _named_file(argument: str) -> Path | None:
    """The file an argument names, or None when the argument is a text."""
    path = Path(argument)
    with contextlib.suppress(OSError, ValueError):  # a text too long or too odd for a file name is a text
        if argument.strip() and path.is_dir():
            raise FormatError(f"{argument!r} is a folder; name a file. To score these words themselves add --text.")
        if argument.strip() and path.exists():
            return path
    looks_like_path = argument.startswith(("/", "./", "../", "~/")) or argument.lower().endswith(_FILE_ENDINGS)
    if looks_like_path and not any(mark.isspace() for mark in argument):
        raise FormatError(f"there is no file {argument!r}. To score these words themselves add --text.")
    return None


def _score_file(scorer: Scorer, source: BinaryIO, kind: str | None, fields: Fields, options: argparse.Namespace) -> int:
    from tonecheck.ordered import ordered_map

    def one(row: Row) -> tuple[Row, TicketScore | None]:
        return row, None if row.ticket is None else scorer.score(row.ticket)

    read = read_rows(source, kind, fields)
    written = format_of(options.output or "") or (kind if kind in ("csv", "tsv") else "jsonl")
    as_csv = written in ("csv", "tsv")
    if as_csv and read.columns is None:
        raise FormatError("a CSV can only be written from a CSV; name an --output that ends in .jsonl")
    n_rows = n_failed = n_abstained = 0
    with _sink(options.output, as_data=True) as sink:
        delimiter = "\t" if written == "tsv" else ","
        writer = CsvWriter(sink, read.columns, delimiter=delimiter) if as_csv and read.columns else None
        rows = _progress(read.rows, source, options.quiet)
        for row, score in ordered_map(one, rows, threads=scorer.threads):
            n_rows += 1
            n_failed += score is None
            n_abstained += score is not None and score.abstained is not None
            if writer:
                writer.write(row, score)
            else:
                sink.write(jsonl_line(row, score))
    if not options.quiet:
        print(
            f"tonecheck: {n_rows} rows read: {n_rows - n_failed - n_abstained} scored, "
            f"{n_abstained} abstained from, {n_failed} failed",
            file=sys.stderr,
        )
    return DONE_WITH_FAILED_ROWS if n_failed else DONE


def _progress(rows: Iterator[Row], source: BinaryIO, quiet: bool) -> Iterator[Row]:
    """A bar on a terminal, by bytes read where the size is known; nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield from rows
        return
    from tqdm import tqdm

    size = os.fstat(source.fileno()).st_size if source.seekable() else None
    with tqdm(total=size, unit="B", unit_scale=True, unit_divisor=1024, dynamic_ncols=True, leave=False) as bar:
        for count, row in enumerate(rows, start=1):
            yield row
            bar.set_postfix_str(f"{count} tickets", refresh=False)
            if size is not None:
                bar.update(source.tell() - bar.n)


@contextlib.contextmanager
def _sink(output: str | None, *, as_data: bool) -> Iterator[TextIO]:
    """Standard output, or a file that appears whole at the end or not at all.

    Args:
        output: The file's name, None for standard output. A pipe or a device is written to as it is.
        as_data: For a program to read: UTF-8 always. Otherwise for a person: whatever the terminal can show.
    """
    if output is None:
        if as_data and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n", errors="strict")
        yield sys.stdout
        return
    target = Path(output)
    if target.is_dir() or not target.parent.is_dir():
        raise FormatError(f"cannot write {output!r}: " + ("it is a folder." if target.is_dir() else "there is no such folder."))
    if target.exists() and not target.is_file():
        with target.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with unfinished.open("x", encoding="utf-8", newline="") as file:
            yield file
        os.replace(unfinished, target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _card(score: TicketScore, sink: TextIO) -> str:
    """One score as a person reads it."""
    name = _LANGUAGES.get(score.language, score.language)
    if score.abstained:
        why = {
            "empty": "there is no text",
            "wordless": "there are no words in it",
            "language": f"it is in another language ({name})",
        }
        return f"not scored: {why.get(score.abstained, score.abstained)}\nmodel       {score.model_id}\n"
    full, hollow = _blocks(sink)
    lines = []
    for axis in AXES:
        value = getattr(score, axis)
        filled = round(value * 20)
        lines.append(f"{axis.replace('_', ' '):<11} {full * filled}{hollow * (20 - filled)} {value:.2f}  {score.levels[axis]}")
    lines += [f"{name.replace('_', ' '):<11} {value:.2f}" for name, value in score.own.items()]
    flags = score.flags()
    fired = [f"{signal} {score.signals[signal]:.2f}" for signal in SIGNALS if flags[signal]]
    raised = [axis.replace("_", " ") for axis in (*AXES, *score.own) if flags[axis]]
    tokens = f"{score.n_tokens} token{'s' * (score.n_tokens != 1)}"
    lines.append(f"signals     {', '.join(fired) or 'none'}")
    lines.append(f"flagged     {', '.join(raised) or 'nothing'} (at the balanced point)")
    lines.append(
        f"read        {score.read_fraction:.0%} of the text, {tokens}, {name if score.language != 'und' else 'language not told'}"
    )
    lines.append(f"model       {score.model_id}")
    return "\n".join(lines) + "\n"


def _blocks(sink: TextIO) -> tuple[str, str]:
    try:
        "█░".encode(sink.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return "#", "."
    return "█", "░"


def _info(options: argparse.Namespace) -> int:
    from tonecheck.scorer import Scorer

    scorer = Scorer(options.model)
    config = scorer.config
    points = {
        point: {name: dataclasses.asdict(at) for name, at in thresholds.items()} for point, thresholds in config.points.items()
    }
    if options.json:
        plain = {
            "model_id": scorer.model_id,
            "folder": str(scorer.folder),
            "tonecheck": __version__,
            "languages": config.languages,
            "window_tokens": config.window,
            "overlap_tokens": config.overlap,
            "levels": LEVELS,
            "points": points,
        }
        print(json.dumps(plain, indent=1))
        return DONE
    print(f"model       {scorer.model_id}\nfolder      {scorer.folder}\ntonecheck   {__version__}")
    print(f"languages   {', '.join(config.languages)}\nwindows     {config.window} tokens, overlapping by {config.overlap}")
    for point, thresholds in points.items():
        print(f"\n{point:<16}     flagged from   chosen for / seen in cross-validation")
        for name, at in thresholds.items():
            print(
                f"  {name:<16} {at['threshold']:>11.3f}   {at['chosen_for']} / precision {at['precision']:.2f} "
                f"at a base rate of {at['base_rate']:.3f}, recall {at['recall']:.2f}"
            )
    return DONE


def _verify(options: argparse.Namespace) -> int:
    from tonecheck.bundle import find_bundle, read_bundle
    from tonecheck.scorer import Scorer

    bundle = read_bundle(find_bundle(options.model))
    Scorer(bundle.folder)
    for name, content in sorted(bundle.files.items()):
        print(f"ok  {name}  {len(content)} bytes")
    print(f"ok  {bundle.model_id} in {bundle.folder}")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
