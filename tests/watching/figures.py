"""What `/metrics` says, as numbers."""

from dataclasses import dataclass

from httpx2 import AsyncClient
from prometheus_client.parser import text_string_to_metric_families


@dataclass(frozen=True, slots=True)
class Figures:
    text: str
    samples: dict[tuple[str, frozenset[tuple[str, str]]], float]

    @classmethod
    def parsed(cls, text: str) -> "Figures":
        families = text_string_to_metric_families(text)
        samples = [sample for family in families for sample in family.samples]
        return cls(text, {(s.name, frozenset(s.labels.items())): s.value for s in samples})

    def __call__(self, name: str, **labels: str) -> float:
        """The figure with just these labels; 0 where nothing was counted."""
        return self.samples.get((f"runstream_{name}", frozenset(labels.items())), 0.0)

    @property
    def names(self) -> set[str]:
        """Also of those that have no series yet."""
        declared = [
            line.split()[2:] for line in self.text.splitlines() if line.startswith("# TYPE")
        ]
        endings = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}
        return {f"{name}{ending}" for name, kind in declared for ending in endings.get(kind, ("",))}


async def figures(http: AsyncClient) -> Figures:
    answer = await http.get("/metrics")
    assert answer.status_code == 200
    return Figures.parsed(answer.text)
