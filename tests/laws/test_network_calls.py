"""Law: scoring opens no socket and writes no file."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tonecheck.bundle import find_bundle

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def _as_a_user_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable that tells a library below to be quiet: some send nothing where they see CI, and all elsewhere."""
    for name in list(os.environ):
        if name not in ("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV"):
            monkeypatch.delenv(name)


SCORE = """
import time
import tonecheck
scorer = tonecheck.Scorer({model}, threads=2)
tickets = ["my site is down, please help", "you people are useless", "", "Guten Tag, bitte helfen Sie mir mit der Anmeldung"] * 5
scores = list(scorer.score_many(tickets)) + [scorer.score("please help " * 400)]
time.sleep({wait})  # what a library sends, it sends behind our back
assert len(scores) == 21 and scores[0].abstained is None, scores[0]
print("scored")
"""


def score(model: str | None = None, wait: float = 0) -> str:
    return SCORE.format(model=repr(model), wait=wait)


AUDIT = """
import os, sys
seen = []
def hook(event, arguments):
    if event.startswith("socket."):
        seen.append(event)
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        seen.append((event, arguments[0]))
    if event in ("os.mkdir", "os.rename", "os.remove", "os.truncate", "os.link", "os.symlink", "os.chmod", "subprocess.Popen",
                 "os.exec", "os.posix_spawn", "os.system", "os.fork", "tempfile.mkstemp", "tempfile.mkdtemp"):
        seen.append(event)
sys.dont_write_bytecode = True
import ctypes, concurrent.futures, importlib.metadata
sys.addaudithook(hook)
"""

NO_FILE_SIZE = """
import resource, signal, sys
sys.dont_write_bytecode = True
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # the kernel ends a process that writes one byte to a file
"""

NO_SOCKETS = """
import ctypes, platform, sys
number = {"x86_64": 41, "aarch64": 198}[platform.machine()]
class Step(ctypes.Structure):
    _fields_ = [("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("k", ctypes.c_uint)]
class Program(ctypes.Structure):
    _fields_ = [("n", ctypes.c_ushort), ("steps", ctypes.POINTER(Step))]
# Load the number of the system call; socket(2) ends the process, everything else is allowed.
steps = (Step * 4)(Step(0x20, 0, 0, 0), Step(0x15, 0, 1, number), Step(0x06, 0, 0, 0x80000000), Step(0x06, 0, 0, 0x7FFF0000))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(Program(4, steps)), 0, 0):
    sys.exit("no seccomp here")
"""


def test_python_opens_no_socket_and_no_file_to_write(run_python: Run) -> None:
    done = run_python(AUDIT + score() + "print(seen)")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["scored", "[]"]
    assert done.stderr == ""


def test_the_audit_would_see_a_socket_and_a_file(run_python: Run) -> None:
    done = run_python(AUDIT + "import socket; socket.socket().close(); open('x', 'w').close(); print(len(seen))")
    assert int(done.stdout) >= 2, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on file size there")
def test_no_library_below_writes_a_byte_to_a_file(run_python: Run) -> None:
    done = run_python(NO_FILE_SIZE + score())
    assert (done.returncode, done.stdout) == (0, "scored\n"), done.stderr
    assert run_python(NO_FILE_SIZE + "open('x', 'w').write('x')").returncode != 0


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="a filter of Linux system calls"
)
def test_no_library_below_opens_a_socket(run_python: Run) -> None:
    done = run_python(NO_SOCKETS + score(wait=12))
    if "no seccomp here" in done.stderr:
        pytest.skip("the kernel lends no filter")
    assert (done.returncode, done.stdout) == (0, "scored\n"), done.stderr
    assert run_python(NO_SOCKETS + "import socket; socket.socket()").returncode < 0


def state(folder: Path) -> dict[str, tuple[int, int, str]]:
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_mtime_ns,
            path.stat().st_mode,
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
        )
        for path in sorted(folder.rglob("*"))
    }


def test_model_home_and_temporary_folder_are_left_as_they_were(run_python: Run, tmp_path: Path) -> None:
    home, temporary, model = tmp_path / "home", tmp_path / "tmp", tmp_path / "model"
    home.mkdir()
    temporary.mkdir()
    shutil.copytree(find_bundle(None), model)
    before = state(tmp_path)
    done = run_python(
        score(str(model)),
        HOME=str(home),
        TMPDIR=str(temporary),
        XDG_CACHE_HOME=str(home / "cache"),
        PYTHONDONTWRITEBYTECODE="1",
    )
    assert done.stdout == "scored\n", done.stderr
    assert state(tmp_path) == before


def test_a_model_that_cannot_be_written_to_is_used_all_the_same(run_python: Run, tmp_path: Path) -> None:
    model = Path(shutil.copytree(find_bundle(None), tmp_path / "model"))
    for path in (*model.iterdir(), model):
        path.chmod(0o555 if path.is_dir() else 0o444)
    done = run_python(score(str(model)))
    model.chmod(0o755)
    assert done.stdout == "scored\n", done.stderr
