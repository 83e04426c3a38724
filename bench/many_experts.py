"""Many experts on one base: memory of each, throughput of a mixed load, and what switching costs.

usage: python -m bench.many_experts [--threads N] [--rounds N] [--answer-tokens N]

The adapters are random, of rank 16 on every projection, in half precision: what an adapter holds does
not change what it costs. Questions show four passages and have short answers, as the median row of the
demo company's dataset; `--answer-tokens` makes them longer. A load of one expert and one of eight take
turns in the same run, eight requests at a time; a switch is a request right after another expert's,
beside one after its own.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors.numpy import save_file

from bench.measuring import arguments, percentile, report
from teaegg.distill.export.adapter import write_gguf_adapter
from teaegg.models.adapters.server import AdapterServer
from teaegg.models.base import Message
from teaegg.models.gguf import read_header
from teaegg.models.local import bundled_model
from teaegg.models.templates import GEMMA
from teaegg.retrieval.reading_prompt import ShownPassage, reading_messages
from teaegg.serving.experts.host import ExpertHost
from teaegg.serving.experts.local import LocalExperts

EXPERTS, SPOKEN, AT_ONCE, SLOTS = 32, 8, 8, 4
RANK, ANSWER_TOKENS, CONTEXT_TOKENS = 16, 8, 1024
ROUNDS, REQUESTS, SWITCHES = 5, 16, 40
PLACES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
PASSAGES = (
    "第三条 职工累计工作已满1年不满10年的，年休假5天；已满10年不满20年的，年休假10天；已满20年的，"
    "年休假15天。国家法定休假日、休息日不计入年休假的假期。",
    "第四条 职工有下列情形之一的，不享受当年的年休假：依法享受寒暑假，其休假天数多于年休假天数的；"
    "请事假累计20天以上且单位按照规定不扣工资的；累计工作满1年不满10年，请病假累计2个月以上的；累计工作"
    "满10年不满20年，请病假累计3个月以上的；累计工作满20年以上，请病假累计4个月以上的。",
    "第五条 单位根据生产、工作的具体情况，并考虑职工本人意愿，统筹安排职工年休假。年休假在1个年度内可以"
    "集中安排，也可以分段安排，一般不跨年度安排。单位因生产、工作特点确有必要跨年度安排职工年休假的，"
    "可以跨1个年度安排。对职工应休未休的年休假天数，单位应当按照该职工日工资收入的300%支付年休假工资报酬。",
    "第七条 单位不安排职工休年休假又不依照本条例规定给予年休假工资报酬的，由县级以上地方人民政府人事部门"
    "或者劳动保障部门依据职权责令限期改正；对逾期不改正的，除责令该单位支付年休假工资报酬外，单位还应当按照"
    "年休假工资报酬的数额向职工加付赔偿金。",
)
"""Articles of the regulation on paid annual leave (国务院令第514号): as much text as a question of the
demo company's dataset shows in the median (554 characters), in as many passages."""
SHORT = ("年休假5天。",)


class Load(NamedTuple):
    """How often the two loads take turns, with how many requests, each with how long an answer."""

    rounds: int
    requests: int
    answer_tokens: int


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads (0: one per core)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of each load")
    parser.add_argument("--answer-tokens", type=int, default=ANSWER_TOKENS, help="of each answer")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="teaegg-bench-") as folder:
        files = [_adapter(Path(folder), number) for number in range(EXPERTS)]
        one = _resident_of_one(files[0], options.threads)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            load = Load(options.rounds, options.limit or REQUESTS, options.answer_tokens)
            all_of_them, speed = pool.submit(_measured, files, options.threads, load).result()
        size = files[0].stat().st_size / 1e6
        memory = {
            "resident_mb": {"1": round(one, 1), str(EXPERTS): round(all_of_them, 1)},
            "extra_mb_per_expert": round((all_of_them - one) / (EXPERTS - 1), 2),
        }
    report(
        "many_experts",
        {"adapter_file_mb": round(size, 2), "threads": options.threads, **memory, **speed},
    )


def _adapter(folder: Path, number: int) -> Path:
    header, source = read_header(bundled_model()), np.random.default_rng(number)
    tensors = {}
    for block in range(header.number("gemma3.block_count")):
        for module, place in PLACES.items():
            inputs, outputs = header.tensors[f"blk.{block}.{place}.weight"].shape
            name = f"base_model.model.model.layers.{block}.{module}"
            for factor, shape in (("A", (RANK, inputs)), ("B", (outputs, RANK))):
                numbers = source.normal(0, 0.02, shape).astype(np.float32)
                tensors[f"{name}.lora_{factor}.weight"] = numbers
    peft = folder / "peft"
    peft.mkdir(exist_ok=True)
    config = {"peft_type": "LORA", "r": RANK, "lora_alpha": RANK}
    (peft / "adapter_config.json").write_text(json.dumps(config))
    save_file(tensors, peft / "adapter_model.safetensors")
    target = folder / f"expert-{number}.gguf"
    write_gguf_adapter(peft, target)
    return target


