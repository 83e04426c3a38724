"""What this machine does with this base, as the probe measured it, and the name under which that holds."""

from __future__ import annotations

import os
import platform
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

import teaegg
from teaegg.core.ids import content_hash, text_hash
from teaegg.core.scenes import Language
from teaegg.distill.recipe import Recipe

_MEASURED_CODE = ("distill/train", "distill/planning", "models/llama")
_MEASURED_LIBRARIES = ("torch", "xllamacpp")
_BUSY_SHARE = 0.5


class _Measured(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TrainingSpeed(_Measured):
    """Row tokens a second of steps, the slowest and fastest step among them, and of looks at held-out
    rows. `start_seconds` go by before the first step and after the last; `memory_mib` is the most
    that the process had, with rows of `longest_row_tokens` at most; `folder_bytes` is what a run leaves,
    `adapter_bytes` its adapter."""

    device: str
    tokens_per_second: float
    slowest: float
    fastest: float
    look_tokens_per_second: float
    start_seconds: float
    memory_mib: float
    longest_row_tokens: float
    folder_bytes: int
    adapter_bytes: int


class EngineSpeed(_Measured):
    """Tokens a second that the engine reads and writes, and how many the bare base writes until it is
    stopped. `tokens_per_width`: tokens of the base for as much as one Chinese character says."""

    start_seconds: float
    read_tokens_per_second: float
    written_tokens_per_second: float
    base_answer_tokens: float
    tokens_per_width: float


class Machine(_Measured):
    """One probe. `training` is None where what trains is not installed; `lack` then says so. `load` is
    how many processes wanted a core in the minute before it began."""

    key: str
    measured_at: datetime
    seconds: float
    cores: int
    memory_mib: float
    load: float
    engine: EngineSpeed
    training: TrainingSpeed | None = None
    lack: str = ""

    @property
    def was_busy(self) -> bool:
        """Whether others worked on more than half of its cores before the probe began."""
        return self.load > _BUSY_SHARE * self.cores


def machine_key(base: str, recipe: Recipe, language: Language, *, threads: int) -> str:
    """Names a probe: another processor, base, program or language makes it void. `base` is the SHA-256
    of its file."""
    parts = (
        platform.machine(),
        _processor(),
        str(os.cpu_count()),
        f"{memory_mib():.0f}",
        str(threads),
        base,
        _code(),
        f"{recipe.rank} {recipe.batch_tokens} {recipe.template}",
        language,
    )
    return text_hash("\x00".join(parts))


def machine_load() -> float:
    """Processes that wanted a core in the last minute, on average; 0 where the system does not tell."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def memory_mib() -> float:
    """All memory of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20


def folder_bytes(folder: Path) -> int:
    """What lies in a folder and below it; 0 where it is not there."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.startswith("model name")), platform.processor())


def _code() -> str:
    root = Path(teaegg.__file__).parent
    sources = [path for part in _MEASURED_CODE for path in sorted((root / part).rglob("*.py"))]
    return " ".join(
        (
            content_hash(b"".join(path.read_bytes() for path in sources)),
            *(_version(name) for name in _MEASURED_LIBRARIES),
        )
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
