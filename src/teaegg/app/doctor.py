"""What is wrong with this installation and what to do: each check is one finding, never an exception."""

from __future__ import annotations

import asyncio
import importlib.util
import secrets
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from teaegg.access.sso.service import SingleSignOn
from teaegg.app.glossary import Glossary
from teaegg.app.mcp.installation import is_mcp_installed
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.errors import TeaEggError
from teaegg.core.settings import Settings
from teaegg.models.base import ChatModel, Embedder

Level = Literal["ok", "warn", "error"]
Opening = Callable[[Settings], AbstractAsyncContextManager[Workspace]]

OLDEST_PYTHON = (3, 11)
_GIBIBYTE = 1024**3
_LITTLE_DISK_BYTES = 2 * _GIBIBYTE
_NO_DISK_BYTES = _GIBIBYTE // 5
_LITTLE_MEMORY_BYTES = 2 * _GIBIBYTE
_NAMES_SHOWN = 5
_MEMORY_INFORMATION = Path("/proc/meminfo")
_PROMPT = "Question: What colour is the sky on a clear day?\nAnswer:"
_OPTIONS = ("blue", "green")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `remedy` is empty when there is nothing to do."""

    check: str
    level: Level
    what: str
    remedy: str = ""


async def examine(settings: Settings, opening: Opening) -> list[Finding]:
    """Every check in order. Loads the models; writes nothing that stays but the home folder itself."""
    findings = [
        judge_python(sys.version_info[:2]),
        await asyncio.to_thread(check_home, settings.home),
        judge_disk(_free_bytes(settings.home)),
        judge_memory(_available_bytes(_MEMORY_INFORMATION)),
        check_ocr(_folder_of("rapidocr")),
        judge_mcp(is_mcp_installed()),
    ]
    try:
        async with opening(settings) as workspace:
            findings.append(Finding("storage", "ok", "The records and the index open and match."))
            counts = await workspace.progress(LOCAL_OWNER)
            findings.append(judge_documents(counts))
            findings.append(await _attempt("glossary", check_glossary(workspace.glossary, counts)))
            findings += await _attempt_single_sign_on(workspace)
            findings.append(await _attempt("chat model", check_chat(workspace.chat)))
            findings.append(
                await _attempt("embedding model", check_embedder(workspace.embedder, settings))
            )
    except TeaEggError as error:
        findings.append(Finding("storage", "error", error.message, error.remedy))
        findings.append(Finding("models", "warn", "Not looked at.", "Put the storage right first."))
    return findings


def judge_python(version: tuple[int, ...]) -> Finding:
    shown = ".".join(map(str, version))
    if version < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        return Finding(
            "python", "error", f"Python {shown} is too old.", f"Install {wanted} or newer."
        )
    return Finding("python", "ok", f"Python {shown}.")


def check_home(home: Path) -> Finding:
    """Whether a file can be written into the home folder, by writing one and taking it away."""
    probe = home / f".doctor-{secrets.token_hex(4)}"
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        return Finding(
            "home",
            "error",
            f"{home} cannot be written: {error.strerror or error}.",
            "Set TEAEGG_HOME to a folder you may write to.",
        )
    return Finding("home", "ok", f"{home} can be written.")


def judge_disk(free_bytes: int | None) -> Finding:
    if free_bytes is None:
        return Finding("disk", "warn", "The free space cannot be measured.", "Set TEAEGG_HOME.")
    shown = f"{free_bytes / _GIBIBYTE:.1f} GiB of disk are free."
    if free_bytes < _NO_DISK_BYTES:
        return Finding("disk", "error", shown, "Free some space; nothing can be learned now.")
    if free_bytes < _LITTLE_DISK_BYTES:
        return Finding("disk", "warn", shown, "Free some space before learning large folders.")
    return Finding("disk", "ok", shown)


def judge_memory(available_bytes: int | None) -> Finding:
    if available_bytes is None:
        return Finding("memory", "ok", "The free memory is not told by this system.")
    shown = f"{available_bytes / _GIBIBYTE:.1f} GiB of memory are available."
    if available_bytes < _LITTLE_MEMORY_BYTES:
        return Finding("memory", "warn", shown, "Close other programs: 2 GiB should be free.")
    return Finding("memory", "ok", shown)


async def check_chat(chat: ChatModel) -> Finding:
    """A constrained choice shows at once that the model loads or answers, and obeys the constraint."""
    choice = await chat.choose(_PROMPT, _OPTIONS, picks=1)
    if len(choice.picked) != 1 or choice.picked[0] not in range(len(_OPTIONS)):
        return Finding(
            "chat model",
            "error",
            f"{chat.name} did not keep to the options it was given.",
            "Use a model or endpoint that supports constrained output (a JSON schema).",
        )
    return Finding("chat model", "ok", f"{chat.name} answers and keeps to the evidence.")


async def check_embedder(embedder: Embedder, settings: Settings) -> Finding:
    vector = await embedder.embed_question("茶叶蛋 tea egg")
    made, wanted = len(vector), settings.embedding.dimensions
    if made != wanted:
        return Finding(
            "embedding model",
            "error",
            f"{embedder.name} makes vectors of {made}, embedding.dimensions says {wanted}.",
            f"Set embedding.dimensions to {made}; an index of another length must be learned again.",
        )
    return Finding("embedding model", "ok", f"{embedder.name} makes vectors of {made}.")


def check_ocr(folder: Path | None) -> Finding:
    """`folder` is where RapidOCR is installed: its detection and recognition models lie inside."""
    models = [path.name for path in folder.glob("models/*.onnx")] if folder else []
    if not all(any(kind in name for name in models) for kind in ("det", "rec")):
        return Finding(
            "text in images",
            "warn",
            "The models that read images are not installed; scans go to quarantine.",
            "Install them again: pip install --force-reinstall rapidocr",
        )
    return Finding("text in images", "ok", "The models that read images are installed.")


def judge_mcp(installed: bool) -> Finding:
    if not installed:
        return Finding("agents", "ok", "MCP is not installed.", 'pip install "teaegg[mcp]"')
    return Finding("agents", "ok", "MCP clients connect: see `teaegg mcp --print-config`.")


async def _attempt_single_sign_on(workspace: Workspace) -> list[Finding]:
    """Nothing when it is not set up."""
    single_sign_on = workspace.access.single_sign_on
    if single_sign_on is None:
        return []
    return [await _attempt("single sign-on", check_single_sign_on(single_sign_on))]


async def check_single_sign_on(single_sign_on: SingleSignOn) -> Finding:
    """Whether the provider answers, is who the settings say, publishes keys, and has our time."""
    provider = single_sign_on.provider
    difference = await provider.clock_difference_seconds()
    return judge_provider(difference, provider.allowed_skew_seconds, provider.return_url)


def judge_provider(difference_seconds: float, allowed_seconds: float, return_url: str) -> Finding:
    if abs(difference_seconds) > allowed_seconds:
        return Finding(
            "single sign-on",
            "error",
            f"The provider's clock differs by {difference_seconds:.0f} s; {allowed_seconds} are allowed.",
            "Set both clocks by NTP, or raise oidc.clock_skew_seconds.",
        )
    return Finding(
        "single sign-on", "ok", f"The provider answers. Its redirect address must be {return_url}"
    )


def judge_documents(counts: Mapping[str, int]) -> Finding:
    """`counts` maps a document's state to how many are in it."""
    total, failed, waiting = (
        sum(counts.values()),
        counts.get("quarantined", 0),
        counts.get("searchable", 0),
    )
    shown = f"{total} documents, {failed} unreadable, {waiting} waiting for vectors."
    if failed:
        return Finding("documents", "warn", shown, "See why: teaegg failures")
    if waiting:
        remedy = "They answer by full text; `teaegg serve` or the next `teaegg learn` goes on."
        return Finding("documents", "warn", shown, remedy)
    if not total:
        return Finding("documents", "ok", "No documents yet.", "Learn some: teaegg learn PATH")
    return Finding("documents", "ok", shown)


