"""Step 2 and 4: the trained network as an int8 ONNX file, and as a bundle that `Scorer` loads.

    python -m training.export --run runs/fold0        writes float32.onnx, int8.onnx, tokenizer.json and a transformers checkpoint
    python -m training.export --run runs/full --config runs/config.json --out models/tonecheck-en --version 0.1.0

The word embeddings are kept as int8 rows with a scale each; every matrix product is quantised dynamically (activations scaled at
run time over one ticket). Weights use seven of the eight bits: processors without VNNI add two products in 16 bits, and
2 x 255 x 64 fits where 2 x 255 x 127 would be cut off, so that no processor's sums differ from another's. The float32 file
is kept in the run's folder for comparison.
"""

from __future__ import annotations

import argparse
import json
import logging
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

from training import require

require("train", "torch", "transformers", "onnx", "onnxscript")

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers import AutoTokenizer

from tonecheck.bundle import write_manifest
from tonecheck.labels import OUTPUTS
from tonecheck.tokens import Tokenizer
from training.calibrate import OVERLAP, WINDOW
from training.data import own_tickets
from training.network import TicketNetwork, default_base


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="folder of a finished training run")
    parser.add_argument("--config", type=Path, help="what training.calibrate wrote")
    parser.add_argument("--out", type=Path, help="folder of the bundle; its name is the model's name")
    parser.add_argument("--version", help="version of the bundle, for example 0.1.0")
    parser.add_argument("--base", default=None, help="folder or hub id of the encoder that the run started from")
    parser.add_argument("--card", type=Path, help="a MODEL_CARD.md to put beside the model; it does not change the model's id")
    parser.add_argument("--parity", type=int, default=2000, help="texts on which torch and float32 ONNX are compared")
    options = parser.parse_args()
    if options.out and not (options.config and options.version):
        parser.error("a bundle needs --config and --version")
    base, run = options.base or default_base(), options.run
    network = TicketNetwork.from_run(run, base)
    export(network, base, run)
    write_checkpoint(network, base, run / "checkpoint")
    report: dict[str, object] = {
        "parity texts": options.parity,
        "float32 parity, largest logit difference": parity(network, run, options.parity),
    }
    if options.out:
        config = {**json.loads(options.config.read_text(encoding="utf-8")), "encoder": encoder_kind(network)}
        report["model_id"] = write_bundle(run, config, options.out, options.version, options.card)
    print(json.dumps(report))


def export(network: TicketNetwork, base: str | None, run: Path) -> None:
    """Writes float32.onnx and int8.onnx into the folder of a run, and the tokenizer.json of the base where one is named."""
    network.eval()
    logging.disable(logging.WARNING)  # the exporter and the quantiser tell of things that are not here on purpose
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            to_onnx(network, run / "float32.onnx")
            quantise(network, run, run / "int8.onnx")
    finally:
        logging.disable(logging.NOTSET)
    if base:
        write_tokenizer(base, run / "tokenizer.json")


def encoder_kind(network: TicketNetwork) -> dict[str, Any]:
    """What the encoder is built like, as transformers names it, so that `training.revive` can build it again."""
    plain = network.encoder.config.to_diff_dict()
    dropped = ("_name_or_path", "architectures", "transformers_version", "torch_dtype", "dtype", "gradient_checkpointing")
    return {"model_type": network.encoder.config.model_type, **{k: v for k, v in plain.items() if k not in dropped}}


def write_bundle(run: Path, config: dict[str, Any], out: Path, version: str, card: Path | None = None) -> str:
    """Puts an exported run and its calibration together as a bundle that `Scorer` loads; returns the model's id."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(run / "int8.onnx", out / "model.onnx")
    shutil.copyfile(run / "tokenizer.json", out / "tokenizer.json")
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    if card:
        shutil.copyfile(card, out / "MODEL_CARD.md")
    return write_manifest(out, name=out.name, version=version)


def write_checkpoint(network: TicketNetwork, base: str, out: Path) -> None:
    """A folder that transformers' `AutoModelForSequenceClassification.from_pretrained(..., trust_remote_code=True)` loads."""
    from training.modeling_tonecheck import TonecheckConfig, TonecheckForSequenceClassification

    names = dict(enumerate(OUTPUTS))
    labels = {"num_labels": len(names), "id2label": names, "label2id": {name: k for k, name in names.items()}}
    model = TonecheckForSequenceClassification(TonecheckConfig(encoder_kind(network), **labels))
    model.load_state_dict(network.state_dict())
    model.save_pretrained(out)
    AutoTokenizer.from_pretrained(base).save_pretrained(out)


