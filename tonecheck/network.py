"""Input ids to logits. The only file that imports `onnxruntime`."""

from __future__ import annotations

import os
from types import ModuleType

import numpy as np
import numpy.typing as npt

from tonecheck.errors import ModelError


def _onnxruntime_in_silence() -> ModuleType:
    """Imports onnxruntime with its reporting off.

    From 1.29 on it sends usage to its maker and keeps files in the user's folders (microsoft/onnxruntime#27379), unless this
    variable is set when it is first imported; its own `disable_telemetry_events()` comes too late. The variable is put back.
    A program that imported onnxruntime before tonecheck has made that choice itself.
    """
    before = os.environ.get("ORT_DISABLE_TELEMETRY")
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
    finally:
        if before is None:
            del os.environ["ORT_DISABLE_TELEMETRY"]
        else:
            os.environ["ORT_DISABLE_TELEMETRY"] = before
    module: ModuleType = onnxruntime
    return module


onnxruntime = _onnxruntime_in_silence()


class Network:
    """One session that every thread shares; each call reads one window, alone and unpadded.

    Dynamic int8 takes its activation scale over the whole tensor, so in a padded batch a ticket's score would depend on
    its neighbours (onnxruntime#10111). One window a call, one thread inside the call: the same window gives the same
    bits in any company, order, thread or process.

    Args:
        model: The bytes of model.onnx: input `input_ids` int64 (1, tokens), output `logits` float32 (1, outputs).
        n_outputs: How many outputs the bundle's config names.
    """

    def __init__(self, model: bytes, *, n_outputs: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.enable_mem_pattern = False  # a pattern per text length would be kept for ever
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises many kinds, some bare
            raise ModelError(f"model.onnx cannot be loaded ({type(error).__name__}); rebuild the model.") from None
        inputs = [(node.name, node.type) for node in self._session.get_inputs()]
        outputs = [(node.name, node.type, node.shape[1:]) for node in self._session.get_outputs()]
        if inputs != [("input_ids", "tensor(int64)")] or outputs != [("logits", "tensor(float)", [n_outputs])]:
            raise ModelError(
                f"model.onnx does not take input_ids and give {n_outputs} logits; rebuild the model with training.export."
            )

    def logits(self, input_ids: tuple[int, ...]) -> npt.NDArray[np.float32]:
        """Reads one window and gives one logit an output, shape (outputs,), float32."""
        feed = {"input_ids": np.array([input_ids], dtype=np.int64)}
        try:
            (logits,) = self._session.run(["logits"], feed)
        except Exception as error:
            raise ModelError(f"model.onnx failed on {len(input_ids)} tokens ({type(error).__name__}).") from None
        row: npt.NDArray[np.float32] = logits[0]
        if not np.isfinite(row).all():
            raise ModelError("model.onnx gives numbers that are not finite; rebuild the model.")
        return row
