"""What the network reads of a ticket: the newest message, as plain text, with a map back to the original characters."""

from tonecheck.text.reading import Reading, SetAside, Span, read

__all__ = ["Reading", "SetAside", "Span", "read"]
