"""The network as an ONNX graph whose matrix products run in whole numbers of 8 bits.

A weight is one signed byte and one scale for each output (weights of the file have 4 bits). One byte
is too coarse for an activation: E5's layer norms leave a few numbers far above the rest. So an activation is
written in two digits of 7 bits, each multiplied by itself. Two digits of 7 bits, not one of 8: sums
of two products then stay within 16 bits, which processors without VNNI need to be exact.

The scales of activations are bounds that hold for every input, derived from the weights alone.
Nothing is calibrated on data, nothing is clipped, and a vector does not depend on what shares its batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teaegg.models.e5.weights import E5Weights, Floats

EMBEDDED, MASK = "embedded", "mask"
"""The inputs: float32 (texts, tokens, width), and int32 (texts, tokens) with 0 where padding is."""

_MICROSOFT = "com.microsoft"
_OPSETS = (("", 17), (_MICROSOFT, 1))
_IR_VERSION = 9
_DIGIT = 128
_MIDDLE = 64
"""The code of an activation's digit that stands for 0."""

_LARGEST_WEIGHT = 127


@dataclass(frozen=True, slots=True)
class _Digits:
    """Names of the two digits of an activation, and of their scales."""

    high: str
    high_scale: str
    low: str
    low_scale: str


class _Graph:
    """Nodes and constants so far. Every method but `model` returns the name of what it made."""

    def __init__(self) -> None:
        # Here and not above: a command that embeds nothing need not wait for it.
        import onnx

        self._onnx = onnx
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def constant(self, name: str, value: NDArray[Any]) -> str:
        if name not in self._constants:
            array = np.ascontiguousarray(value)
            self._constants[name] = self._onnx.numpy_helper.from_array(array, name)
        return name

    def node(
        self, operator: str, inputs: Sequence[str], name: str, domain: str = "", **settings: Any
    ) -> str:
        make = self._onnx.helper.make_node
        self._nodes.append(make(operator, list(inputs), [name], domain=domain, **settings))
        return name

    def model(self, output: str, width: int) -> bytes:
        """Everything, serialized; `output` has shape (texts, tokens, width)."""
        helper, form = self._onnx.helper, ["texts", "tokens"]
        real, whole = self._onnx.TensorProto.FLOAT, self._onnx.TensorProto.INT32
        vectors = helper.make_tensor_value_info(EMBEDDED, real, [*form, width])
        mask = helper.make_tensor_value_info(MASK, whole, form)
        made = helper.make_tensor_value_info(output, real, [*form, width])
        constants = list(self._constants.values())
        graph = helper.make_graph(self._nodes, "e5", [vectors, mask], [made], constants)
        imports = [helper.make_opsetid(domain, version) for domain, version in _OPSETS]
        model = helper.make_model(graph, opset_imports=imports, ir_version=_IR_VERSION)
        return bytes(model.SerializeToString())

    def digits(self, source: str, bound: float) -> _Digits:
        """`source`, of which no number is above `bound`, as high * 128 + low in units of low_scale."""
        step = bound / ((_MIDDLE - 0.5) * _DIGIT)
        low_scale = self.constant(f"{source}.low_scale", np.array(step, np.float32))
        high_scale = self.constant(f"{source}.high_scale", np.array(step * _DIGIT, np.float32))
        zero = self.constant("zero", np.array(_MIDDLE, np.uint8))
        high = self.node("QuantizeLinear", [source, high_scale, zero], f"{source}.high")
        coarse = self.node("DequantizeLinear", [high, high_scale, zero], f"{source}.coarse")
        rest = self.node("Sub", [source, coarse], f"{source}.rest")
        low = self.node("QuantizeLinear", [rest, low_scale, zero], f"{source}.low")
        return _Digits(high, high_scale, low, low_scale)

    def product(
        self, digits: _Digits, matrix: Floats, bias: Floats, name: str, plus: Sequence[str] = ()
    ) -> str:
        """`matrix` times the activation, and `bias`, and `plus`."""
        scales = np.abs(matrix).max(axis=1) / _LARGEST_WEIGHT
        codes = np.rint(matrix / np.maximum(scales, np.finfo(np.float32).tiny)[:, None])
        weight = self.constant(f"{name}.weight", codes.astype(np.int8).T)
        scale = self.constant(f"{name}.scale", scales.astype(np.float32))
        shared = ["zero", "", self.constant(f"{name}.bias", bias)]
        high = [digits.high, weight, digits.high_scale, scale, *shared]
        low = [digits.low, weight, digits.low_scale, scale, "zero"]
        parts = [
            self.node("MatMulIntegerToFloat", high, f"{name}.by_high", _MICROSOFT),
            self.node("MatMulIntegerToFloat", low, f"{name}.by_low", _MICROSOFT),
        ]
        return self.node("Sum", [*parts, *plus], name)

    def normalised(self, source: str, norm: _Norm, epsilon: float, name: str) -> str:
        gain = self.constant(f"{name}.gain", norm.gain)
        shift = self.constant(f"{name}.shift", norm.shift)
        return self.node(
            "LayerNormalization", [source, gain, shift], name, axis=-1, epsilon=epsilon
        )


