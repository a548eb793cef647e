"""Text to input ids, in overlapping windows. The only file that imports `tokenizers`."""

from __future__ import annotations

from dataclasses import dataclass

import tokenizers

from tonecheck.errors import ModelError


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch of a ticket as the network reads it.

    Attributes:
        input_ids: The ids of the stretch between the two special tokens.
        start: First character of the text that the stretch covers.
        end: One past its last character.
        end_token: How many tokens of the text lie before the window's end.
    """

    input_ids: tuple[int, ...]
    start: int
    end: int
    end_token: int


class Tokenizer:
    """Splits text into the pieces the network knows.

    Set up once and never changed after, so that threads can share it (changing truncation or padding under threads
    raises "Already borrowed"). Special tokens written in a ticket, such as "[SEP]", are read as ordinary text.

    Args:
        definition: The bytes of tokenizer.json.
        window: Tokens in one window at the most, the two special ones included.
        overlap: Tokens that a window shares with the one before.
    """

    def __init__(self, definition: bytes, *, window: int, overlap: int) -> None:
        if not 0 <= overlap < window - 2:
            raise ModelError(f"the model's window of {window} tokens cannot overlap by {overlap}; rebuild the model.")
        try:
            self._tokenizer = tokenizers.Tokenizer.from_str(definition.decode("utf-8"))
        except Exception as error:  # the Rust library raises a bare Exception
            raise ModelError(f"tokenizer.json cannot be loaded ({type(error).__name__}); rebuild the model.") from None
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._tokenizer.encode_special_tokens = True
        first, last = self._tokenizer.token_to_id("[CLS]"), self._tokenizer.token_to_id("[SEP]")
        if first is None or last is None:
            raise ModelError("tokenizer.json has no [CLS] or [SEP]; rebuild the model.")
        self._first, self._last = first, last
        self._size, self._step = window - 2, window - 2 - overlap

    def windows(self, text: str) -> list[Window]:
        """Cuts a text into overlapping windows that together cover all of it; none where there is no token."""
        try:
            encoding = self._tokenizer.encode(text, add_special_tokens=False)
        except Exception as error:  # as above; it may hold the text, so only its kind is told
            raise ModelError(f"tokenizer.json failed on a text ({type(error).__name__}); rebuild the model.") from None
        ids, offsets = encoding.ids, encoding.offsets
        n_starts = max(1, -(-(len(ids) - self._size) // self._step) + 1) if ids else 0
        windows = []
        for k in range(n_starts):
            piece = slice(k * self._step, k * self._step + self._size)
            windows.append(
                Window(
                    input_ids=(self._first, *ids[piece], self._last),
                    start=offsets[piece][0][0],
                    end=offsets[piece][-1][1],
                    end_token=min(piece.stop, len(ids)),
                )
            )
        return windows
