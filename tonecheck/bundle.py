"""A model folder, read once, every byte checked before it is used.

A bundle is a folder of plain files and one MANIFEST.json that lists each with its size and sha256. The manifest is
written in one canonical form and carries the sha256 of itself (without that line), so a flipped bit anywhere, in the
manifest too, is refused. Law: mutate any file, and `read_bundle` must raise; the bytes that were hashed are the bytes
that are used, so nothing can be swapped in between.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tonecheck.errors import ModelIntegrityError, ModelNotFoundError, ModelVersionError
from tonecheck.labels import LABEL_SET

BUNDLE_FORMAT = 1
SHIPPED = "tonecheck-en"
MANIFEST = "MANIFEST.json"
REQUIRED_FILES = ("model.onnx", "tokenizer.json", "config.json")
MAX_FILE_BYTES = 2_000_000_000
_MAX_MANIFEST_BYTES = 1_000_000
_SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model whose every byte has been checked.

    Attributes:
        folder: Where it was read.
        name: The model's name.
        version: The model's version.
        model_id: Name, version and the first 12 digits of a sha256 over all that bears on a score, which is every file but a
            page to read (*.md): "tonecheck-en-0.1.0+0123456789ab".
        files: The content of each file, exactly as hashed.
    """

    folder: Path
    name: str
    version: str
    model_id: str
    files: Mapping[str, bytes] = field(repr=False)


def find_bundle(model: str | os.PathLike[str] | None) -> Path:
    """Finds the folder of a model: the shipped one for None or its name, else the folder that is given.

    Raises:
        ModelNotFoundError: There is no such folder; the message lists where it looked.
    """
    if model is None or model == SHIPPED:
        package = Path(__file__).resolve().parent
        places = [package / "models" / SHIPPED, package.parent / "models" / SHIPPED]
    else:
        if not isinstance(model, (str, os.PathLike)):
            raise TypeError(f"model must be the path of a folder, or None; got {type(model).__name__}.")
        places = [Path(model)]
    for place in places:
        with contextlib.suppress(OSError, ValueError):  # a name too long or too odd for a path is no model either
            if (place / MANIFEST).exists():
                return place
    looked = ", ".join(str(place)[:300] for place in places)
    raise ModelNotFoundError(
        f"no model found: looked for {MANIFEST} in {looked}. Pass a folder that holds a tonecheck model, "
        "or reinstall tonecheck, whose wheel carries the shipped one."
    )


def read_bundle(folder: Path) -> Bundle:
    """Reads a model folder and checks every byte of it.

    Raises:
        ModelNotFoundError: The folder or its manifest is not there.
        ModelIntegrityError: A file is changed, missing, extra, not a regular file, or named unsafely.
        ModelVersionError: The folder was written in a newer format, or for another set of labels.
    """
    if not os.path.lexists(folder / MANIFEST):
        raise ModelNotFoundError(f"no model found: there is no {MANIFEST} in {folder}.")
    manifest_bytes = _read_regular(folder, MANIFEST, max_bytes=_MAX_MANIFEST_BYTES)
    manifest = _check_manifest(folder, manifest_bytes)
    listed: dict[str, dict[str, Any]] = manifest["files"]
    extra = sorted(set(os.listdir(folder)) - set(listed) - {MANIFEST})
    if extra:
        raise ModelIntegrityError(f"{folder}: file {extra[0]!r} is not in {MANIFEST}; remove it or rebuild the model.")
    files = {name: _checked_file(folder, name, entry) for name, entry in listed.items()}
    return Bundle(
        folder=folder,
        name=manifest["name"],
        version=manifest["version"],
        model_id=_model_id(manifest),
        files=files,
    )


def write_manifest(folder: Path, *, name: str, version: str) -> str:
    """Lists every file of a model folder in MANIFEST.json and returns the model's id.

    Args:
        folder: Holds model.onnx, tokenizer.json, config.json and any other files of the model.
        name: Letters, digits, dot, dash and underscore.
        version: For example "0.1.0".
    """
    names = sorted(path.name for path in folder.iterdir() if path.name != MANIFEST)
    manifest: dict[str, Any] = {
        "format": BUNDLE_FORMAT,
        "name": name,
        "version": version,
        "label_set": LABEL_SET,
        "files": {
            file: {
                "sha256": hashlib.sha256((folder / file).read_bytes()).hexdigest(),
                "size_bytes": (folder / file).stat().st_size,
            }
            for file in names
        },
    }
    digest = hashlib.sha256(_canonical(manifest)).hexdigest()
    (folder / MANIFEST).write_bytes(_canonical({**manifest, "sha256": digest}))
    return _model_id(manifest)


