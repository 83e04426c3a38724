"""Rows found by what a question asks of them, over a real index."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from teaegg.core.actors import VisibleSet
from teaegg.core.documents import Location, Passage
from teaegg.retrieval.tables.demands import read_demands
from teaegg.retrieval.tables.lookup import TableLookup
from teaegg.retrieval.understanding.synonyms import general_synonyms
from teaegg.store.lance.index import open_lance_index

SHOP = VisibleSet(scopes=frozenset({"collection:shop"}))
ROWS = (
    "件号: S1；名称: 内六角螺钉；规格: M6×20；材质: A2-70；用途: 电机的紧固",
    "件号: S2；名称: 内六角螺钉；规格: M8×30；材质: A2-70；用途: 电机的紧固",
    "件号: S3；名称: 内六角螺钉；规格: M10×80；材质: 碳钢；用途: 电机的紧固",
    "件号: S4；名称: 外六角螺栓；规格: M8×50；材质: 304；用途: 法兰连接",
    "件号: V1；名称: 球阀；口径: DN15；公称压力: PN16；材质: 黄铜",
    "件号: V2；名称: 球阀；口径: G1/2；公称压力: 2.5MPa；材质: 黄铜",
    "件号: V3；名称: 闸阀；口径: DN50；公称压力: 1MPa；材质: 铸钢",
    "Part: P1；Name: power supply；Voltage: 12V；Current: 2A",
    "Part: P2；Name: power supply；Voltage: 24V；Current: 5A",
    "Part: P3；Name: motor driver；Voltage: 12-24V；Current: 3A",
    "件号: B1；品名: 深沟球轴承；内径d(mm): 20；外径D(mm): 47",
    "件号: B2；品名: 深沟球轴承；内径d(mm): 47；外径D(mm): 90",
    "件号: C1；产品: 控制电缆；芯数: 4；截面(mm²): 1.5",
    "件号: C2；产品: 控制电缆；芯数: 12；截面(mm²): 1.5",
)
HIDDEN = "件号: X1；名称: 内六角螺钉；规格: M8×30；材质: A2-70；用途: 电机的紧固"


@pytest.fixture
async def lookup(tmp_path: Path) -> TableLookup:
    index = await open_lance_index(str(tmp_path / "index"), dimensions=4)
    rows = [passage("d1", number, text, row=number + 2) for number, text in enumerate(ROWS)]
    prose = passage("d1", 99, "内六角螺钉 M8×30 不锈钢，本公司不再生产。")
    await index.replace(
        {
            "d1": ("collection:shop", [*rows, prose]),
            "d2": ("collection:secret", [passage("d2", 0, HIDDEN, row=2)]),
        }
    )
    return TableLookup(index)


def passage(document: str, number: int, text: str, row: int | None = None) -> Passage:
    return Passage(
        f"{document}-{number}",
        document,
        "v",
        "c",
        "T",
        number,
        text,
        0,
        len(text),
        Location(row=row),
    )


async def found(lookup: TableLookup, question: str, visible: VisibleSet = SHOP) -> list[str]:
    rows = await lookup.find(
        question,
        synonyms=general_synonyms(),
        visible=visible,
        collections=frozenset(),
        limit=10,
        in_tables=True,
    )
    return [row.text.split("；")[0].split(": ")[1] for row in rows]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("M8 以上不锈钢内六角", ["S2"]),
        ("M8 以上内六角", ["S2", "S3"]),
        ("长度 30-50mm 的 M8 螺丝", ["S2", "S4"]),
        ("m8*30 内六角", ["S2"]),
        ("耐压不低于 1.6MPa 的球阀", ["V1", "V2"]),
        ("耐压 20 bar 以上的球阀", ["V2"]),
        ("1/2寸球阀", ["V1", "V2"]),
        ("4分黄铜球阀", ["V1", "V2"]),
        ("DN50 闸阀", ["V3"]),
        ("≥ 12V 2A power supply", ["P1", "P2"]),
        ("power supply, voltage at most 15 V", ["P1"]),
        ("18V 能用的 motor driver", ["P3"]),
        ("内径 47mm 的轴承", ["B2"]),
        ("外径不超过 50mm 的轴承", ["B1"]),
        ("4芯 1.5平方的控制电缆", ["C1"]),
        ("固定电机用的长螺丝", ["S3", "S2", "S1"]),
        ("M30 的内六角螺钉", []),
        ("M8 的扳手", []),
        ("试用期不超过 6 个月", []),
    ],
)
async def test_rows_are_found_by_specification(
    lookup: TableLookup, question: str, parts: list[str]
) -> None:
    assert await found(lookup, question) == parts


async def test_hidden_rows_are_neither_found_nor_do_they_matter(lookup: TableLookup) -> None:
    secret = VisibleSet(scopes=frozenset({"collection:secret"}))
    assert await found(lookup, "M8 不锈钢内六角", secret) == ["X1"]
    assert await found(lookup, "DN15 球阀", secret) == []
    assert await found(lookup, "M8 不锈钢内六角", VisibleSet()) == []


@pytest.mark.parametrize(
    ("question", "low", "high"),
    [
        ("不低于 30mm", "0.03", None),
        ("至少30mm", "0.03", None),
        ("30mm以上", "0.03", None),
        ("不超过30mm", None, "0.03"),
        ("30mm 以内", None, "0.03"),
        ("低于30mm", None, "0.03"),
        ("under 30 mm", None, "0.03"),
        ("no less than 30 mm", "0.03", None),
        ("30到50mm之间", "0.03", "0.05"),
        ("约30mm", "0.027", "0.033"),
        ("30mm左右", "0.027", "0.033"),
        ("30mm", "0.03", "0.03"),
    ],
)
def test_bounds_are_read_in_both_languages(
    question: str, low: str | None, high: str | None
) -> None:
    (demand,) = read_demands(question).measures
    assert demand.low == (Decimal(low) if low else None)
    assert demand.high == (Decimal(high) if high else None)
