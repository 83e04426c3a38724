"""Units as people write them in Chinese and English, each read as one canonical unit.

Only exact equalities are used: 半小时 = 30 minutes, 两周 = 14 days, 5‰ = 0.5%. 12 months are not one
year and 24 hours are not one day: contracts and statutes count them differently. Lengths, weights and
the like are never converted (1500 mm is not read as 1.5 m): a converted figure is a calculation,
and calculations are not proved by a quote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

MeasureKind = Literal["money", "percent", "duration", "quantity"]

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Unit:
    """`name` is canonical; a written number times `factor` is the value in it.

    A `classifier` (个, 名, 件 …) makes 一 an article ("a"), not a count.
    """

    kind: MeasureKind
    name: str
    factor: Decimal = _ONE
    classifier: bool = False


_MONEY = {
    "CNY": "元人民币 圆人民币 人民币元 人民币 块钱 元 圆 yuan RMB CNY",
    "USD": "美元 美金 USD dollars dollar",
    "HKD": "港元 港币 HKD",
    "EUR": "欧元 EUR euros euro",
    "JPY": "日元 日圆 JPY yen",
    "GBP": "英镑 GBP pounds",
}
_DURATION: dict[str, tuple[str, int]] = {
    "个工作日 工作日 workdays workday working~days working~day business~days business~day": (
        "workday",
        1,
    ),
    "个交易日 交易日 trading~days trading~day": ("trading day", 1),
    "个自然日 自然日 日历日 日历天 个日历天 calendar~days calendar~day 天 日 days day": ("day", 1),
    "个星期 个礼拜 星期 礼拜 周 weeks week": ("day", 7),
    "个月 months month": ("month", 1),
    "周年 年 years year": ("year", 1),
    "个小时 个钟头 小时 钟头 hours hour hrs hr h": ("second", 3600),
    "分钟 minutes minute mins min": ("second", 60),
    "秒钟 秒 seconds second secs sec s": ("second", 1),
}
_QUANTITY = {
    "mm": "mm 毫米",
    "cm": "cm 厘米 公分",
    "m": "m 米 公尺 metres metre meters meter",
    "km": "km 千米 公里 kilometres kilometers",
    "μm": "μm µm um 微米",
    "m²": "m² ㎡ m2 平方米 平米",
    "km²": "km² 平方公里 平方千米",
    "m³": "m³ m3 立方米",
    "mg": "mg 毫克",
    "g": "g 克 grams gram",
    "kg": "kg 千克 公斤 kilograms kilogram",
    "t": "t 吨 tonnes tonne tons ton",
    "mL": "mL ml 毫升",
    "L": "L 升 litres litre liters liter",
    "L/min": "L/min l/min 升/分钟 升/分 升每分钟",
    "m³/h": "m³/h m3/h 立方米/小时 立方米每小时",
    "Pa": "Pa 帕",
    "kPa": "kPa 千帕",
    "MPa": "MPa 兆帕",
    "bar": "bar 巴",
    "℃": "℃ °C 摄氏度 度 degrees~Celsius",
    "N": "N 牛顿 牛",
    "kN": "kN 千牛",
    "N·m": "N·m N•m N.m Nm 牛·米 牛米",
    "W": "W 瓦",
    "kW": "kW KW 千瓦",
    "MW": "MW 兆瓦",
    "kWh": "kWh kW·h 千瓦时 度电",
    "V": "V 伏特 伏",
    "kV": "kV 千伏",
    "A": "A 安培 安",
    "mA": "mA 毫安",
    "Hz": "Hz 赫兹",
    "kHz": "kHz 千赫",
    "MHz": "MHz 兆赫",
    "dB": "dB dB(A) 分贝",
    "r/min": "r/min rpm RPM 转/分钟 转/分 转每分钟",
    "m/s": "m/s 米/秒 米每秒",
    "km/h": "km/h 公里/小时 千米/小时",
    "KB": "KB",
    "MB": "MB",
    "GB": "GB",
    "TB": "TB",
    "percentage point": "个百分点 百分点 percentage~points percentage~point",
    "times": "倍",
    "亩": "亩",
    "公顷": "公顷",
    "岁": "周岁 岁",
    "折": "折",
}
_CLASSIFIERS = {
    "人": "人 名 位 people persons person employees",
    "次": "人次 次 times",
    "件": "件 pieces piece pcs",
    "台": "台",
    "家": "家",
    "户": "户",
    "个": "个",
    **{
        character: character
        for character in "种项条份套只张辆箱桶瓶包袋支根块片本册页字栋间层级批轮步"
    },
    **{character: character for character in "处所起笔门颗枚架艘盒卷组票股"},
    "年级": "年级",
    "年代": "年代",
    "季度": "季度",
    "学分": "学分",
    "号": "号",
}
_PERCENT = {"% percent per~cent pct": _ONE, "‰ per~mille": Decimal("0.1"), "成": Decimal(10)}

# After these a short Chinese unit is part of another word: 元件 is a component, 三部门 no "part".
_NOT_THE_UNIT = {
    "元": "件素器旦帅首组化论月宵老勋宇",
    "年": "级代龄轻画货",
    "日": "本元记报志",
    "天": "津然气空下",
    "分": "之",
    "成": "为员立年都果本功人品套交长就分份绩熟",
    "周": "一二三四五六岁年边围知转",
    "人": "民大才事类工身格寿均员",
    "次": "日要序级",
    "条": "件款例约文",
    "家": "庭长属具电",
    "项": "目",
    "种": "类植子",
    "度": "假过电",
    "位": "于置数",
    "米": "粉饭",
    "级": "别",
    "个": "人体性别税",
    "名": "称义单录誉",
    "部": "门",
    "门": "诊户槛",
    "组": "织成",
    "处": "理罚分于置以",
    "所": "有得在以",
    "起": "诉草来",
    "号": "码",
    "步": "骤",
    "层": "次",
    "字": "号",
    "本": "金人身法",
    "安": "全装排置徽",
    "间": "接",
    "支": "付持",
    "块": "钱",
    "股": "东份",
    "页": "码",
    "折": "合旧扣算",
    "牛": "奶肉",
    "包": "括含装",
    "份": "额",
    "批": "准",
    "轮": "流",
    "片": "面",
    "只": "有能是要",
}


def _table() -> dict[str, Unit]:
    table: dict[str, Unit] = {}

    def add(surfaces: str, unit: Unit) -> None:
        table.update({surface.replace("~", " "): unit for surface in surfaces.split()})

    for name, surfaces in _CLASSIFIERS.items():
        add(surfaces, Unit("quantity", name, classifier=True))
    for name, surfaces in _QUANTITY.items():
        add(surfaces, Unit("quantity", name))
    for surfaces, (name, factor) in _DURATION.items():
        add(surfaces, Unit("duration", name, Decimal(factor)))
    for name, surfaces in _MONEY.items():
        add(surfaces, Unit("money", name))
    add("角", Unit("money", "CNY", Decimal("0.1")))
    for surfaces, share in _PERCENT.items():
        add(surfaces, Unit("percent", "%", share))
    return table


UNITS = _table()
_LOWER = {surface.lower(): unit for surface, unit in UNITS.items() if len(surface) > 2}
CURRENCY_PREFIXES = {
    "RMB": "CNY",
    "CNY": "CNY",
    "人民币": "CNY",
    "¥": "CNY",
    "￥": "CNY",
    "US$": "USD",
    "USD": "USD",
    "$": "USD",
    "HK$": "HKD",
    "HKD": "HKD",
    "€": "EUR",
    "EUR": "EUR",
    "£": "GBP",
    "GBP": "GBP",
    "JPY": "JPY",
}
"""Signs before an amount. ¥ is read as the Chinese currency."""


def _pattern_of(surface: str) -> str:
    escaped = re.escape(surface).replace(r"\ ", r"\s+")
    if surface[-1].isascii() and surface[-1].isalpha():
        # "5 m" is metres, "5 models" is not; words of English are read in any case.
        word = f"(?i:{escaped})" if len(surface) > 2 else escaped
        return rf"{word}(?![A-Za-z0-9])"
    forbidden = _NOT_THE_UNIT.get(surface, "")
    return escaped + (f"(?![{forbidden}])" if forbidden else "")


UNIT_PATTERN = "|".join(_pattern_of(surface) for surface in sorted(UNITS, key=len, reverse=True))
"""Alternatives for any unit, longest first; to stand after a number."""


def unit_of(surface: str) -> Unit:
    """The unit that `surface`, a match of `UNIT_PATTERN`, stands for."""
    written = " ".join(surface.split())
    return UNITS.get(written) or _LOWER[written.lower()]
