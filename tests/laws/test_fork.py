"""Law: a scorer works in every process: before and after a fork, in the middle of one, spawned and pickled; it never hangs."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tonecheck import ModelIntegrityError, ModelNotFoundError, Scorer
from tonecheck.bundle import read_bundle, write_manifest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")

HEAD = """
import json, os, signal, sys, threading, time
import tonecheck
from tonecheck import Scorer
TICKETS = ["my site is down, please help", "you people are useless", "", "I typed the wrong password", "please help me " * 150]

def bits(scores):
    return [json.dumps(score.as_dict()) for score in scores]

def child(work, seconds=80):
    '''Runs work in a forked child and returns what it gave; a child that hangs or dies fails.'''
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            signal.alarm(seconds)
            with os.fdopen(writing, "w") as pipe:
                json.dump(work(), pipe)
            code = 0
        except BaseException as error:
            print("child:", type(error).__name__, error, file=sys.stderr, flush=True)
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    assert status == 0, ("child ended with", status)
    return json.loads(said)
"""


def run(run_python: Run, program: str, *arguments: str) -> None:
    done = run_python(HEAD + program + "\nprint('done')", *arguments, PYTHONWARNINGS="ignore::DeprecationWarning")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "done\n"
    assert done.stderr == ""


@needs_fork
def test_fork_before_the_first_score(run_python: Run) -> None:
    run(
        run_python,
        """
scorer = Scorer(threads=2)
inside = child(lambda: bits(scorer.score_many(TICKETS)))
assert inside == bits(scorer.score_many(TICKETS))
""",
    )


@needs_fork
def test_fork_after_use_and_fork_in_the_fork(run_python: Run) -> None:
    run(
        run_python,
        """
scorer = Scorer(threads=2)
before = bits(scorer.score_many(TICKETS))
for _ in range(3):
    assert child(lambda: bits(scorer.score_many(TICKETS))) == before
assert child(lambda: child(lambda: bits(map(scorer.score, TICKETS)), 60)) == before
assert bits(scorer.score_many(TICKETS)) == before
""",
    )


@needs_fork
def test_fork_of_the_shared_scorer_before_and_after_use(run_python: Run) -> None:
    run(
        run_python,
        """
early = child(lambda: bits(tonecheck.score_many(TICKETS)))
assert bits(tonecheck.score_many(TICKETS)) == early
assert child(lambda: bits(map(tonecheck.score, TICKETS))) == early
""",
    )


@needs_fork
def test_fork_while_other_threads_score_and_load(run_python: Run) -> None:
    run(
        run_python,
        """
sys.setswitchinterval(1e-5)
scorer = Scorer(threads=2)
expected = bits(map(scorer.score, TICKETS))
stop = threading.Event()
failures = []

def busy(load):
    try:
        while not stop.is_set():
            assert bits(map((Scorer(threads=1) if load else scorer).score, TICKETS)) == expected
            assert bits(map(tonecheck.score, TICKETS)) == expected
    except BaseException as error:
        failures.append(repr(error))

threads = [threading.Thread(target=busy, args=(k == 0,)) for k in range(3)]
for thread in threads:
    thread.start()
for k in range(5):
    time.sleep(0.003 * k)
    assert child(lambda: bits(map(scorer.score, TICKETS)) + bits(scorer.score_many(TICKETS))) == expected * 2
    assert child(lambda: bits(map(tonecheck.score, TICKETS))) == expected
stop.set()
for thread in threads:
    thread.join()
assert not failures, failures
""",
    )


@needs_fork
def test_fork_in_the_middle_of_an_iteration(run_python: Run) -> None:
    run(
        run_python,
        """
scorer = Scorer(threads=4)
expected = bits(map(scorer.score, TICKETS))
scores = scorer.score_many(TICKETS * 20)
first = [next(scores) for _ in range(5)]
assert child(lambda: bits(scorer.score_many(TICKETS))) == expected
assert bits(first) == expected
assert bits(scores) == expected * 19
""",
    )


@needs_fork
def test_many_threads_of_a_child_share_one_new_engine(run_python: Run) -> None:
    run(
        run_python,
        """
from concurrent.futures import ThreadPoolExecutor
scorer = Scorer(threads=2)
expected = bits(map(scorer.score, TICKETS))

