"""The trip of a ticket, in order: plain text, language, windows, logits, probabilities, score."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import numpy as np

from tonecheck.bundle import Bundle, find_bundle, read_bundle
from tonecheck.calibration import Config
from tonecheck.errors import InputError, ModelIntegrityError
from tonecheck.labels import AXES, SCORE_LEVEL, SIGNALS
from tonecheck.language import detect, has_words
from tonecheck.network import Network
from tonecheck.ordered import ordered_map
from tonecheck.result import TicketScore, abstained_score
from tonecheck.text import Reading, read
from tonecheck.ticket import Ticket
from tonecheck.tokens import Tokenizer


class _Engine:
    """A verified bundle made ready to run, in the process that made it."""

    def __init__(self, bundle: Bundle) -> None:
        self.pid = os.getpid()
        self.model_id = bundle.model_id
        self.config = Config.parse(bundle.files["config.json"])
        self.tokenizer = Tokenizer(bundle.files["tokenizer.json"], window=self.config.window, overlap=self.config.overlap)
        self.network = Network(bundle.files["model.onnx"], n_outputs=len(self.config.outputs))
        for window in self.tokenizer.windows("a foreign model fails here, not on somebody's ticket"):
            self.network.logits(window.input_ids)


class Scorer:
    """Scores tickets for hostility, user error and urgency, offline.

    One scorer may be used by many threads at once. It survives a fork and can be pickled: the other process reads the
    model folder again, verifies it again, and refuses a model that is not the same.

    Args:
        model: Folder of a model; None for the shipped one.
        threads: How many tickets `score_many` works on at once; None for one a core this process may use.
        clean: Read only the newest message as plain text, without quoted replies, signatures and dumps. False gives the
            text to the network just as it is.

    Raises:
        ModelError: The model folder is missing, changed, or of another version.
        ValueError: `threads` is not a whole number from 1.
    """

    def __init__(self, model: str | os.PathLike[str] | None = None, *, threads: int | None = None, clean: bool = True) -> None:
        if threads is not None and (isinstance(threads, bool) or not isinstance(threads, int) or threads < 1):
            raise ValueError(f"threads must be a whole number from 1, or None; got {threads!r}.")
        self.threads = threads or _usable_cores()
        self.clean = clean
        bundle = read_bundle(find_bundle(model))
        self.folder = bundle.folder.resolve()
        self._engine = _Engine(bundle)

    @property
    def model_id(self) -> str:
        """Name, version and hash of the model."""
        return self._engine.model_id

    @property
    def config(self) -> Config:
        """The model's windows, calibration and operating points."""
        return self._engine.config

    def score(self, ticket: str | Ticket) -> TicketScore:
        """Scores one ticket.

        Args:
            ticket: The message as text or as a `Ticket`.

        Raises:
            InputError: It is neither; the message names the type.
        """
        return self._score(Ticket.of(ticket))

    def score_many(self, tickets: Iterable[str | Ticket]) -> Iterator[TicketScore]:
        """Scores tickets one after another: lazily, in order, each exactly as if it were alone.

        Reads at most four tickets a thread ahead, so an endless generator is fine and memory stays flat.

        Raises:
            InputError: At the place of an item that is no ticket; `.index` counts from 0. The scores before it are given first.
        """
        if isinstance(tickets, (str, bytes, Ticket)) or not isinstance(tickets, Iterable):
            raise InputError(f"score_many takes many tickets, one after another; got {type(tickets).__name__}.")
        return ordered_map(
            lambda numbered: self._score(Ticket.of(numbered[1], numbered[0])), enumerate(tickets), threads=self.threads
        )

    def read(self, ticket: str | Ticket) -> Reading:
        """Shows what the network reads of a ticket, and which parts were set aside and why."""
        known = Ticket.of(ticket)
        return read(known.subject, known.body, clean=self.clean)

    def _score(self, ticket: Ticket) -> TicketScore:
        engine = self._here()
        reading = read(ticket.subject, ticket.body, clean=self.clean)
        read_fraction = min(1.0, len(reading.text) / reading.n_offered) if reading.n_offered else 1.0
        if not reading.text.strip():
            return abstained_score("empty", "und", read_fraction, engine.model_id, engine.config.own)
        if not has_words(reading.text):
            return abstained_score("wordless", "und", read_fraction, engine.model_id, engine.config.own)
        language = detect(reading.text)
        if language != "und" and language not in engine.config.languages:
            return abstained_score("language", language, read_fraction, engine.model_id, engine.config.own)
        windows = engine.tokenizer.windows(reading.text)
        logits = engine.config.combined(np.stack([engine.network.logits(window.input_ids) for window in windows]))
        probabilities = engine.config.probabilities(logits)
        scores = {axis: probabilities[f"{axis}>={SCORE_LEVEL}"] for axis in AXES}
        signals = {name: probabilities[name] for name in SIGNALS}
        own = {name: probabilities[name] for name in engine.config.own}
        return TicketScore(
            **scores,
            levels={axis: engine.config.level(axis, probabilities) for axis in AXES},
            signals=signals,
            own=own,
            abstained=None,
            language=language,
            n_tokens=windows[-1].end_token,
            read_fraction=read_fraction,
            model_id=engine.model_id,
            flagged=engine.config.flagged({**scores, **signals, **own}),
        )

    def _here(self) -> _Engine:
        """The engine of this process; after a fork a new one, since a session's locks do not survive one."""
        engine = self._engine
        if engine.pid != os.getpid():
            engine = self._engine = _Engine(_read_again(self.folder, engine.model_id))
        return engine

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_scorer, (str(self.folder), self.model_id, self.threads, self.clean))

    def __repr__(self) -> str:
        return f"Scorer(model_id={self.model_id!r}, threads={self.threads}, clean={self.clean})"


def _read_again(folder: os.PathLike[str], model_id: str) -> Bundle:
    bundle = read_bundle(find_bundle(folder))
    _require_same_model(folder, model_id, bundle.model_id)
    return bundle


def _rebuild_scorer(folder: str, model_id: str, threads: int, clean: bool) -> Scorer:
    scorer = Scorer(folder, threads=threads, clean=clean)
    _require_same_model(folder, model_id, scorer.model_id)
    return scorer


def _require_same_model(folder: str | os.PathLike[str], before: str, now: str) -> None:
    if now != before:
        raise ModelIntegrityError(f"{folder}: the model was {before} when the scorer was made and is now {now}.")


def _usable_cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows
        return os.cpu_count() or 1
