"""A bundle's int8 network as a torch network again, to learn on from.

A bundle holds no float weights: each int8 matrix times its scales is what the bundle computes with, so that is what learning
starts from. Names are found by the graph: the bias that is added to a product tells which layer the product is.
"""

from __future__ import annotations

import json
from pathlib import Path

from training import require

require("train", "torch", "transformers", "onnx")

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from transformers import AutoConfig, AutoModel

from tonecheck.bundle import read_bundle
from tonecheck.errors import ModelError
from tonecheck.labels import OUTPUTS
from training.network import TicketNetwork

Array = npt.NDArray[np.float32]


def revive(folder: Path, own: tuple[str, ...] = ()) -> TicketNetwork:
    """The network of a bundle, with fresh outputs for axes that it does not have yet.

    Raises:
        ModelError: The bundle is not whole, or was not written by `training.export`.
    """
    files = read_bundle(folder).files
    config = json.loads(files["config.json"])
    if "encoder" not in config:
        raise ModelError(f"{folder}: config.json does not describe the encoder, so nothing can learn on from it; use --base.")
    kind = dict(config["encoder"])
    encoder = AutoModel.from_config(AutoConfig.for_model(kind.pop("model_type"), **kind), attn_implementation="eager")
    network = TicketNetwork(encoder, n_outputs=len(OUTPUTS) + len(own))
    found = weights(onnx.load_from_string(files["model.onnx"]))
    had = config["outputs"]
    for name in ("head.weight", "look.weight", "head.bias"):
        grown = network.state_dict()[name].numpy().copy()
        for k, output in enumerate((*OUTPUTS, *own)):
            if output in had:
                grown[k] = found[name][had.index(output)]
        found[name] = grown
    words = torch.tensor(found.pop("words"))
    state = {name: torch.tensor(value) for name, value in found.items()}
    table = encoder.get_input_embeddings().weight
    missing = set(network.load_state_dict(state, strict=False).missing_keys)
    missing -= {name for name, weight in network.named_parameters() if weight is table}
    table.data.copy_(words)
    if missing:
        raise ModelError(f"{folder}: model.onnx lacks {', '.join(sorted(missing)[:3])}; rebuild it with training.export.")
    return network


def weights(model: onnx.ModelProto) -> dict[str, Array]:
    """Weights of an exported network by their torch names, as float32."""
    kept = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    uses = {name: node for node in model.graph.node for name in node.input}
    found = {name: value for name, value in kept.items() if name.startswith(("encoder.", "head.")) and value.dtype == np.float32}
    found["words"] = kept["words.rows"].astype(np.float32) * kept["words.scale"]
    for node in model.graph.node:
        table = next((kept[name] for name in node.input if name in kept and kept[name].ndim == 2), None)
        if node.op_type not in ("MatMul", "MatMulInteger", "Gemm") or table is None:
            continue
        matrix = table.astype(np.float32)
        if table.dtype == np.int8:
            stem = next(name for name in node.input if name in kept and kept[name].ndim == 2).removesuffix("_quantized")
            matrix = matrix * kept[f"{stem}_scale"]
        bias = _bias_added(node, uses, kept)
        name = bias.removesuffix(".bias") + ".weight" if bias else "look.weight"
        found[name] = matrix.T
    return found


def _bias_added(node: onnx.NodeProto, uses: dict[str, onnx.NodeProto], kept: dict[str, npt.NDArray[np.generic]]) -> str | None:
    """Name of the bias that is added to a product; None where none is (the read-out's attention)."""
    for _ in range(4):
        biases = [name for name in node.input if name in kept and name.endswith(".bias")]
        if biases:
            return biases[0]
        if node.op_type == "Softmax" or node.output[0] not in uses:
            return None
        node = uses[node.output[0]]
    return None