@dataclass(frozen=True, slots=True)
class _Norm:
    """A layer normalisation. What it puts out has length sqrt(width) before gain and shift."""

    gain: Floats
    shift: Floats

    @property
    def _length(self) -> float:
        return float(np.sqrt(self.gain.size))

    @property
    def bound(self) -> float:
        """No number that comes out is larger."""
        return float((np.abs(self.gain) * self._length + np.abs(self.shift)).max())

    def bound_behind(self, matrix: Floats, bias: Floats) -> float:
        """No number of matrix times output plus bias is larger (Cauchy-Schwarz)."""
        reach = np.linalg.norm(matrix * self.gain, axis=1) * self._length
        return float((reach + np.abs(matrix @ self.shift + bias)).max())


def build_graph(weights: E5Weights) -> bytes:
    """The whole network as a serialized ONNX model: embedded tokens in, one vector a token out.

    Raises ImportError when `onnx` is not there.
    """
    shape = weights.shape
    graph = _Graph()
    norm = _norm(weights, "emb.ln")
    last = graph.normalised(EMBEDDED, norm, shape.epsilon, "start")
    for layer in range(shape.layers):
        last, norm = _attention(graph, weights, f"l{layer}.", last, norm)
        last, norm = _feed_forward(graph, weights, f"l{layer}.", last, norm)
    return graph.model(last, shape.width)


def _norm(weights: E5Weights, name: str) -> _Norm:
    return _Norm(weights.vector(f"{name}.w"), weights.vector(f"{name}.b"))


def _attention(
    graph: _Graph, weights: E5Weights, layer: str, source: str, norm: _Norm
) -> tuple[str, _Norm]:
    shape = weights.shape

    def parameters(name: str) -> tuple[Floats, Floats]:
        return (
            weights.matrix(f"{layer}{name}.w", shape.width),
            weights.vector(f"{layer}{name}.b"),
        )

    digits = graph.digits(source, norm.bound)
    parts = [graph.product(digits, *parameters(name), f"{layer}{name}") for name in "qkv"]
    mixed = graph.node(
        "MultiHeadAttention",
        [*parts, "", MASK],
        f"{layer}mixed",
        _MICROSOFT,
        num_heads=shape.heads,
    )
    # Attention averages the values, so that their bound holds for it too.
    digits = graph.digits(mixed, norm.bound_behind(*parameters("v")))
    whole = graph.product(digits, *parameters("ao"), f"{layer}attended", [source])
    after = _norm(weights, f"{layer}aln")
    return graph.normalised(whole, after, shape.epsilon, f"{layer}attention"), after


def _feed_forward(
    graph: _Graph, weights: E5Weights, layer: str, source: str, norm: _Norm
) -> tuple[str, _Norm]:
    shape = weights.shape
    into = weights.matrix(f"{layer}fi.w", shape.inner), weights.vector(f"{layer}fi.b")
    out = weights.matrix(f"{layer}fo.w", shape.width), weights.vector(f"{layer}fo.b")
    inner = graph.product(graph.digits(source, norm.bound), *into, f"{layer}inner")
    bent = graph.node("Gelu", [inner], f"{layer}bent", _MICROSOFT)
    # |gelu(x)| is never above |x|.
    digits = graph.digits(bent, norm.bound_behind(*into))
    whole = graph.product(digits, *out, f"{layer}outer", [source])
    after = _norm(weights, f"{layer}oln")
    return graph.normalised(whole, after, shape.epsilon, f"{layer}output"), after
