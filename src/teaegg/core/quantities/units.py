"""Units of measurement in Chinese and English spelling, each with its dimension and its SI factor.

Unlike the guard's units, which prove a figure only by exact equality, these are converted: they
serve finding, where 1.6 MPa and 16 bar are the same demand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple


class Unit(NamedTuple):
    """A number written with this unit times `factor` is the value in the dimension's SI unit."""

    dimension: str
    factor: Decimal


# dimension → "factor: spelling spelling …; factor: …".
_UNITS = {
    "length": (
        "0.001: mm 毫米; 0.01: cm 厘米 公分; 1: m 米 公尺 meter meters metre metres; "
        "1000: km 千米 公里; 0.000001: μm um 微米; 0.0254: in inch inches 英寸 寸 吋 ″; "
        "0.3048: ft feet 英尺"
    ),
    "mass": (
        "0.001: g 克 gram grams; 1: kg 千克 公斤; 1000: t 吨; 0.000001: mg 毫克; "
        "0.45359237: lb lbs 磅"
    ),
    "pressure": (
        "1: Pa 帕; 1000: kPa 千帕; 1000000: MPa 兆帕; 100000: bar 巴 公斤压力; "
        "6894.757: psi; 98066.5: kgf/cm² kgf/cm2 kg/cm² kg/cm2"
    ),
    "voltage": "1: V 伏 伏特 VDC VAC Vdc Vac volt volts; 1000: kV 千伏; 0.001: mV 毫伏",
    "current": "1: A 安 安培 amp amps; 0.001: mA 毫安; 0.000001: μA uA 微安; 1000: kA 千安",
    "power": (
        "1: W 瓦 瓦特 watt watts; 1000: kW 千瓦; 1000000: MW 兆瓦; 0.001: mW 毫瓦; "
        "735.49875: 马力 HP hp"
    ),
    "frequency": "1: Hz 赫兹 赫; 1000: kHz 千赫; 1000000: MHz 兆赫; 1000000000: GHz 吉赫",
    "resistance": (
        "1: Ω 欧 欧姆 ohm ohms R; 1000: kΩ 千欧 K k kohm; 1000000: MΩ 兆欧 Mohm; 0.001: mΩ 毫欧"
    ),
    "capacitance": (
        "1: F 法 法拉; 0.001: mF; 0.000001: μF uF 微法; 0.000000001: nF 纳法; "
        "0.000000000001: pF 皮法"
    ),
    "inductance": "1: H 亨; 0.001: mH 毫亨; 0.000001: μH uH 微亨; 0.000000001: nH",
    "charge": "3600: Ah 安时; 3.6: mAh 毫安时",
    "energy": "1: J 焦; 3600: Wh 瓦时; 3600000: kWh 千瓦时",
    "temperature": "1: ℃ °C 摄氏度 度",
    "speed": "1: r/min rpm RPM 转/分 转/分钟 转每分钟 转",
    "flow": (
        "1: m³/h m3/h 立方米/小时 立方米每小时 方/小时; 0.06: L/min l/min 升/分 升/分钟 升每分钟; "
        "3.6: L/s l/s"
    ),
    "area": (
        "1: m² m2 ㎡ 平方米 平米; 0.0001: cm² cm2 平方厘米; 0.000001: mm² mm2 平方毫米 平方 平"
    ),
    "volume": "1: m³ m3 立方米; 0.001: L 升 liter liters litre litres; 0.000001: mL ml 毫升 cc",
    "torque": "1: N·m N.m Nm N•m 牛米 牛·米",
    "force": "1: N 牛 牛顿; 1000: kN 千牛",
    "hardness": "1: HRC",
    "angle": "1: °",
    "time": (
        "0.001: ms 毫秒; 1: s 秒 sec; 60: min 分钟; 3600: h 小时; 86400: d 天 日; "
        "31536000: 年 years year"
    ),
    "data": "1: B; 1000: KB kB; 1000000: MB; 1000000000: GB G; 1000000000000: TB",
    "share": "1: % percent",
    "money": "1: 元 块 块钱 RMB CNY yuan; 10000: 万元",
}
# What a smaller screen or a hurried hand writes: 12v, 2a, 30MM, 1.6mpa. Not read where another
# unit differs by case alone.
_SPELLINGS: dict[str, Unit] = {
    spelling: Unit(dimension, Decimal(factor))
    for dimension, table in _UNITS.items()
    for factor, spellings in (entry.split(":", 1) for entry in table.split(";"))
    for spelling in spellings.split()
}
_FOLDED: dict[str, list[Unit]] = {}
for _spelling, _unit in _SPELLINGS.items():
    _known = _FOLDED.setdefault(_spelling.lower(), [])
    if _unit not in _known:
        _known.append(_unit)

UNIT = re.compile(
    "|".join(
        re.escape(spelling)
        + ("(?![a-zA-Z])" if spelling[-1].isascii() and spelling[-1].isalpha() else "")
        for spelling in sorted(_SPELLINGS, key=len, reverse=True)
    ),
    re.IGNORECASE,
)
"""Any spelling of any unit; a Latin one only when no further letter follows."""


def unit_of(spelling: str) -> Unit | None:
    """The unit, None for none or for a spelling that only its case would tell apart."""
    exact = _SPELLINGS.get(spelling)
    if exact is not None:
        return exact
    folded = _FOLDED.get(spelling.lower(), [])
    return folded[0] if len(folded) == 1 else None


def unit_in_header(header: str) -> Unit | None:
    """The unit that a column's header names: 长度(mm), 电压/V, Length [mm], 单价（元）."""
    return next(_named_units(header), None)


def _named_units(header: str) -> Iterator[Unit]:
    for match in re.finditer(r"[(\[]([^()\[\]]+)[)\]]|[/,，]\s*([^/()\s]+)$", header):
        unit = unit_of((match[1] or match[2]).strip())
        if unit is not None:
            yield unit
