"""One runnable story per step: prepare, train, calibrate, export, evaluate, card. Imports tonecheck, never the reverse."""
