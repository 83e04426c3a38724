# mypy: disable-error-code="import-untyped,import-not-found"
"""The workbooks and tables: parts catalogue, substitutions, price list."""

from __future__ import annotations

import csv
import io
import random
from typing import Any

from kit import COMPANY, SEED, WHEN, clean_zip
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from parts_data import KW, Part, fasteners, other_parts, stock

HEAD = PatternFill("solid", fgColor="DDE9E4")
PART_COLUMNS = [
    ("件号", 26), ("名称", 24), ("英文名称", 32), ("类别", 10), ("标准", 13), ("材料", 20),
    ("规格", 16), ("长度mm", 9), ("强度等级", 14), ("表面处理", 14), ("单重g", 9),
    ("包装数量", 9), ("库位", 11), ("库存数量", 9), ("目录价（元）", 12), ("单位", 6),
]  # fmt: skip
PRICE_COLUMNS = [
    ("产品编码", 26), ("产品名称", 28), ("规格", 16), ("成本价", 10), ("目录价", 10),
    ("A档经销商折扣", 14), ("B档经销商折扣", 14), ("C档经销商折扣", 14), ("起订量", 9),
    ("币种", 7), ("生效日期", 12),
]  # fmt: skip
# model suffix -> factors on cost and on list price
SUBSTITUTED = (
    "HX-M5X16 HX-M6X20 HX-M8X30 HX-M10X35 HX-M12X50 HX-M16X60 HB-M6X20 HB-M8X30 HB-M10X40 "
    "HB-M12X50 HB-M16X60 HB-M20X80 BT-M10X50 BT-M12X60 BT-M16X80 CS-M5X16 CS-M6X20 CS-M8X25"
)
VARIANTS = {"": 1.0, "-H": 1.28, "-S": 1.62}
PUMP_BASE = {"100": 410.0, "200": 970.0, "300": 1480.0}
CUSTOM_COST = {"QH-200-1.5": 968.0, "QH-200-1.5-H": 1236.0}


def _sheet(book: Any, title: str, columns: list[tuple[str, int]]) -> Any:
    sheet = book.create_sheet(title)
    sheet.append([name for name, _ in columns])
    for index, (_, width) in enumerate(columns, 1):
        cell = sheet.cell(1, index)
        cell.font, cell.fill = Font(bold=True), HEAD
        cell.alignment = Alignment(horizontal="center")
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = "A2"
    return sheet


def _book() -> Any:
    book: Any = Workbook()
    book.remove(book.active)
    return book


def _save(book: Any, title: str) -> bytes:
    book.properties.title = title
    book.properties.creator = COMPANY
    book.properties.created = book.properties.modified = WHEN.replace(tzinfo=None)
    out = io.BytesIO()
    book.save(out)
    return clean_zip(out.getvalue())


def _part_row(part: Part) -> list[Any]:
    return [
        part.number, part.name, part.english, part.family, part.standard, part.material,
        part.spec, part.length, part.grade, part.surface, part.weight_g, part.pack,
        part.bin, stock(part), part.price, part.unit,
    ]  # fmt: skip


def catalogue() -> bytes:
    """The parts catalogue with its two sheets."""
    book = _book()
    for title, parts in (("紧固件", fasteners()), ("密封件轴承与泵备件", other_parts())):
        sheet = _sheet(book, title, PART_COLUMNS)
        for part in parts:
            sheet.append(_part_row(part))
        sheet.auto_filter.ref = sheet.dimensions
    return _save(book, "零件目录 2026版")


def _fixed_substitutions() -> list[list[str]]:
    ask = "需工程部书面批准"
    return [
        ["QH-MS-200-20-CAR", "QH-MS-200-20-SIC", "可直接替代", "高温型可向下替代标准型", "无"],
        ["QH-MS-200-20-SIC", "QH-MS-200-20-CAR", "禁止替代", "标准型介质温度上限70°C", "无"],
        ["QH-MS-200-20-SIC", "QH-MS-200-20-TC", "有条件替代", "介质温度不超过90°C", ask],
        ["QH-BR-6206-ZZ", "QH-BR-6206-2RS", "可直接替代", "转速不超过3000 r/min", "无"],
        ["QH-BR-6206-2RS", "QH-BR-6206-ZZ", "禁止替代", "泵用轴承须防水", "无"],
        ["QH-OR-50X3.55-NBR", "QH-OR-50X3.55-FKM", "可直接替代", "接线盒密封升级", "无"],
        ["QH-OR-125X3.55-NBR", "QH-OR-125X3.55-FKM", "可直接替代", "含油介质适用", "无"],
        ["QH-OR-125X3.55-NBR", "QH-OR-125X3.55-EPDM", "有条件替代", "仅限清水，禁止接触矿物油",
         ask],
    ]  # fmt: skip


