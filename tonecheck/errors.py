"""Every error the library raises on purpose.

    TonecheckError
    ├── InputError(ValueError)             not a ticket; .index when it came from many
    ├── ModelError
    │   ├── ModelNotFoundError             says where it looked
    │   ├── ModelIntegrityError            which file, expected and actual sha256
    │   └── ModelVersionError              a format newer than this library
    ├── FormatError                        a file of tickets that cannot be read as what it claims to be
    └── MissingExtraError(ImportError)     the exact pip line

A message names the value or its type, what was expected and the cure. It never holds ticket text.
"""

from __future__ import annotations

__all__ = [
    "FormatError",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "ModelIntegrityError",
    "ModelNotFoundError",
    "ModelVersionError",
    "TonecheckError",
]


class TonecheckError(Exception):
    """Something tonecheck refuses to do, with the reason and the cure; every other error here is one of these."""


class InputError(TonecheckError, ValueError):
    """What was handed in is not a ticket.

    Attributes:
        index: Position of the bad item when it came from many, counted from 0; None for a single ticket.
    """

    def __init__(self, message: str, *, index: int | None = None) -> None:
        super().__init__(message)
        self.index = index

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_input_error, (str(self), self.index))


def _rebuild_input_error(message: str, index: int | None) -> InputError:
    return InputError(message, index=index)


class ModelError(TonecheckError):
    """The model folder cannot be used."""


class ModelNotFoundError(ModelError):
    """There is no model where it was looked for; the message lists the places."""


class ModelIntegrityError(ModelError):
    """A model file is changed, missing, extra or unreadable; the message names it."""


class ModelVersionError(ModelError):
    """The model folder was written for another version of tonecheck."""


class FormatError(TonecheckError):
    """A file of tickets cannot be read as the format it claims to be; the message says where."""


class MissingExtraError(TonecheckError, ImportError):
    """An optional part is not installed; the message is the pip line that installs it."""