async def check_glossary(glossary: Glossary, counts: Mapping[str, int]) -> Finding:
    """Raises InvalidRequestError, naming the line, for a file that cannot be understood.

    Without documents (`counts` by state) nothing can be said of what the entries lead to.
    """
    entries = await glossary.list(LOCAL_OWNER)
    if not entries:
        return Finding("glossary", "ok", "No entries.", "Add some: teaegg glossary add NAME ALIAS")
    has_documents = any(count for state, count in counts.items() if state != "quarantined")
    idle = await glossary.leading_nowhere(LOCAL_OWNER) if has_documents else ()
    return judge_glossary(len(entries), [entry.name for entry in idle])


def judge_glossary(total: int, leading_nowhere: Sequence[str]) -> Finding:
    """`leading_nowhere` are the names of the entries that no document speaks of."""
    if not leading_nowhere:
        return Finding("glossary", "ok", f"{total} entries can be read.")
    shown = ", ".join(leading_nowhere[:_NAMES_SHOWN])
    more = len(leading_nowhere) - _NAMES_SHOWN
    rest = f" and {more} more" if more > 0 else ""
    return Finding(
        "glossary",
        "warn",
        f"No document speaks of {len(leading_nowhere)} of {total} entries: {shown}{rest}.",
        "Correct the name or its collection, or: teaegg glossary remove NAME",
    )


async def _attempt(check: str, looking: Awaitable[Finding]) -> Finding:
    try:
        return await looking
    except TeaEggError as error:
        return Finding(check, "error", error.message, error.remedy)


def _free_bytes(home: Path) -> int | None:
    """Of the disk that holds `home`, or would hold it."""
    existing = next((path for path in (home, *home.parents) if path.exists()), None)
    try:
        return shutil.disk_usage(existing).free if existing else None
    except OSError:
        return None


def _available_bytes(information: Path) -> int | None:
    """What Linux calls MemAvailable; None on other systems."""
    try:
        lines = information.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _folder_of(package: str) -> Path | None:
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found and found.origin else None
