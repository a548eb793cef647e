"""The command line: what it prints, where it writes, and the code it ends with."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tonecheck import AXES, Scorer, TicketScore, __version__
from tonecheck.cli import DONE, DONE_WITH_FAILED_ROWS, FAILED, INTERRUPTED, USAGE, main
from tonecheck.files import CSV_ADDED

Quick = Callable[..., int]
Real = Callable[..., "subprocess.CompletedProcess[bytes]"]
GERMAN = "Leider kann ich mich seit heute Morgen nicht mehr anmelden, bitte helfen Sie mir schnell."


@pytest.fixture
def quick(scorer: Scorer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Quick:
    """The command line in this process, with the scorer that is loaded already, in an empty folder."""
    monkeypatch.setattr("tonecheck.scorer.Scorer", lambda *_, **__: scorer)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: bytes = b"") -> int:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        return main(arguments)

    return run


def objects(text: str | bytes) -> list[dict]:
    return [json.loads(line) for line in (text.decode() if isinstance(text, bytes) else text).splitlines()]


# One text


def test_a_text_gives_a_card(quick: Quick, capsys: pytest.CaptureFixture[str], scorer: Scorer) -> None:
    text = "you people are useless, my site is down again"
    assert quick("score", text) == DONE
    out, err = capsys.readouterr()
    assert err == ""
    score = scorer.score(text)
    for axis in AXES:
        (line,) = (line for line in out.splitlines() if line.startswith(axis.replace("_", " ")))
        assert f"{getattr(score, axis):.2f}" in line
        assert line.endswith(score.levels[axis])
        assert line.count("█") == round(getattr(score, axis) * 20)
        assert line.count("█") + line.count("░") == 20
    flags = score.flags()
    for signal in score.signals:
        assert (f"{signal} {score.signals[signal]:.2f}" in out) == flags[signal]
    assert score.model_id in out
    assert text not in out


def test_a_text_gives_json_when_asked(quick: Quick, capsys: pytest.CaptureFixture[str], scorer: Scorer) -> None:
    assert quick("score", "my site is down", "--json") == DONE
    out, err = capsys.readouterr()
    assert err == ""
    assert TicketScore.from_dict(json.loads(out)) == scorer.score("my site is down")


@pytest.mark.parametrize(("text", "why"), [(" ", "no text"), ("", "no text"), ("???", "no words"), (GERMAN, "German")])
def test_a_text_that_is_abstained_from_gives_a_card_without_a_number(
    quick: Quick, capsys: pytest.CaptureFixture[str], text: str, why: str
) -> None:
    assert quick("score", text) == DONE
    out, _ = capsys.readouterr()
    assert out.startswith("not scored: ")
    assert why in out
    assert "nan" not in out.lower()
    assert "█" not in out
    assert quick("score", text, "--json") == DONE
    plain = json.loads(capsys.readouterr().out)
    assert [plain[axis] for axis in AXES] == [None] * 3


def test_a_very_long_text_is_a_text(quick: Quick, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("help " * 2_000, "a" * 300_000, "a" * 255, "a/" * 5_000, "help\0me please"):
        assert quick("score", text, "--json") == DONE
        objects(capsys.readouterr().out)


@pytest.mark.parametrize(
    "text",
    [
        "-5 stars for you",
        "help\nme",
        "it's 100% broken",
        "--",
        "*",
        "~",
        "$HOME",
        "C:\\temp is full",
        "{}",
        '{"text": 1}',
        "[1]",
        "@file",
    ],
)
def test_an_odd_text_is_a_text(quick: Quick, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert quick("score", "--json", "--text", *(["--"] if text.startswith("-") else []), text) == DONE
    objects(capsys.readouterr().out)


def test_a_file_with_the_name_of_a_text_is_read_unless_told_otherwise(
    quick: Quick, capsys: pytest.CaptureFixture[str], scorer: Scorer
) -> None:
    Path("my site is down").write_text("please help\nthank you\n")
    assert quick("score", "my site is down") == DONE
    assert [row["text"] for row in objects(capsys.readouterr().out)] == ["please help", "thank you"]
    assert quick("score", "my site is down", "--text", "--json") == DONE
    assert TicketScore.from_dict(json.loads(capsys.readouterr().out)) == scorer.score("my site is down")


def test_what_looks_like_a_file_that_is_not_there_is_no_text(quick: Quick, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("tickets.csv", "in/tickets.jsonl", "TICKETS.TSV", "a.txt"):
        assert quick("score", name) == FAILED
        out, err = capsys.readouterr()
        assert out == ""
        assert "there is no file" in err
        assert "--text" in err
    assert quick("score", "please send me tickets.csv", "--json") == DONE
    assert quick("score", "tickets.csv", "--text", "--json") == DONE


def test_a_folder_is_no_ticket(quick: Quick, capsys: pytest.CaptureFixture[str]) -> None:
    Path("help").mkdir()
    assert quick("score", "help") == FAILED
    assert "is a folder" in capsys.readouterr().err
    assert quick("score", "help", "--text") == DONE


def test_an_empty_text_is_a_text_and_no_folder(quick: Quick, capsys: pytest.CaptureFixture[str]) -> None:
    assert quick("score", "") == DONE
    assert "no text" in capsys.readouterr().out


# Files


def test_lines_jsonl_csv_and_standard_input_give_the_same_scores(
    quick: Quick, capsys: pytest.CaptureFixture[str], tickets: Sequence[str], scorer: Scorer
) -> None:
    texts = [ticket.replace("\n", " ") for ticket in tickets]
    expected = [scorer.score(text).as_dict() for text in texts]
    lines = "".join(f"{text}\n" for text in texts)
    Path("in.txt").write_text(lines, "utf-8")
    Path("in.jsonl").write_text("".join(json.dumps({"id": k, "text": text}) + "\n" for k, text in enumerate(texts)), "utf-8")
    with Path("in.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "text"], *([k, text] for k, text in enumerate(texts))])
    for arguments, stdin in (
        (["in.txt"], b""),
        (["in.jsonl"], b""),
        (["in.csv", "--output", "out.jsonl"], b""),
        (["-"], lines.encode()),
        (["-"], Path("in.jsonl").read_bytes()),
        (["-", "--format", "csv", "--output", "out.jsonl"], Path("in.csv").read_bytes()),
    ):
        assert quick("score", *arguments, stdin=stdin) == DONE
        out = capsys.readouterr().out
        rows = objects(Path("out.jsonl").read_text("utf-8") if "--output" in arguments else out)
        assert [row["tonecheck"] for row in rows] == expected
        assert [row["text"] for row in rows] == texts
        if "id" in rows[0]:
            assert [str(row["id"]) for row in rows] == [str(k) for k in range(len(texts))]


def test_csv_goes_out_as_csv_with_its_own_columns_first(quick: Quick, capsys: pytest.CaptureFixture[str], scorer: Scorer) -> None:
    Path("in.csv").write_text('id,text,note\n007,"my site, is down",NA\n008,,x\n', "utf-8")
    assert quick("score", "in.csv") == DONE
    header, one, two = csv.reader(io.StringIO(capsys.readouterr().out, newline=""))
    assert header == ["id", "text", "note", *CSV_ADDED]
    assert one[:3] == ["007", "my site, is down", "NA"]
    assert float(one[3]) == scorer.score("my site, is down").hostility
    assert two[:6] == ["008", "", "x", "", "", ""]
    assert two[header.index("tonecheck_abstained")] == "empty"


def test_columns_may_be_named(quick: Quick, capsys: pytest.CaptureFixture[str], scorer: Scorer) -> None:
    from tonecheck import Ticket

    Path("in.jsonl").write_text('{"title": "Down", "message": "my site is down", "text": "no"}\n')
    assert quick("score", "in.jsonl", "--subject-field", "title", "--body-field", "message") == DONE
    assert objects(capsys.readouterr().out)[0]["tonecheck"] == scorer.score(Ticket("Down", "my site is down")).as_dict()


def test_an_unknown_column_lists_the_columns_there_are(quick: Quick, capsys: pytest.CaptureFixture[str]) -> None:
    Path("in.csv").write_text("id,message\n1,secret words\n")
    for more in ([], ["--text-field", "txt"]):
        assert quick("score", "in.csv", *more, "--output", "out.csv") == FAILED
        err = capsys.readouterr().err
        assert "'id', 'message'" in err
        assert "secret" not in err
        assert not Path("out.csv").exists()


def test_bad_rows_are_told_and_the_run_ends_with_three(quick: Quick, capsys: pytest.CaptureFixture[str], scorer: Scorer) -> None:
    Path("in.jsonl").write_text(
        '{"id": 1, "text": "my site is down"}\nsecret words\n{"id": 3, "text": null}\n\n{"id": 4}\n{"id": 5, "text": "???"}\n'
    )
    assert quick("score", "in.jsonl") == DONE_WITH_FAILED_ROWS
    out, err = capsys.readouterr()
    rows = objects(out)
    assert [row.get("id", row.get("line")) for row in rows] == [1, 2, 3, 4, 5]
    assert ["error" in row for row in rows] == [False, True, True, True, False]
    assert ["tonecheck" in row for row in rows] == [True, False, False, False, True]
    assert "secret" not in out + err
    assert "5 rows read: 1 scored, 1 abstained from, 3 failed" in err


def test_quiet_is_quiet(quick: Quick, capsys: pytest.CaptureFixture[str]) -> None:
    Path("in.txt").write_text("please help\n")
    assert quick("score", "in.txt", "--quiet") == DONE
    assert capsys.readouterr().err == ""


def test_a_field_may_hold_anything(quick: Quick, capsys: pytest.CaptureFixture[str]) -> None:
    fields = {"text": "café \u2028 \U0001f600", "n": 1.5, "deep": {"a": [None, True]}, "half": "\ud800"}
    Path("in.jsonl").write_text(json.dumps(fields) + "\n")
    assert quick("score", "in.jsonl", "--output", "out.jsonl") == DONE
    (row,) = objects(Path("out.jsonl").read_bytes())
    row.pop("tonecheck")
    assert row == fields


# The output


def test_an_output_appears_whole_at_the_end(quick: Quick, monkeypatch: pytest.MonkeyPatch, scorer: Scorer) -> None:
    Path("in.txt").write_text("please help\n" * 50)
    seen = []
    score = scorer.score

    def watching(ticket: object) -> TicketScore:
        seen.append(Path("out.jsonl").exists())
        return score(ticket)

    monkeypatch.setattr(scorer, "score", watching, raising=False)
    assert quick("score", "in.txt", "--output", "out.jsonl") == DONE
    assert seen == [False] * 50
    assert len(objects(Path("out.jsonl").read_bytes())) == 50
    assert sorted(os.listdir()) == ["in.txt", "out.jsonl"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError(28, "No space left on device"), MemoryError])
def test_an_output_that_fails_leaves_what_was_there_and_nothing_else(
    quick: Quick, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], failure: BaseException
) -> None:
    Path("in.txt").write_text("please help\n" * 50)
    Path("out.jsonl").write_text("what was there\n")
    n = 0

    def failing(row: object, score: object) -> str:
        nonlocal n
        n += 1
        if n == 20:
            raise failure
        return "{}\n"

    monkeypatch.setattr("tonecheck.cli.jsonl_line", failing)
    try:
        code = quick("score", "in.txt", "--output", "out.jsonl")
    except MemoryError:
        code = FAILED
    assert code == (INTERRUPTED if failure is KeyboardInterrupt else FAILED)
    assert Path("out.jsonl").read_text() == "what was there\n"
    assert sorted(os.listdir()) == ["in.txt", "out.jsonl"]


def test_an_existing_output_is_replaced(quick: Quick) -> None:
    Path("in.txt").write_text("please help\n")
    Path("out.jsonl").write_text("what was there\n" * 100)
    assert quick("score", "in.txt", "--output", "out.jsonl") == DONE
    assert len(objects(Path("out.jsonl").read_bytes())) == 1


def test_one_text_may_go_to_a_file(quick: Quick, capsys: pytest.CaptureFixture[str]) -> None:
    assert quick("score", "please help", "--json", "--output", "out.json") == DONE
    assert capsys.readouterr().out == ""
    assert len(objects(Path("out.json").read_bytes())) == 1


@pytest.mark.parametrize("output", [".", "no/such/folder/out.jsonl", "in.txt/out.jsonl"])
def test_an_output_that_cannot_be_written_is_told(quick: Quick, capsys: pytest.CaptureFixture[str], output: str) -> None:
    Path("in.txt").write_text("please help\n")
    assert quick("score", "in.txt", "--output", output) == FAILED
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tonecheck: ")
    assert err.count("\n") == 1
    assert Path("in.txt").read_text() == "please help\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no such files there")
@pytest.mark.parametrize("kind", ["pipe", "device", "link to a device"])
def test_an_output_that_is_no_plain_file_is_never_replaced_by_one(
    quick: Quick, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """`--output /dev/null`, run as root, must not turn /dev/null into a file."""
    Path("in.txt").write_text("please help\n")
    output = Path("out")
    if kind == "pipe":
        os.mkfifo(output)
        reader = os.open(output, os.O_RDONLY | os.O_NONBLOCK)
    elif kind == "device":
        try:
            os.mknod(output, 0o020666, os.makedev(1, 3))
        except PermissionError:
            pytest.skip("only root makes devices")
    else:
        output.symlink_to("/dev/null")
    before = output.stat()
    assert quick("score", "in.txt", "--output", "out") in (DONE, FAILED)
    if kind == "pipe":
        os.close(reader)
    assert output.stat().st_mode == before.st_mode
    assert output.stat().st_rdev == before.st_rdev
    assert Path("/dev/null").is_char_device()


@pytest.mark.skipif(not hasattr(os, "umask"), reason="no modes there")
def test_a_new_output_has_the_mode_that_files_have_here(quick: Quick) -> None:
    Path("in.txt").write_text("please help\n")
    assert quick("score", "in.txt", "--output", "out.jsonl") == DONE
    assert Path("out.jsonl").stat().st_mode == Path("in.txt").stat().st_mode


# Usage, info, verify


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["scorre"], ["score"], ["score", "a", "b"], ["score", "a", "--no-such-option"], ["score", "a", "--threads", "0"],
        ["score", "a", "--threads", "-1"], ["score", "a", "--threads", "two"], ["score", "a", "--threads", "1.5"],
        ["score", "a", "--threads", "²"], ["score", "a", "--threads", "9" * 5_000], ["score", "a", "--format", "xml"],
        ["info", "a"],
    ],
    ids=lambda arguments: " ".join(arguments)[:40] or "nothing",
)  # fmt: skip
def test_wrong_usage_ends_with_two(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert "usage: tonecheck" in err


def test_wrong_usage_never_repeats_the_ticket(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["score", "you", "secret", "words"],
        ["score", "--secret", "x"],
        ["score", "help", "--secret words"],
        ["score", "-secret"],
    ):
        with pytest.raises(SystemExit):
            main(arguments)
        assert "secret" not in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["score", "--help"], ["info", "--help"], ["verify", "--help"]])
def test_help_ends_with_zero(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == DONE
    assert "usage: tonecheck" in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == DONE
    assert capsys.readouterr().out == f"tonecheck {__version__}\n"


def test_info_tells_the_model_and_its_points(capsys: pytest.CaptureFixture[str], scorer: Scorer) -> None:
    assert main(["info"]) == DONE
    out = capsys.readouterr().out
    assert scorer.model_id in out
    assert main(["info", "--json"]) == DONE
    plain = json.loads(capsys.readouterr().out)
    assert plain["model_id"] == scorer.model_id
    for point, thresholds in scorer.config.points.items():
        assert point in out
        assert {name: at["threshold"] for name, at in plain["points"][point].items()} == {
            name: at.threshold for name, at in thresholds.items()
        }


def test_verify_says_that_every_byte_is_right(capsys: pytest.CaptureFixture[str], scorer: Scorer) -> None:
    assert main(["verify"]) == DONE
    out = capsys.readouterr().out
    assert out.count("ok  ") >= 4
    assert scorer.model_id in out


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "config.json", "MANIFEST.json"])
def test_verify_info_and_score_refuse_a_changed_model_by_the_name_of_the_file(
    bundle_copy: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    with (bundle_copy / name).open("r+b") as file:
        file.seek(40)
        byte = file.read(1)
        file.seek(40)
        file.write(bytes([byte[0] ^ 1]))
    for arguments in (["verify"], ["info"], ["score", "my site is down"]):
        assert main([*arguments, "--model", str(bundle_copy)]) == FAILED
        out, err = capsys.readouterr()
        assert out == ""
        assert name in err
        assert "my site" not in err


def test_a_model_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["score", "my site is down", "--model", str(tmp_path / "nowhere")]) == FAILED
    assert "nowhere" in capsys.readouterr().err


# As a user runs it


def test_a_real_run_of_each_kind(run_tonecheck: Real, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "my site is down", "id": "é"}\n')
    card = run_tonecheck("score", "my site is down")
    assert (card.returncode, card.stderr) == (DONE, b"")
    assert "█" in card.stdout.decode() or "░" in card.stdout.decode()
    lines = run_tonecheck("score", "in.jsonl", "--threads", "2")
    assert lines.returncode == DONE
    assert objects(lines.stdout)[0]["id"] == "é"
    assert b"1 rows read: 1 scored" in lines.stderr
    piped = run_tonecheck("score", "-", stdin=b"please help\nnot \xff utf-8\n")
    assert piped.returncode == DONE_WITH_FAILED_ROWS
    assert ["error" in row for row in objects(piped.stdout)] == [False, True]


def test_a_real_failure_and_a_real_misuse(run_tonecheck: Real) -> None:
    failed = run_tonecheck("score", "tickets.csv")
    assert (failed.returncode, failed.stdout) == (FAILED, b"")
    assert failed.stderr.startswith(b"tonecheck: ")
    misused = run_tonecheck("score")
    assert misused.returncode == USAGE
    assert b"Traceback" not in failed.stderr + misused.stderr


def test_there_is_no_progress_bar_in_a_pipe(run_tonecheck: Real, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("please help\n" * 300)
    done = run_tonecheck("score", "in.txt", "--output", "out.jsonl")
    assert done.returncode == DONE
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1
    assert b"\r" not in done.stderr
    assert b"%" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no such terminal there")
@pytest.mark.parametrize("name", ["in.txt", "in.csv", "in.jsonl", "-"])
def test_a_progress_bar_on_a_terminal_leaves_a_clean_line(tmp_path: Path, name: str) -> None:
    import pty

    from conftest import environment

    (tmp_path / "in.txt").write_text("please help\n" * 200)
    (tmp_path / "in.csv").write_text("text\n" + "please help\n" * 200)
    (tmp_path / "in.jsonl").write_text('{"text": "please help"}\n' * 200)
    ours, theirs = pty.openpty()
    with (tmp_path / "in.txt").open("rb") as stdin, (tmp_path / "out").open("wb") as stdout:
        process = subprocess.Popen(
            [sys.executable, "-m", "tonecheck", "score", name],
            stdin=stdin, stdout=stdout, stderr=theirs, cwd=tmp_path, env=environment(TERM="xterm"),
        )  # fmt: skip
        os.close(theirs)
        seen = b""
        try:
            while piece := os.read(ours, 65_536):
                seen += piece
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        assert process.wait(120) == DONE
    assert b"\r" in seen
    assert b"Traceback" not in seen
    assert seen.rstrip().endswith(b"200 rows read: 200 scored, 0 abstained from, 0 failed")
    assert (tmp_path / "out").read_bytes().count(b"\n") == (201 if name == "in.csv" else 200)


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipe there")
def test_a_reader_that_goes_away_ends_the_run_without_a_word(tmp_path: Path) -> None:
    from conftest import environment

    (tmp_path / "in.txt").write_text("please help\n" * 3_000)
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" -m tonecheck score --quiet in.txt | head -1', sys.executable],
        capture_output=True, timeout=120, cwd=tmp_path, env=environment(), check=False,
    )  # fmt: skip
    assert len(objects(done.stdout)) == 1
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_a_failure_that_is_told_once(tmp_path: Path) -> None:
    from conftest import environment

    for arguments in (["score", "please help"], ["score", "-"], ["info"], ["verify"]):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "tonecheck", *arguments],
                input=b"please help\n" * 100, stdout=full, stderr=subprocess.PIPE, timeout=120, cwd=tmp_path,
                env=environment(), check=False,
            )  # fmt: skip
        assert done.returncode == FAILED
        assert b"No space left" in done.stderr
        assert b"Traceback" not in done.stderr
        assert b"Exception ignored" not in done.stderr


def test_an_ascii_terminal_gets_an_ascii_card(run_tonecheck: Real) -> None:
    for text in ("my café is down, please help", GERMAN):
        done = run_tonecheck("score", text, PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (DONE, b"")
        assert done.stdout.isascii()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-16-le"])
def test_jsonl_is_json_in_utf8_whatever_the_terminal(run_tonecheck: Real, tmp_path: Path, encoding: str) -> None:
    text = "my café \U0001f600 is down"
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": text}, ensure_ascii=False) + "\n", "utf-8")
    done = run_tonecheck("score", "in.jsonl", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert done.returncode == DONE
    assert objects(done.stdout)[0]["text"] == text


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_csv_is_utf8_whatever_the_terminal(run_tonecheck: Real, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "in.csv").write_text("text\nmy café \U0001f600 is down\n", "utf-8")
    done = run_tonecheck("score", "in.csv", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert done.returncode == DONE
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode("utf-8"))))
    assert rows[0]["text"] == "my café \U0001f600 is down"


@pytest.mark.parametrize("arguments", [["info"], ["info", "--json"], ["verify"], ["score", "please help"]], ids=" ".join)
def test_a_folder_with_an_odd_name_is_told_on_any_terminal(run_tonecheck: Real, bundle_copy: Path, arguments: list[str]) -> None:
    folder = bundle_copy.rename(bundle_copy.with_name("modèle \U0001f600"))
    done = run_tonecheck(*arguments, "--model", str(folder), PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (DONE, b"")
    (folder / "config.json").unlink()
    done = run_tonecheck(*arguments, "--model", str(folder), PYTHONIOENCODING="ascii")
    assert done.returncode == FAILED
    assert b"config.json" in done.stderr
    assert b"Traceback" not in done.stderr
