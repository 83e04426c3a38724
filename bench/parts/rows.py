"""The catalogue: families of parts with the numbering, materials, sizes and units of real ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl


@dataclass(frozen=True)
class Row:
    """A row: what the sheet shows, and what is true of the part, by which questions are judged."""

    sheet: str
    cells: dict[str, str]
    facts: dict[str, Any]

    @property
    def number(self) -> str:
        return self.cells["件号"]


FAMILY_SIZES = {"紧固件": 20000, "轴承": 7000, "阀门": 9000, "电缆": 7000, "电子元件": 9500}
_MATERIALS = {
    "304不锈钢": "不锈钢", "316不锈钢": "不锈钢", "A2-70": "不锈钢", "A4-80": "不锈钢",
    "碳钢 8.8级 镀锌": "碳钢", "碳钢 4.8级": "碳钢", "合金钢 12.9级 发黑": "合金钢", "黄铜 H62": "黄铜",
    "尼龙 PA66": "尼龙",
}  # fmt: skip
_SCREWS = {
    "内六角圆柱头螺钉": ("HX", "电机、模具和机床的紧固"),
    "内六角沉头螺钉": ("CS", "面板和导轨的紧固，表面平齐"),
    "六角头螺栓": ("HB", "钢结构和法兰的连接"),
    "十字槽盘头螺钉": ("PH", "仪表外壳和电路板的固定"),
    "自攻螺钉": ("ST", "薄板和塑料件的固定"),
    "双头螺柱": ("SB", "缸盖和泵体的连接"),
}
_NUTS = {
    "六角螺母": ("NT", "与螺栓配套锁紧"),
    "尼龙锁紧螺母": ("NL", "防止振动松动"),
    "平垫圈": ("WA", "分散压力，保护表面"),
    "弹簧垫圈": ("WS", "防止螺栓松动"),
}
_THREADS = (3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24)


def catalogue(seed: int, sizes: dict[str, int] | None = None) -> list[Row]:
    """All rows, the same for the same seed; numbers are unique."""
    chance = random.Random(seed)
    makers = {
        "紧固件": _fastener,
        "轴承": _bearing,
        "阀门": _valve,
        "电缆": _cable,
        "电子元件": _electronic,
    }
    rows = []
    for sheet, count in (sizes or FAMILY_SIZES).items():
        seen: set[str] = set()
        while len(seen) < count:
            row = makers[sheet](chance, len(seen))
            if row.number not in seen:
                seen.add(row.number)
                rows.append(row)
    return rows


def write_workbooks(rows: list[Row], folder: Path) -> None:
    """One workbook per family, a header row on top of each sheet of one kind of columns."""
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in dict.fromkeys(row.sheet for row in rows):
        book = openpyxl.Workbook(write_only=True)
        for kind, members in _by_columns(row for row in rows if row.sheet == sheet):
            page = book.create_sheet(kind)
            page.append(list(members[0].cells))
            for row in members:
                page.append(list(row.cells.values()))
        book.save(folder / f"{sheet}.xlsx")


def _by_columns(rows: Iterator[Row]) -> Iterator[tuple[str, list[Row]]]:
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.cells), []).append(row)
    for number, members in enumerate(groups.values(), start=1):
        yield f"{members[0].sheet}{number}", members


def _fastener(chance: random.Random, serial: int) -> Row:
    material = chance.choice(list(_MATERIALS))
    size = chance.choice(_THREADS)
    price = round(chance.uniform(0.05, 30), 2)
    facts = {"material": _MATERIALS[material], "alloy": material, "thread": size, "price": price}
    if chance.random() < 0.75:
        name = chance.choice(list(_SCREWS))
        code, use = _SCREWS[name]
        length = chance.choice(range(2, 41)) * 5
        number = f"QH-{code}-M{size}X{length}-{serial:05d}"
        cells = {
            "件号": number, "名称": name, "规格": f"M{size}×{length}", "材质": material,
            "用途": use, "单价(元)": f"{price:.2f}",
        }  # fmt: skip
        return Row("紧固件", cells, {**facts, "name": name, "use": use, "length": length})
    name = chance.choice(list(_NUTS))
    code, use = _NUTS[name]
    thickness = round(chance.uniform(0.5, 20), 1)
    cells = {
        "件号": f"QH-{code}-M{size}-{serial:05d}", "名称": name, "螺纹": f"M{size}", "厚度(mm)": f"{thickness}",
        "材质": material, "用途": use, "单价(元)": f"{price:.2f}",
    }  # fmt: skip
    return Row("紧固件", cells, {**facts, "name": name, "use": use, "thickness": thickness})


_BEARINGS = {
    "深沟球轴承": ("6", "电机和风机的主轴"),
    "圆锥滚子轴承": ("3", "车轮和减速机，承受轴向力"),
    "角接触球轴承": ("7", "机床主轴，高速"),
    "推力球轴承": ("5", "立式转台，只承受轴向力"),
    "圆柱滚子轴承": ("N", "大型电机和轧机，重载"),
}


def _bearing(chance: random.Random, serial: int) -> Row:
    name = chance.choice(list(_BEARINGS))
    code, use = _BEARINGS[name]
    bore = chance.choice(range(2, 41)) * 5
    outer = bore + chance.choice(range(2, 25)) * 4
    width = chance.randrange(5, 60)
    speed = chance.choice(range(10, 160)) * 100
    seal = chance.choice(("2RS", "ZZ", "OPEN"))
    number = f"{code}{bore // 5:02d}{outer % 100:02d}-{seal}-{serial:05d}"
    cells = {
        "件号": number, "品名": name, "内径d(mm)": f"{bore}", "外径D(mm)": f"{outer}", "宽度B(mm)": f"{width}",
        "极限转速(r/min)": f"{speed}", "密封": seal, "应用": use,
    }  # fmt: skip
    facts = {"name": name, "use": use, "bore": bore, "outer": outer, "width": width, "speed": speed}
    return Row("轴承", cells, facts)


_VALVES = {
    "球阀": ("BV", "管路快速启闭"), "闸阀": ("GV", "全开全关，少用于调节"), "截止阀": ("SV", "蒸汽管路的切断和调节"),
    "蝶阀": ("DV", "大口径水管的调节"), "止回阀": ("CV", "防止介质倒流"), "安全阀": ("PV", "超压时自动泄放，保护锅炉"),
}  # fmt: skip
_VALVE_MATERIALS = {
    "304": "不锈钢",
    "316L": "不锈钢",
    "黄铜": "黄铜",
    "WCB铸钢": "铸钢",
    "PVC": "PVC",
}
_INCHES = {15: "1/2", 20: "3/4", 25: "1", 32: "1-1/4", 40: "1-1/2", 50: "2"}


def _valve(chance: random.Random, serial: int) -> Row:
    name = chance.choice(list(_VALVES))
    code, use = _VALVES[name]
    material = chance.choice(list(_VALVE_MATERIALS))
    diameter = chance.choice((*_INCHES, 65, 80, 100, 150, 200))
    bar = chance.choice((6, 10, 16, 25, 40, 63))
    hottest = chance.choice((80, 120, 180, 220, 350, 425))
    ends = f"G{_INCHES[diameter]}" if diameter in _INCHES and chance.random() < 0.6 else "法兰"
    cells = {
        "件号": f"V{code}{diameter}-{bar}{material[0]}-{serial:05d}", "名称": name, "口径": f"DN{diameter}",
        "接口": ends, "公称压力": f"{bar / 10:g}MPa" if chance.random() < 0.5 else f"PN{bar}",
        "阀体材质": material, "工作温度": f"-20~{hottest}℃", "说明": use,
    }  # fmt: skip
    facts = {
        "name": name, "use": use, "material": _VALVE_MATERIALS[material], "diameter": diameter,
        "mpa": bar / 10, "hottest": hottest, "ends": ends,
    }  # fmt: skip
    return Row("阀门", cells, facts)


_CABLES = {
    "聚氯乙烯绝缘电力电缆": ("VV", "室内固定敷设"), "交联聚乙烯电力电缆": ("YJV", "室外直埋和桥架"),
    "屏蔽控制电缆": ("KVVP", "抗干扰的控制回路"), "橡套软电缆": ("YC", "移动设备和拖曳场合"),
    "耐火电缆": ("NH", "消防泵和应急照明供电"), "网络线": ("UTP", "办公室局域网"),
}  # fmt: skip


def _cable(chance: random.Random, serial: int) -> Row:
    name = chance.choice(list(_CABLES))
    code, use = _CABLES[name]
    cores = chance.choice((1, 2, 3, 4, 5, 7, 12, 24))
    section = chance.choice((0.5, 0.75, 1, 1.5, 2.5, 4, 6, 10, 16, 25, 35, 50))
    voltage = chance.choice((300, 450, 600, 1000))
    diameter = round(chance.uniform(4, 60), 1)
    cells = {
        "件号": f"{code}-{cores}C{section:g}-{serial:05d}", "产品名称": name, "芯数": f"{cores}",
        "标称截面(mm²)": f"{section:g}", "额定电压(V)": f"{voltage}", "外径(mm)": f"{diameter}", "适用场合": use,
    }  # fmt: skip
    facts = {
        "name": name, "use": use, "cores": cores, "section": section, "voltage": voltage,
        "outer": diameter,
    }  # fmt: skip
    return Row("电缆", cells, facts)


_ELECTRONICS = ("开关电源", "电解电容", "贴片电阻", "继电器")


def _electronic(chance: random.Random, serial: int) -> Row:
    name = chance.choice(_ELECTRONICS)
    if name == "开关电源":
        volts, amps = (
            chance.choice((5, 9, 12, 15, 24, 36, 48)),
            chance.choice((1, 2, 3, 5, 8, 10, 20)),
        )
        cells = {
            "件号": f"PS{volts}-{amps}A-{serial:05d}", "名称": name, "输出电压": f"{volts}V", "输出电流": f"{amps}A",
            "功率": f"{volts * amps}W", "输入电压": "100-240VAC", "特点": "给控制柜和传感器供电",
        }  # fmt: skip
        return Row(
            "电子元件",
            cells,
            {"name": name, "volts": volts, "amps": amps, "use": "给控制柜和传感器供电"},
        )
    if name == "电解电容":
        micro, volts = (
            chance.choice((1, 2.2, 4.7, 10, 22, 47, 100, 220, 470, 1000)),
            chance.choice((10, 16, 25, 35, 50, 100)),
        )
        cells = {
            "件号": f"EC{micro:g}U{volts}-{serial:05d}", "名称": name, "容量": f"{micro:g}μF", "耐压": f"{volts}V",
            "尺寸": f"Φ{chance.choice((5, 6.3, 8, 10))}", "特点": "电源滤波，低阻抗",
        }  # fmt: skip
        return Row(
            "电子元件",
            cells,
            {"name": name, "micro": micro, "volts": volts, "use": "电源滤波，低阻抗"},
        )
    if name == "贴片电阻":
        ohms, watts = (
            chance.choice((10, 47, 100, 220, 470, 1000, 4700, 10000, 47000, 100000, 1000000)),
            chance.choice((0.1, 0.125, 0.25, 0.5, 1)),
        )
        shown = (
            f"{ohms}Ω"
            if ohms < 1000
            else f"{ohms / 1000:g}kΩ"
            if ohms < 10**6
            else f"{ohms / 10**6:g}MΩ"
        )
        cells = {
            "件号": f"RC{ohms}-{watts:g}W-{serial:05d}", "名称": name, "阻值": shown, "功率": f"{watts:g}W",
            "精度": chance.choice(("±1%", "±5%")), "特点": "信号限流和分压",
        }  # fmt: skip
        return Row(
            "电子元件", cells, {"name": name, "ohms": ohms, "watts": watts, "use": "信号限流和分压"}
        )
    coil, amps = chance.choice((5, 12, 24, 110, 220)), chance.choice((3, 5, 10, 16, 30))
    cells = {
        "件号": f"RL{coil}V-{amps}-{serial:05d}", "名称": name, "线圈电压": f"{coil}V", "触点电流": f"{amps}A",
        "触点形式": chance.choice(("一开一闭", "两开两闭")), "特点": "用小电流控制大负载的通断",
    }  # fmt: skip
    return Row(
        "电子元件",
        cells,
        {"name": name, "volts": coil, "amps": amps, "use": "用小电流控制大负载的通断"},
    )
