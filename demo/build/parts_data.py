"""The parts of the catalogue: made by rule from sizes, materials and surfaces."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from kit import SEED


@dataclass(frozen=True)
class Part:
    """One row of the parts catalogue."""

    number: str
    name: str
    english: str
    family: str
    standard: str
    material: str
    spec: str
    length: int | None
    grade: str
    surface: str
    weight_g: float
    pack: int
    bin: str
    price: float
    unit: str


# code -> name, english, standard, lengths by size, head factor (weight), price factor
BOLTS: dict[str, tuple[str, str, str, float, float]] = {
    "HX": ("内六角圆柱头螺钉", "Hexagon socket head cap screw", "GB/T 70.1", 1.35, 1.00),
    "CS": ("内六角沉头螺钉", "Hexagon socket countersunk screw", "GB/T 70.3", 1.15, 1.10),
    "HB": ("六角头螺栓（全螺纹）", "Hexagon head bolt, full thread", "GB/T 5783", 1.40, 0.85),
    "BT": ("六角头螺栓（部分螺纹）", "Hexagon head bolt, part thread", "GB/T 5782", 1.45, 0.90),
    "BH": ("内六角平圆头螺钉", "Hexagon socket button head screw", "GB/T 70.2", 1.20, 1.05),
    "PH": ("十字槽盘头螺钉", "Cross recessed pan head screw", "GB/T 818", 1.20, 0.70),
    "SS": ("内六角平端紧定螺钉", "Hexagon socket set screw, flat point", "GB/T 77", 0.80, 0.95),
}
LENGTHS: dict[int, list[int]] = {
    3: [6, 8, 10, 12, 16, 20, 25],
    4: [8, 10, 12, 16, 20, 25, 30],
    5: [8, 10, 12, 16, 20, 25, 30, 40],
    6: [10, 12, 16, 20, 25, 30, 35, 40, 50],
    8: [16, 20, 25, 30, 35, 40, 45, 50, 60, 70],
    10: [20, 25, 30, 35, 40, 45, 50, 60, 70, 80],
    12: [25, 30, 35, 40, 45, 50, 60, 70, 80, 100],
    16: [30, 40, 45, 50, 60, 70, 80, 100, 120],
    20: [40, 50, 60, 70, 80, 100, 120],
}
SIZES: dict[str, list[int]] = {
    "HX": [3, 4, 5, 6, 8, 10, 12, 16, 20],
    "CS": [3, 4, 5, 6, 8, 10, 12],
    "HB": [5, 6, 8, 10, 12, 16, 20],
    "BT": [8, 10, 12, 16, 20],
    "BH": [3, 4, 5, 6, 8, 10],
    "PH": [3, 4, 5, 6],
    "SS": [4, 5, 6, 8, 10],
}
# suffix -> material, grade, surface, price factor
MAKES: dict[str, tuple[str, str, str, float]] = {
    "A2-70": ("06Cr19Ni10不锈钢", "A2-70", "本色", 2.6),
    "A4-80": ("06Cr17Ni12Mo2不锈钢", "A4-80", "本色", 4.1),
    "8.8-ZP": ("35CrMo合金钢", "8.8", "镀锌（蓝白）", 1.0),
    "10.9-DC": ("35CrMo合金钢", "10.9", "达克罗", 1.5),
    "8.8-BK": ("35CrMo合金钢", "8.8", "发黑", 0.95),
    "8.8-DC": ("35CrMo合金钢", "8.8", "达克罗", 1.25),
    "10.9-BK": ("35CrMo合金钢", "10.9", "发黑", 1.2),
    "A4-70": ("06Cr17Ni12Mo2不锈钢", "A4-70", "本色", 3.8),
    "12.9-BK": ("SCM435合金钢", "12.9", "发黑", 1.3),
    "4.8-ZP": ("Q235碳钢", "4.8", "镀锌（蓝白）", 0.7),
    "45H-BK": ("45钢", "45H", "发黑", 1.1),
    "8-ZP": ("45钢", "8", "镀锌（蓝白）", 1.0),
    "10-DC": ("40Cr合金钢", "10", "达克罗", 1.5),
    "A2": ("06Cr19Ni10不锈钢", "A2", "本色", 2.6),
    "A4": ("06Cr17Ni12Mo2不锈钢", "A4", "本色", 4.1),
    "200HV-ZP": ("Q235碳钢", "200HV", "镀锌（蓝白）", 0.9),
    "65MN-BK": ("65Mn弹簧钢", "430HV", "发黑", 0.9),
}
MAKES_OF: dict[str, list[str]] = {
    "HX": ["A2-70", "A4-80", "8.8-ZP", "8.8-BK", "10.9-DC", "12.9-BK", "A4-70"],
    "CS": ["A2-70", "A4-80", "8.8-ZP", "10.9-DC", "10.9-BK"],
    "HB": ["A2-70", "A4-80", "8.8-ZP", "8.8-BK", "8.8-DC", "10.9-DC", "10.9-BK"],
    "BT": ["A2-70", "A4-80", "8.8-ZP", "8.8-DC", "10.9-DC", "10.9-BK"],
    "BH": ["A2-70", "A4-70", "10.9-BK", "12.9-BK"],
    "PH": ["A2-70", "A4-70", "4.8-ZP"],
    "SS": ["A2-70", "A4-70", "45H-BK"],
}
NUTS: dict[str, tuple[str, str, str, float, list[str]]] = {
    "NT": ("六角螺母（1型）", "Hexagon nut, style 1", "GB/T 6170", 0.9,
           ["A2-70", "A4-80", "8-ZP", "10-DC"]),
    "NL": ("尼龙嵌件锁紧螺母", "Nylon insert lock nut", "GB/T 889.1", 1.6, ["A2-70", "8-ZP"]),
    "NF": ("六角法兰面螺母", "Hexagon flange nut", "GB/T 6177.1", 1.3, ["A2-70", "8-ZP"]),
    "WF": ("平垫圈（A级）", "Plain washer", "GB/T 97.1", 0.35, ["A2", "A4", "200HV-ZP"]),
    "WS": ("标准型弹簧垫圈", "Spring lock washer", "GB/T 93", 0.3, ["A2", "65MN-BK"]),
}  # fmt: skip
O_SECTIONS: dict[float, list[float]] = {
    1.8: [4.5, 6, 8, 10, 12.5, 15, 18, 20],
    2.65: [14, 16, 18, 20, 22.4, 25, 28, 30, 35.5, 40],
    3.55: [25, 30, 35.5, 40, 45, 50, 56, 60, 71, 80, 90, 100, 112, 125, 140, 160],
    5.3: [50, 60, 71, 80, 100, 125, 160, 200],
}
RUBBERS: dict[str, tuple[str, str, float]] = {
    "NBR": ("丁腈橡胶", "70 Shore A，-30°C至100°C", 1.0),
    "FKM": ("氟橡胶", "75 Shore A，-20°C至200°C", 3.4),
    "EPDM": ("三元乙丙橡胶", "70 Shore A，-45°C至130°C", 1.5),
}
OIL_SEALS = [
    (15, 26, 7), (17, 30, 7), (20, 35, 7), (25, 40, 7), (25, 47, 7), (30, 47, 7),
    (30, 52, 7), (35, 52, 8), (35, 62, 8), (40, 62, 8), (45, 65, 8), (50, 72, 8),
]  # fmt: skip
BEARINGS: dict[str, tuple[int, int, int, float]] = {
    "6000": (10, 26, 8, 19), "6001": (12, 28, 8, 22), "6002": (15, 32, 9, 30),
    "6003": (17, 35, 10, 39), "6004": (20, 42, 12, 69), "6005": (25, 47, 12, 80),
    "6200": (10, 30, 9, 32), "6201": (12, 32, 10, 37), "6202": (15, 35, 11, 45),
    "6203": (17, 40, 12, 65), "6204": (20, 47, 14, 106), "6205": (25, 52, 15, 128),
    "6206": (30, 62, 16, 199), "6207": (35, 72, 17, 288), "6208": (40, 80, 18, 366),
    "6304": (20, 52, 15, 144), "6305": (25, 62, 17, 232), "6306": (30, 72, 19, 346),
}  # fmt: skip
SEAL_FACES: dict[str, tuple[str, str, float]] = {
    "CAR": ("碳／陶瓷", "标准型，0°C至70°C", 1.0),
    "SIC": ("碳化硅／碳化硅", "高温型，0°C至110°C", 2.4),
    "TC": ("硬质合金／碳", "耐磨型，0°C至90°C", 2.9),
}
SPARES: dict[str, tuple[str, str, str, float, float]] = {
    "IMP": ("闭式叶轮", "Impeller", "HT200铸铁", 620, 96),
    "CAS": ("泵体", "Pump casing", "HT250铸铁", 5200, 268),
    "COV": ("泵盖", "Pump cover", "HT250铸铁", 2100, 124),
    "WR": ("密封环", "Wear ring", "ZCuSn10锡青铜", 85, 36),
    "SLV": ("轴套", "Shaft sleeve", "20Cr13不锈钢", 110, 42),
    "KEY": ("平键", "Parallel key", "45钢", 9, 2.4),
    "FAN": ("电机风扇", "Motor fan", "PA66-GF30", 60, 14),
    "BOX": ("接线盒总成", "Terminal box assembly", "ADC12铝合金", 310, 58),
    "FLT": ("进口过滤器", "Suction strainer", "06Cr19Ni10不锈钢", 240, 66),
    "NRV": ("止回阀", "Non-return valve", "HPb59-1黄铜", 480, 88),
    "PLG": ("灌水塞", "Priming plug", "06Cr19Ni10不锈钢", 35, 6.5),
    "FT": ("底脚支架", "Foot bracket", "Q235碳钢", 900, 38),
}
KW: dict[str, list[str]] = {
    "100": ["0.37", "0.55", "0.75"],
    "200": ["0.75", "1.1", "1.5", "2.2"],
    "300": ["3", "4", "5.5", "7.5"],
}
SHAFT = {"100": 16, "200": 20, "300": 28}


class _Bins:
    """Gives every part its own place in the store: zone, rack, level, box."""

    def __init__(self) -> None:
        self.count: dict[str, int] = {}

    def take(self, zone: str) -> str:
        n = self.count.get(zone, 0)
        self.count[zone] = n + 1
        return f"{zone}{n // 60 + 1:02d}-{n // 12 % 5 + 1}-{n % 12 + 1:02d}"


def _num(value: float) -> str:
    return f"{value:g}"


def _screws(bins: _Bins) -> list[Part]:
    parts = []
    for code, (name, english, standard, head, factor) in BOLTS.items():
        for d in SIZES[code]:
            for length in LENGTHS[d]:
                grams = math.pi / 4 * (d * 0.92) ** 2 * (length + head * d) * 0.00785
                for make in MAKES_OF[code]:
                    material, grade, surface, times = MAKES[make]
                    price = round((0.03 + grams * 0.016) * factor * times, 3)
                    pack = 500 if d <= 5 else 200 if d <= 8 else 100 if d <= 12 else 50
                    parts.append(
                        Part(f"QH-{code}-M{d}X{length}-{make}", name, english, "螺钉螺栓", standard,
                             material, f"M{d}×{length}", length, grade, surface,
                             round(grams, 2), pack, bins.take("A"), price, "件")
                    )  # fmt: skip
    return parts


def _nuts(bins: _Bins) -> list[Part]:
    parts = []
    for code, (name, english, standard, mass, makes) in NUTS.items():
        family, zone = ("螺母", "B") if code.startswith("N") else ("垫圈", "C")
        for d in (3, 4, 5, 6, 8, 10, 12, 16, 20, 24):
            grams = mass * 0.0095 * d**3 * (1 if family == "螺母" else 0.7)
            for make in makes:
                material, grade, surface, times = MAKES[make]
                price = round((0.012 + grams * 0.015) * times, 3)
                parts.append(
                    Part(f"QH-{code}-M{d}-{make}", name, english, family, standard, material,
                         f"M{d}", None, grade, surface, round(grams, 2),
                         1000 if d <= 8 else 200, bins.take(zone), price, "件")
                )  # fmt: skip
    return parts


def _seals(bins: _Bins) -> list[Part]:
    parts = []
    for code, (material, grade, times) in RUBBERS.items():
        for thick, inner in ((t, i) for t, group in O_SECTIONS.items() for i in group):
            grams = math.pi * (inner + thick) * math.pi / 4 * thick**2 * 0.0013
            parts.append(
                Part(f"QH-OR-{_num(inner)}X{_num(thick)}-{code}", "O形圈", "O-ring", "密封件",
                     "GB/T 3452.1", material, f"{_num(inner)}×{_num(thick)}", None, grade, "",
                     round(grams, 2), 100, bins.take("D"),
                     round((0.18 + grams * 0.22) * times, 2), "件")
            )  # fmt: skip
        for inner, outer, wide in OIL_SEALS if code != "EPDM" else []:
            grams = (outer**2 - inner**2) * wide * 0.0016
            parts.append(
                Part(f"QH-OS-{inner}X{outer}X{wide}-{code}", "旋转轴唇形密封圈（骨架油封）",
                     "Rotary shaft lip seal", "密封件", "GB/T 13871.1", material,
                     f"{inner}×{outer}×{wide}", None, grade, "", round(grams, 1), 20,
                     bins.take("D"), round((1.6 + grams * 0.12) * times, 2), "件")
            )  # fmt: skip
    return parts


def _bearings(bins: _Bins) -> list[Part]:
    kinds = {"OPEN": ("开式", 1.0), "ZZ": ("双面铁盖", 1.08), "2RS": ("双面橡胶密封", 1.12)}
    parts = []
    for model, (inner, outer, wide, grams) in BEARINGS.items():
        for kind, (surface, times) in kinds.items():
            parts.append(
                Part(f"QH-BR-{model}-{kind}", "深沟球轴承", "Deep groove ball bearing", "轴承",
                     "GB/T 276", "GCr15轴承钢", f"{model} {inner}×{outer}×{wide}", None, "P6",
                     surface, grams, 10, bins.take("E"),
                     round((3.2 + grams * 0.055) * times, 2), "套")
            )  # fmt: skip
    return parts


def _spares(bins: _Bins) -> list[Part]:
    parts = []
    for series, powers in KW.items():
        shaft = SHAFT[series]
        for code, (faces, note, times) in SEAL_FACES.items():
            parts.append(
                Part(f"QH-MS-{series}-{shaft}-{code}", "机械密封", "Mechanical seal", "水泵备件",
                     "QH/T 021", faces, f"轴径{shaft} mm", None, note, "", shaft * 4.6, 1,
                     bins.take("F"), round(shaft * 2.1 * times, 1), "套")
            )  # fmt: skip
        scale = int(series) / 200
        for code, (name, english, material, grams, price) in SPARES.items():
            kinds = [str(shaft)] if code in ("SLV", "KEY") else [p.replace(".", "") for p in powers]
            for step, kind in enumerate(kinds):
                grow = scale * (1 + 0.12 * step)
                label = f"轴径{shaft} mm" if len(kinds) == 1 else f"QH-{series}-{powers[step]}"
                parts.append(
                    Part(f"QH-PS-{series}-{code}-{kind}", name, english, "水泵备件", "QH/T 020",
                         material, label, None, "", "", round(grams * grow, 1), 1, bins.take("F"),
                         round(price * grow, 1), "件")
                )  # fmt: skip
    return parts


def fasteners() -> list[Part]:
    """Screws, bolts, nuts and washers."""
    bins = _Bins()
    return _screws(bins) + _nuts(bins)


def other_parts() -> list[Part]:
    """Seals, bearings and pump spares."""
    bins = _Bins()
    return _seals(bins) + _bearings(bins) + _spares(bins)


def stock(part: Part) -> int:
    """A stock count that stays the same from build to build."""
    rng = random.Random(f"{SEED}-{part.number}")
    return rng.randrange(0, 60) * part.pack
