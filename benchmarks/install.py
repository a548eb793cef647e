"""How long and how large is an install, and does the README's first command work with the network unplugged?

    python -m benchmarks.install

Clones the last commit, makes a fresh virtual environment, installs as the README says, and runs the first command in a
network namespace of its own that has no way out (`unshare --net`, where the system allows it).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from training.record import ROOT, write_result

TEXT = "You people are useless, my site is down AGAIN"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clone, venv = Path(folder) / "clone", Path(folder) / "venv"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        bare = size_mb(venv)
        started = time.perf_counter()
        subprocess.run([str(venv / "bin" / "pip"), "install", "--quiet", "."], cwd=clone, check=True)
        seconds = time.perf_counter() - started
        subprocess.run(
            [str(venv / "bin" / "pip"), "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, "."], cwd=clone, check=True
        )
        wheel = next(Path(folder).glob("tonecheck-*.whl"))
        command = [str(venv / "bin" / "tonecheck"), "score", TEXT]
        unplugged = ["unshare", "--net", "--map-root-user"] if shutil.which("unshare") else []
        done = subprocess.run([*unplugged, *command], cwd=folder, capture_output=True, text=True, check=False)
        figures = {
            "seconds": round(seconds, 1),
            "installed_mb": round(size_mb(venv) - bare, 1),
            "wheel_mb": round(wheel.stat().st_size / 1e6, 1),
            "model_mb": round(size_mb(clone / "models" / "tonecheck-en"), 1),
            "offline": ("yes" if done.returncode == 0 else "no") if unplugged else "not tried, unshare is missing",
            "answer": done.stdout,
        }
    print(figures["answer"])
    print({name: value for name, value in figures.items() if name != "answer"})
    write_result("install", figures)


def size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