def work():
    with ThreadPoolExecutor(8) as pool:
        many = list(pool.map(lambda _: bits(map(scorer.score, TICKETS)), range(16)))
    assert many == [expected] * 16
    return many[0]

assert child(work) == expected
""",
    )


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_multiprocessing_in_every_way(run_python: Run, tmp_path: Path, method: str) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} on this system")
    program = tmp_path / "program.py"
    program.write_text(
        f"""
import json, multiprocessing
import tonecheck
from tonecheck import Scorer
TICKETS = ["my site is down, please help", "", "please help me " * 150]

def work(scorer):
    return [json.dumps(score.as_dict()) for score in scorer.score_many(TICKETS)]

if __name__ == "__main__":
    scorer = Scorer(threads=2)
    expected = work(scorer)
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        assert pool.map_async(work, [scorer] * 4).get(60) == [expected] * 4
        scores = pool.map_async(tonecheck.score, TICKETS).get(60)
        assert [json.dumps(score.as_dict()) for score in scores] == expected
    print("done")
""",
        "utf-8",
    )
    start = "import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-W', 'ignore', sys.argv[1]]).returncode)"
    done = run_python(start, str(program))
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    assert done.stderr == ""


def test_a_half_read_iteration_lets_the_process_end(run_python: Run) -> None:
    run(run_python, "scores = Scorer(threads=4).score_many(TICKETS * 100); next(scores)")
    run(run_python, "import itertools\nscores = Scorer(threads=4).score_many(itertools.repeat('please help')); next(scores)")


def test_a_pickled_scorer_is_the_same_scorer(scorer: Scorer) -> None:
    for clean in (True, False):
        mine = Scorer(threads=3, clean=clean)
        back = pickle.loads(pickle.dumps(mine))
        assert (back.threads, back.clean, back.model_id, back.folder) == (3, clean, mine.model_id, mine.folder)
        assert back.score("my site is <b>down</b>") == mine.score("my site is <b>down</b>")


def test_a_pickle_holds_no_weights() -> None:
    assert len(pickle.dumps(Scorer(threads=1))) < 1_000


def another_version(folder: Path) -> None:
    """Makes it a well-formed model that is not the same."""
    write_manifest(folder, name="tonecheck-en", version="99.0.0")
    read_bundle(folder)


def test_a_scorer_pickled_from_a_relative_path_loads_from_anywhere(bundle_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bundle_copy.parent)
    pickled = pickle.dumps(Scorer(bundle_copy.name, threads=1))
    monkeypatch.chdir("/")
    assert pickle.loads(pickled).folder == bundle_copy.resolve()


def test_a_bundle_changed_between_pickle_and_load_is_refused(bundle_copy: Path) -> None:
    pickled = pickle.dumps(Scorer(bundle_copy, threads=1))
    another_version(bundle_copy)
    with pytest.raises(ModelIntegrityError, match=r"99\.0\.0"):
        pickle.loads(pickled)
    (bundle_copy / "config.json").write_bytes(b"{}")
    with pytest.raises(ModelIntegrityError, match=r"config\.json"):
        pickle.loads(pickled)
    shutil.rmtree(bundle_copy)
    with pytest.raises(ModelNotFoundError, match="looked for"):
        pickle.loads(pickled)


@needs_fork
def test_a_bundle_changed_before_a_fork_is_refused_in_the_child_alone(bundle_copy: Path, run_python: Run) -> None:
    run(
        run_python,
        """
from pathlib import Path
from tonecheck.bundle import write_manifest
folder = Path(sys.argv[1])
scorer = Scorer(folder, threads=2)
expected = bits(map(scorer.score, TICKETS))

def refused():
    said = []
    for _ in range(2):
        try:
            scorer.score("please help")
        except tonecheck.ModelError as error:
            said.append([type(error).__name__, str(error)])
    return said

write_manifest(folder, name="tonecheck-en", version="99.0.0")
for name, message in child(refused):
    assert name == "ModelIntegrityError" and "99.0.0" in message, (name, message)
(folder / "model.onnx").unlink()
for name, message in child(refused):
    assert name == "ModelIntegrityError" and "model.onnx is missing" in message, (name, message)
assert bits(map(scorer.score, TICKETS)) == expected
""",
        str(bundle_copy),
    )