def _resident_of_one(file: Path, threads: int) -> float:
    """Resident memory with one expert that has spoken, in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_resident_mb, [file], threads).result()


def _resident_mb(files: list[Path], threads: int) -> float:
    async def spoken() -> float:
        host = await _host(files, threads)
        await _ask(host, "expert-0", 2)
        return _now_resident_mb()

    return asyncio.run(spoken())


def _now_resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


async def _host(files: Sequence[Path], threads: int) -> LocalExperts:
    server = AdapterServer(None, context_tokens=CONTEXT_TOKENS, threads=threads, slots=SLOTS)
    host = LocalExperts(server)
    await host.load({f"expert-{number}": path for number, path in enumerate(files)})
    return host


async def _ask(
    host: ExpertHost, name: str, tokens: int, number: int = 0, texts: Sequence[str] = PASSAGES
) -> float:
    """Seconds of one question; every question is another text, so that none is remembered."""
    question = f"问题{number}：工作{number + 1}年的职工，年休假有几天？"
    shown = [ShownPassage(text) for text in texts]
    messages: Sequence[Message] = reading_messages(question, shown, language="zh")
    began = time.perf_counter()
    async for _ in host.chat(name, GEMMA).stream(messages, max_tokens=tokens):
        pass
    return time.perf_counter() - began


def _measured(files: Sequence[Path], threads: int, load: Load) -> tuple[float, dict[str, Any]]:
    """Resident memory with all experts in it, then the speeds, in a process of their own."""
    return asyncio.run(_speed(files, threads, load))


async def _speed(files: Sequence[Path], threads: int, load: Load) -> tuple[float, dict[str, Any]]:
    host = await _host(files, threads)
    await _ask(host, "expert-0", 2)
    resident = _now_resident_mb()
    _tell("all experts are loaded")
    rates: dict[str, list[float]] = {"single": [], "mixed": []}
    for _ in range(load.rounds):
        for arm in rates:
            experts = 1 if arm == "single" else SPOKEN
            rates[arm].append(await _rate(host, experts, load))
            _tell(f"{arm}: {rates[arm][-1]:.3f} requests/s")
    medians = {arm: statistics.median(values) for arm, values in rates.items()}
    ratios = [mixed / single for single, mixed in zip(*rates.values(), strict=True)]
    switching = await _switching(host)
    await host.close()
    return resident, {
        "requests_each_round": load.requests,
        "answer_tokens": load.answer_tokens,
        "requests_per_second": {arm: round(value, 3) for arm, value in medians.items()},
        "mixed_to_single": round(statistics.median(ratios), 3),
        "mixed_to_single_per_round": [round(ratio, 3) for ratio in ratios],
        **switching,
    }


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


async def _rate(host: ExpertHost, experts: int, load: Load) -> float:
    """Requests per second with `AT_ONCE` on their way all the time."""
    waiting = list(range(load.requests))
    began = time.perf_counter()

    async def ask_on() -> None:
        while waiting:
            number = waiting.pop(0)
            await _ask(host, f"expert-{number % experts}", load.answer_tokens, number)

    await asyncio.gather(*(ask_on() for _ in range(AT_ONCE)))
    return load.requests / (time.perf_counter() - began)


async def _switching(host: ExpertHost) -> dict[str, Any]:
    """A request after another expert's, less one after the same expert's, in milliseconds."""
    switched, stayed = [], []
    for number in range(SWITCHES):
        name = f"expert-{number % EXPERTS}"
        switched.append(await _ask(host, name, 1, number, SHORT))
        stayed.append(await _ask(host, name, 1, number, SHORT))
    middle = statistics.median(stayed)
    costs = [(seconds - middle) * 1000 for seconds in switched]
    jitter = [(seconds - middle) * 1000 for seconds in stayed]
    return {
        "switch_ms": {
            "median": round(statistics.median(costs), 1),
            "p95": round(percentile(costs, 0.95), 1),
        },
        "without_switch_ms": {
            "median": round(statistics.median(jitter), 1),
            "p95": round(percentile(jitter, 0.95), 1),
        },
        "request_ms": round(middle * 1000, 1),
    }


if __name__ == "__main__":
    main()