class OneTicket(nn.Module):
    """The network as it is called at run time: one unpadded window in, 28 logits out, no mask."""

    def __init__(self, network: TicketNetwork, embedding: nn.Module | None = None) -> None:
        super().__init__()
        self.encoder, self.read_out = network.encoder, network.read_out
        self.look, self.head = network.look, network.head
        self.words = embedding or self.encoder.get_input_embeddings()

    def forward(self, input_ids: Tensor) -> Tensor:
        hidden = self.encoder(inputs_embeds=self.words(input_ids)).last_hidden_state
        logits: Tensor = self.read_out(hidden)
        return logits


class Int8Embedding(nn.Module):
    """A table of word vectors in int8, each row with its own scale: a quarter of the size, and one lookup more."""

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        scale = table.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127.0
        self.register_buffer("rows", torch.round(table / scale).to(torch.int8))
        self.register_buffer("scale", scale.float())

    def forward(self, input_ids: Tensor) -> Tensor:
        rows = nn.functional.embedding(input_ids, self.rows).float()
        return rows * nn.functional.embedding(input_ids, self.scale)


def to_onnx(network: TicketNetwork, path: Path, embedding: nn.Module | None = None) -> None:
    example = torch.tensor([[101, 7592, 2088, 2003, 2204, 102]])
    length = torch.export.Dim("tokens", min=2, max=512)
    program = torch.onnx.export(
        OneTicket(network, embedding).eval(),
        (example,),
        input_names=["input_ids"],
        output_names=["logits"],
        dynamic_shapes={"input_ids": {1: length}},
        opset_version=18,
        dynamo=True,
        verbose=False,
    )
    program.save(path, external_data=False)


def quantise(network: TicketNetwork, work: Path, out: Path) -> None:
    with tempfile.TemporaryDirectory(dir=work) as folder:
        small = Path(folder) / "int8-words.onnx"
        table = network.encoder.get_input_embeddings().weight.detach()
        to_onnx(network, small, Int8Embedding(table))
        forget_shapes(small)
        quantize_dynamic(
            small,
            out,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
            nodes_to_exclude=read_out_nodes(small),
        )
    model = onnx.load(out)
    model.doc_string, model.producer_name = "", "tonecheck"
    del model.metadata_props[:]
    for node in model.graph.node:
        del node.metadata_props[:]  # source paths of the exporting machine
        node.doc_string = ""
    onnx.save(model, out)


def read_out_nodes(path: Path) -> list[str]:
    """The products that make the logits: too small to be worth rounding. They come after the last layer's own."""
    products = [node for node in onnx.load(path).graph.node if node.op_type in ("MatMul", "Gemm")]
    return [node.name for node in products[-2:]]


def forget_shapes(path: Path) -> None:
    """Drops the exporter's notes on inner shapes: those on transposed weights are stale, and the quantiser trusts them."""
    model = onnx.load(path)
    del model.graph.value_info[:]
    onnx.save(model, path)


def write_tokenizer(base: str, out: Path) -> None:
    """tokenizer.json without its padding and truncation, which the library does by itself."""
    tokenizer = AutoTokenizer.from_pretrained(base).backend_tokenizer
    tokenizer.no_padding()
    tokenizer.no_truncation()
    out.write_text(tokenizer.to_str(), encoding="utf-8")


def parity(network: TicketNetwork, run: Path, n_texts: int) -> float:
    """Largest difference of a logit between torch and ONNX in float32, over tickets of our own."""
    session = onnxruntime.InferenceSession(str(run / "float32.onnx"), providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer((run / "tokenizer.json").read_bytes(), window=WINDOW, overlap=OVERLAP)
    tickets, worst = own_tickets(), 0.0
    for example in tickets[:: max(1, len(tickets) // n_texts)][:n_texts]:
        for window in tokenizer.windows(example.text):
            ids = np.array([window.input_ids], dtype=np.int64)
            with torch.inference_mode():
                ours = network(torch.from_numpy(ids), torch.ones(ids.shape, dtype=torch.long)).numpy()
            (theirs,) = session.run(["logits"], {"input_ids": ids})
            worst = max(worst, float(np.abs(ours - theirs).max()))
    return worst


if __name__ == "__main__":
    main()