def substitutions() -> bytes:
    """Which part may stand in for which, as a CSV with a byte order mark."""
    rows = _fixed_substitutions()
    numbers = {part.number for part in [*fasteners(), *other_parts()]}
    rules = [
        ("A2-70", "A4-80", "可直接替代", "强度与耐蚀性均不低于原件", "无"),
        ("8.8-ZP", "8.8-DC", "可直接替代", "表面由镀锌改为达克罗，摩擦系数复核", "无"),
        ("10.9-DC", "12.9-BK", "有条件替代", "仅限室内干燥环境，注意氢脆", "需工程部书面批准"),
        ("A4-80", "A2-70", "禁止替代", "含氯介质中耐蚀性不足", "无"),
    ]
    for code, size in (name.split("-") for name in SUBSTITUTED.split()):
        for old, new, verdict, why, approval in rules:
            pair = [f"QH-{code}-{size}-{old}", f"QH-{code}-{size}-{new}"]
            if all(number in numbers for number in pair):
                rows.append([*pair, verdict, why, approval])
    for code in ("6204", "6205", "6305", "6306"):
        pair = [f"QH-BR-{code}-OPEN", f"QH-BR-{code}-ZZ"]
        rows.append([*pair, "可直接替代", "运行温度不超过120°C", "无"])
    missing = {n for row in rows for n in row[:2]} - numbers
    if missing:
        raise SystemExit(f"substitutions name unknown parts: {sorted(missing)}")
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["原件号", "替代件号", "结论", "条件说明", "审批"])
    table.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _pump_rows() -> list[list[Any]]:
    rows: list[list[Any]] = []
    for series, powers in KW.items():
        for power in powers:
            for suffix, factor in VARIANTS.items():
                code = f"QH-{series}-{power}{suffix}"
                listed = round(PUMP_BASE[series] * (1 + 0.42 * float(power)) * factor, -1)
                cost = CUSTOM_COST.get(code, round(listed * 0.615, 1))
                kind = {"": "标准型", "-H": "高温型", "-S": "不锈钢型"}[suffix]
                rows.append([code, f"卧式单级离心泵（{kind}）", f"{power} kW", cost, listed,
                             0.92, 0.86, 0.80, 1, "CNY", "2026-01-01"])  # fmt: skip
    return rows


def _fastener_rows() -> list[list[Any]]:
    rng = random.Random(SEED)
    chosen = [p for p in fasteners() if p.number.startswith(("QH-HX-M8", "QH-HB-M12", "QH-NT-"))]
    spares = [p for p in other_parts() if p.family in ("水泵备件", "轴承")]
    rows: list[list[Any]] = []
    for part in [*chosen, *spares]:
        cost = round(part.price * rng.uniform(0.56, 0.68), 3)
        tiers = [0.9, 0.82, 0.75] if part.family == "水泵备件" else [0.94, 0.88, 0.83]
        rows.append([part.number, part.name, part.spec, cost, part.price, *tiers, part.pack,
                     "CNY", "2026-01-01"])  # fmt: skip
    return rows


def _export_rows() -> list[list[Any]]:
    rows = []
    for code, name, spec, cost, listed, *_ in _pump_rows():
        usd = round(float(listed) / 7.1 * 1.12, 0)
        rows.append([f"{code}-EX", f"{name}，出口", spec, round(float(cost) / 7.1, 1), usd,
                     0.95, 0.90, 0.85, 10, "USD", "2026-03-01"])  # fmt: skip
    return rows


def price_list() -> bytes:
    """The price list: cost prices are for finance only."""
    book = _book()
    sheet = _sheet(book, "内销价格", PRICE_COLUMNS)
    for row in [*_pump_rows(), *_fastener_rows()]:
        sheet.append(row)
    sheet = _sheet(book, "出口价格", PRICE_COLUMNS)
    for row in _export_rows():
        sheet.append(row)
    note = _sheet(book, "说明", [("项目", 16), ("内容", 60)])
    for item in (
        ("密级", "秘密：仅限财务部查阅，不得外发"),
        ("A档", "年采购额50万元以下的经销商"),
        ("B档", "年采购额50万元至200万元的经销商"),
        ("C档", "年采购额200万元以上的经销商"),
        ("价格", "内销为含13%增值税价；出口为FOB上海价"),
        ("有效期", "2026年1月1日至2026年12月31日；出口价2026年3月1日起执行"),
    ):
        note.append(item)
    return _save(book, "产品价格表 2026")