def _model_id(manifest: dict[str, Any]) -> str:
    bears = {name: entry["sha256"] for name, entry in manifest["files"].items() if not name.endswith(".md")}
    digest = hashlib.sha256(_canonical({"label_set": manifest["label_set"], "files": bears})).hexdigest()
    return f"{manifest['name']}-{manifest['version']}+{digest[:12]}"


def _canonical(manifest: dict[str, Any]) -> bytes:
    return (json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=True) + "\n").encode("ascii")


def _check_manifest(folder: Path, raw: bytes) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(raw)
        stated = str(manifest.pop("sha256"))
        actual = hashlib.sha256(_canonical(manifest)).hexdigest()
        whole = stated == actual and raw == _canonical({**manifest, "sha256": stated})
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise ModelIntegrityError(f"{folder}: {MANIFEST} is damaged or is no tonecheck manifest; get the model again.") from None
    if not whole:
        raise ModelIntegrityError(
            f"{folder}: {MANIFEST} has been changed (expected sha256 {stated[:64]}, got {actual}); get the model again."
        )
    if manifest.get("format") != BUNDLE_FORMAT:
        raise ModelVersionError(
            f"{folder}: {MANIFEST} is of format {manifest.get('format')!r}, this tonecheck reads format {BUNDLE_FORMAT}; "
            "upgrade with: pip install --upgrade tonecheck"
        )
    if manifest.get("label_set") != LABEL_SET:
        raise ModelVersionError(
            f"{folder}: the model speaks label set {manifest.get('label_set')!r}, this tonecheck speaks {LABEL_SET!r}; "
            "use the tonecheck version that the model was made with."
        )
    files = manifest.get("files")
    strings = all(isinstance(manifest.get(key), str) and _SAFE_NAME.fullmatch(manifest[key]) for key in ("name", "version"))
    if not strings or not isinstance(files, dict) or not all(_good_entry(*item) for item in files.items()):
        raise ModelIntegrityError(f"{folder}: {MANIFEST} is not well formed; rebuild the model with training.export.")
    for name in REQUIRED_FILES:
        if name not in files:
            raise ModelIntegrityError(f"{folder}: {MANIFEST} lists no {name}; a model needs {', '.join(REQUIRED_FILES)}.")
    return manifest


def _good_entry(name: str, entry: object) -> bool:
    return (
        _SAFE_NAME.fullmatch(name) is not None
        and name != MANIFEST
        and isinstance(entry, dict)
        and isinstance(entry.get("sha256"), str)
        and isinstance(entry.get("size_bytes"), int)
        and 0 <= entry["size_bytes"] <= MAX_FILE_BYTES
    )


def _checked_file(folder: Path, name: str, entry: dict[str, Any]) -> bytes:
    content = _read_regular(folder, name, max_bytes=entry["size_bytes"])
    actual = hashlib.sha256(content).hexdigest()
    if actual != entry["sha256"]:
        raise ModelIntegrityError(
            f"{folder}: {name} has been changed: expected sha256 {entry['sha256']}, got {actual}; get the model again."
        )
    return content


def _read_regular(folder: Path, name: str, *, max_bytes: int) -> bytes:
    """Reads at most `max_bytes` of a regular file; no link is followed, and a pipe or device never blocks."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(folder / name, flags)
    except FileNotFoundError:
        raise ModelIntegrityError(f"{folder}: {name} is missing; get the model again.") from None
    except OSError as error:
        raise ModelIntegrityError(f"{folder}: {name} cannot be read ({error.strerror}).") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ModelIntegrityError(f"{folder}: {name} is not a regular file.")
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(max_bytes + 1)
    finally:
        os.close(descriptor)
    if len(content) > max_bytes:
        raise ModelIntegrityError(f"{folder}: {name} is larger than the {max_bytes} bytes expected; get the model again.")
    return content
