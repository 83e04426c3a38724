"""Plain TRL or plain transformers with PEFT: `python -m … NAME TOKENS.jsonl BASE OUT SETTINGS`.

As their guides show it, in bf16; prints {"seconds", "steps"} of the training.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForSeq2Seq,
    Trainer,
    TrainingArguments,
)

ROWS_AT_ONCE = 2


def main(name: str, tokens: Path, base: str, out: Path, settings: dict[str, Any]) -> None:
    rows = [json.loads(line) for line in tokens.read_text("utf-8").splitlines()]
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
    tokenizer = AutoTokenizer.from_pretrained(base)
    lora = LoraConfig(
        r=settings["rank"],
        lora_alpha=int(settings["alpha"]),
        target_modules="all-linear",
        exclude_modules=["lm_head"],
        task_type="CAUSAL_LM",
    )
    shared: dict[str, Any] = {
        "output_dir": str(out / "work"),
        "per_device_train_batch_size": ROWS_AT_ONCE,
        "gradient_accumulation_steps": settings["rows_per_step"] // ROWS_AT_ONCE,
        "num_train_epochs": 1,
        "learning_rate": settings["learning_rate"],
        "lr_scheduler_type": "cosine",
        "warmup_steps": settings["warmup_share"],
        "seed": settings["seed"],
        "bf16": True,
        "use_cpu": not torch.cuda.is_available(),
        "save_strategy": "no",
        "report_to": [],
        "disable_tqdm": True,
        "logging_steps": 1000,
    }
    make = trl_trainer if name == "trl" else plain_trainer
    trainer = make(model, tokenizer, rows, lora, shared)
    result = trainer.train()
    trainer.model.save_pretrained(str(out / "adapter"))
    said = {
        "seconds": result.metrics["train_runtime"],
        "steps": result.global_step,
    }
    print(json.dumps(said), file=sys.__stdout__)


def trl_trainer(model: Any, tokenizer: Any, rows: Any, lora: Any, shared: dict[str, Any]) -> Any:
    from trl import SFTConfig, SFTTrainer

    return SFTTrainer(
        model=model,
        processing_class=tokenizer,
        args=SFTConfig(**shared, max_length=2048, completion_only_loss=True),
        train_dataset=Dataset.from_list(rows),
        peft_config=lora,
    )


def plain_trainer(model: Any, tokenizer: Any, rows: Any, lora: Any, shared: dict[str, Any]) -> Any:
    labelled = [
        {
            "input_ids": row["input_ids"],
            "labels": [
                token if learned else -100
                for token, learned in zip(row["input_ids"], row["completion_mask"], strict=True)
            ],
        }
        for row in rows
    ]
    return Trainer(
        model=get_peft_model(model, lora),
        args=TrainingArguments(**shared),
        train_dataset=Dataset.from_list(labelled),
        data_collator=DataCollatorForSeq2Seq(tokenizer),
    )


if __name__ == "__main__":
    # Their progress goes to stdout; the answer must stand there alone.
    sys.stdout = sys.stderr
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]), json.loads(sys.argv[5]))
