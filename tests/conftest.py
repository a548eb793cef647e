"""What all tests share: one real scorer, the trip without the network's arithmetic, and fresh processes with a watchdog."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

import tonecheck
from tonecheck import Scorer
from tonecheck.bundle import find_bundle
from tonecheck.labels import OUTPUTS

settings.register_profile("tonecheck", deadline=None, print_blob=True)  # no test is timed
settings.load_profile("tonecheck")

ROOT = Path(__file__).resolve().parents[1]
IMPORT_ROOT = str(Path(tonecheck.__file__).resolve().parents[1])
WATCHDOG_SECONDS = 120  # far over what any of these takes: it only turns a hang into a failure

TICKETS = (
    "You people are useless, my site is down AGAIN",
    "Hello, how do I change the colour of the header? Thank you!",
    "I typed the wrong password three times, my mistake. Could you unlock my account?",
    "Nobody in the whole company can log in since 9 this morning. Please act now.",
    "asdf",
    "ok",
    "",
    " \n\t",
    "!!!",
    "Guten Tag, leider funktioniert die Anmeldung seit gestern nicht mehr, können Sie mir bitte helfen?",
    "The invoice of May shows the wrong address.\n\nRegards,\nAnna",
    "It would be nice if the export kept the order of the columns.",
    "My card was charged twice, I want the second payment back by Friday.",
    "The printer on floor three prints every page upside down. " * 40,
    "<div>My <b>router</b> restarts every hour</div>",
    "I get error 0x80070005 when I install the update on my laptop.",
    "caf\u00e9 menu is broken, na\u00efve question: is it me?",
    "somebody signed in to my account from another country",
    "wtf is this, it ate all my photos",
    "Thanks for the quick fix, everything works now.",
)
"""Tickets of many kinds and lengths, some of which are abstained from."""


@pytest.fixture(scope="session")
def scorer() -> Scorer:
    """The shipped model, loaded once."""
    return Scorer(threads=2)


class _Stub:
    """Stands in for the network where a test is about the trip: logits that depend on every id, at no cost."""

    def logits(self, input_ids: tuple[int, ...]) -> Any:
        seed = zlib.crc32(np.array(input_ids, dtype=np.int64).tobytes())
        return np.random.default_rng(seed).normal(size=len(OUTPUTS)).astype(np.float32)


def _light(**options: Any) -> Scorer:
    scorer = Scorer(**options)
    scorer._engine.network = _Stub()  # type: ignore[assignment]
    return scorer


@pytest.fixture(scope="session")
def light_scorer() -> Scorer:
    """The whole trip but for the network's arithmetic: for texts that would cost the network minutes."""
    return _light(threads=2)


@pytest.fixture(scope="session")
def light_raw_scorer() -> Scorer:
    """As `light_scorer`, without cleaning."""
    return _light(threads=2, clean=False)


@pytest.fixture(scope="session")
def tickets() -> tuple[str, ...]:
    return TICKETS


@pytest.fixture
def bundle_copy(tmp_path: Path) -> Path:
    """A copy of the shipped bundle that a test may damage."""
    return Path(shutil.copytree(find_bundle(None), tmp_path / "model"))


def environment(**more: str) -> dict[str, str]:
    """A child's environment in which this very tonecheck is importable from any folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHONIO", "PYTHONWARN"))}
    return {**kept, "PYTHONPATH": IMPORT_ROOT, "PYTHONUTF8": "1", **more}


def _finished(command: list[str], *, stdin: bytes = b"", cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    """Runs a command to its end; when it hangs it is ended with all its children, and the test fails."""
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=env,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(stdin, timeout=WATCHDOG_SECONDS)
        except subprocess.TimeoutExpired:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            out, err = process.communicate()
            pytest.fail(f"hangs; it had said {out[-500:]!r} and {err[-2_000:]!r}")
    return subprocess.CompletedProcess(command, process.returncode, out, err)


@pytest.fixture
def run_python(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program in a fresh Python, outside the repository; a hang fails."""

    def run(program: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        done = _finished([sys.executable, "-c", program, *arguments], cwd=tmp_path, env=environment(**env))
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    return run


@pytest.fixture
def run_tonecheck(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Runs the command line as a user does, in a fresh process in `tmp_path`; a hang fails."""

    def run(*arguments: str, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
        return _finished([sys.executable, "-m", "tonecheck", *arguments], stdin=stdin, cwd=tmp_path, env=environment(**env))

    return run
