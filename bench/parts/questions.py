"""Questions about the catalogue with the rows that answer them.

The rules of look-up were worked out on the templates of `dev` alone; `test` has other wordings and
another seed, and is only reported on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bench.parts.rows import Row

Split = Literal["dev", "test"]
Kind = Literal["number", "specification", "description"]


@dataclass(frozen=True)
class Question:
    """`gold` holds the part numbers of every row that is a right answer."""

    kind: Kind
    text: str
    gold: frozenset[str]


_WISHES: dict[Split, tuple[str, ...]] = {
    "dev": ("{}", "我要{}", "有没有{}", "找一种{}", "{}有哪些", "{}，推荐一下"),
    "test": ("{}", "请问库存里有{}吗", "需要{}", "想采购一批{}", "能不能帮我选{}", "{}用哪个型号"),
}
_Case = tuple[str, Callable[[Row], bool]]

_ASKED: dict[Split, tuple[str, ...]] = {
    "dev": ("{} 多少钱", "查一下 {}", "件号 {} 是什么", "{}", "what is {}?"),
    "test": (
        "请问{}这个料的规格",
        "库里有没有{}",
        "帮我找 {} 的资料",
        "编号：{}",
        "details of part {} please",
    ),
}


def questions(rows: Sequence[Row], split: Split, seed: int, per_kind: int) -> list[Question]:
    """`per_kind` questions of each kind; every one has at least one right row."""
    chance = random.Random(f"{split}-{seed}")
    made = [_by_number(chance, rows, split) for _ in range(per_kind)]
    for kind, makers in (("specification", _SPECIFICATIONS), ("description", _DESCRIPTIONS)):
        made += _by_case(chance, rows, split, kind, makers[split], per_kind)  # type: ignore[arg-type]
    return made


def _by_number(chance: random.Random, rows: Sequence[Row], split: Split) -> Question:
    row = chance.choice(rows)
    spelled = chance.choice(_SPELLINGS)(row.number, chance)
    return Question("number", chance.choice(_ASKED[split]).format(spelled), frozenset({row.number}))


def _full_width(number: str, _: random.Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in number)


def _look_alike(number: str, chance: random.Random) -> str:
    places = [at for at, c in enumerate(number) if c in "0O1I"]
    if not places:
        return number
    at = chance.choice(places)
    return number[:at] + {"0": "O", "O": "0", "1": "l", "I": "1"}[number[at]] + number[at + 1 :]


_SPELLINGS: tuple[Callable[[str, random.Random], str], ...] = (
    lambda number, _: number,
    lambda number, _: number.lower(),
    lambda number, _: number.replace("-", " "),
    lambda number, _: number.replace("-", ""),
    lambda number, _: number.replace("-", "_").lower(),
    lambda number, _: number.replace("-", "–").replace("X", "×"),
    _full_width,
    _look_alike,
)


def _by_case(
    chance: random.Random,
    rows: Sequence[Row],
    split: Split,
    kind: Kind,
    makers: Sequence[Callable[[Row], _Case]],
    count: int,
) -> list[Question]:
    made: list[Question] = []
    while len(made) < count:
        maker = makers[len(made) % len(makers)]
        sheet = maker.__doc__ or ""
        row = chance.choice([r for r in rows if r.facts["name"] in sheet or r.sheet in sheet])
        try:
            text, is_right = maker(row)
        except KeyError:
            continue  # this row has no such column
        if kind == "description":
            text = chance.choice(_WISHES[split]).format(text)
        gold = frozenset(r.number for r in rows if _safely(is_right, r))
        if gold:
            made.append(Question(kind, text, gold))
    return made


def _safely(is_right: Callable[[Row], bool], row: Row) -> bool:
    try:
        return is_right(row)
    except KeyError:
        return False


def _screw_dev(row: Row) -> _Case:
    """内六角圆柱头螺钉 六角头螺栓 内六角沉头螺钉"""
    f = row.facts
    return (
        f"M{f['thread']} 以上{f['material']}{f['name'][:3]}",
        lambda r: (
            r.facts["thread"] >= f["thread"]
            and r.facts["material"] == f["material"]
            and f["name"][:3] in r.facts["name"]
        ),
    )


def _screw_length_dev(row: Row) -> _Case:
    """内六角圆柱头螺钉 双头螺柱 自攻螺钉"""
    f = row.facts
    low, high = f["length"], f["length"] + 20
    return (
        f"M{f['thread']}的{f['name']}，长度 {low}-{high}mm",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["thread"] == f["thread"]
            and low <= r.facts["length"] <= high
        ),
    )


def _screw_test(row: Row) -> _Case:
    """内六角圆柱头螺钉 十字槽盘头螺钉 六角头螺栓"""
    f = row.facts
    return (
        f"想找{f['material']}的{f['name']}，螺纹 M{f['thread']}，杆长不短于{f['length']}毫米",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["material"] == f["material"]
            and r.facts["thread"] == f["thread"]
            and r.facts["length"] >= f["length"]
        ),
    )


def _screw_size_test(row: Row) -> _Case:
    """双头螺柱 自攻螺钉 内六角沉头螺钉"""
    f = row.facts
    return (
        f"{f['name']} m{f['thread']}*{f['length']}",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["thread"] == f["thread"]
            and r.facts["length"] == f["length"]
        ),
    )


def _nut_dev(row: Row) -> _Case:
    """六角螺母 尼龙锁紧螺母"""
    f = row.facts
    return (
        f"配 M{f['thread']} 的{f['name']}，单价不超过{f['price']:g}元",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["thread"] == f["thread"]
            and r.facts["price"] <= f["price"]
        ),
    )


def _washer_test(row: Row) -> _Case:
    """平垫圈 弹簧垫圈"""
    f = row.facts
    return (
        f"厚度在{f['thickness'] - 0.3:.1f}到{f['thickness'] + 0.3:.1f}毫米之间、M{f['thread']}用的{f['name']}",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["thread"] == f["thread"]
            and f["thickness"] - 0.3001 <= r.facts["thickness"] <= f["thickness"] + 0.3001
        ),
    )


def _bearing_dev(row: Row) -> _Case:
    """轴承"""
    f = row.facts
    return (
        f"内径 {f['bore']}mm 外径 {f['outer']}mm 的{f['name']}",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["bore"] == f["bore"]
            and r.facts["outer"] == f["outer"]
        ),
    )


def _bearing_test(row: Row) -> _Case:
    """轴承"""
    f = row.facts
    return (
        f"{f['name']}，孔径{f['bore']}毫米，转速至少要{f['speed']}转",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["bore"] == f["bore"]
            and r.facts["speed"] >= f["speed"]
        ),
    )


def _valve_dev(row: Row) -> _Case:
    """阀门"""
    f = row.facts
    return (
        f"DN{f['diameter']} {f['name']}，耐压不低于 {f['mpa']:g}MPa",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["diameter"] == f["diameter"]
            and r.facts["mpa"] >= f["mpa"]
        ),
    )


def _valve_test(row: Row) -> _Case:
    """阀门"""
    f = row.facts
    return (
        f"{f['material']}{f['name']} 通径{f['diameter']} DN{f['diameter']} 承压 {f['mpa'] * 10:g} bar 以上 能耐{f['hottest']}℃",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["material"] == f["material"]
            and r.facts["diameter"] == f["diameter"]
            and r.facts["mpa"] >= f["mpa"]
            and r.facts["hottest"] >= f["hottest"]
        ),
    )


def _inch_valve(row: Row) -> _Case:
    """球阀 闸阀 截止阀"""
    f = row.facts
    if not f["ends"].startswith("G"):
        raise KeyError("ends")
    return (
        f"{f['ends'][1:]}寸的{f['material']}{f['name']}",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["material"] == f["material"]
            and r.facts["diameter"] == f["diameter"]
        ),
    )


def _cable_dev(row: Row) -> _Case:
    """电缆"""
    f = row.facts
    return (
        f"{f['cores']}芯 {f['section']:g}平方的{f['name']}",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["cores"] == f["cores"]
            and r.facts["section"] == f["section"]
        ),
    )


def _cable_test(row: Row) -> _Case:
    """电缆"""
    f = row.facts
    return (
        f"{f['name']}，截面不小于{f['section']:g}mm2，电压等级{f['voltage']}V，外径小于{f['outer'] + 1:g}mm",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["section"] >= f["section"]
            and r.facts["voltage"] == f["voltage"]
            and r.facts["outer"] <= f["outer"] + 1
        ),
    )


def _supply_dev(row: Row) -> _Case:
    """开关电源"""
    f = row.facts
    return (
        f"≥ {f['volts']}V {f['amps']}A 电源",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["volts"] >= f["volts"]
            and r.facts["amps"] >= f["amps"]
        ),
    )


def _supply_test(row: Row) -> _Case:
    """开关电源"""
    f = row.facts
    return (
        f"power supply {f['volts']}V, current at least {f['amps']}A",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["volts"] == f["volts"]
            and r.facts["amps"] >= f["amps"]
        ),
    )


def _capacitor_dev(row: Row) -> _Case:
    """电解电容"""
    f = row.facts
    return (
        f"{f['micro']:g}uF 耐压{f['volts']}V以上的电解电容",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["micro"] == f["micro"]
            and r.facts["volts"] >= f["volts"]
        ),
    )


def _resistor_test(row: Row) -> _Case:
    """贴片电阻"""
    f = row.facts
    shown = f"{f['ohms'] / 1000:g}千欧" if f["ohms"] >= 1000 else f"{f['ohms']}欧姆"
    return (
        f"{shown}、功率{f['watts']:g}瓦以上的贴片电阻",
        lambda r: (
            r.facts["name"] == f["name"]
            and r.facts["ohms"] == f["ohms"]
            and r.facts["watts"] >= f["watts"]
        ),
    )


_SPECIFICATIONS: dict[Split, tuple[Callable[[Row], _Case], ...]] = {
    "dev": (_screw_dev, _screw_length_dev, _nut_dev, _bearing_dev, _valve_dev, _inch_valve, _cable_dev,
            _supply_dev, _capacitor_dev),
    "test": (_screw_test, _screw_size_test, _washer_test, _bearing_test, _valve_test, _cable_test,
             _supply_test, _resistor_test),
}  # fmt: skip


def _described(text: str, *names: str, within: str = "") -> Callable[[Row], _Case]:
    """A description that any row of `names` (whose use mentions `within`) answers."""

    def case(_: Row) -> _Case:
        return text, lambda r: r.facts["name"] in names and within in r.facts["use"]

    case.__doc__ = " ".join(names)
    return case


def _longest(text: str, *names: str, column: str, largest: bool = True) -> Callable[[Row], _Case]:
    """As `_described`, and only the third of the sizes on the asked side is right."""

    def case(_: Row) -> _Case:
        # Lengths run evenly from 10 to 200 mm, thicknesses from 0.5 to 20: the outer third.
        bounds = {"length": (73, 137), "thickness": (7, 13.5)}[column]

        def is_right(r: Row) -> bool:
            value = r.facts[column]
            return r.facts["name"] in names and (
                value >= bounds[1] if largest else value <= bounds[0]
            )

        return text, is_right

    case.__doc__ = " ".join(names)
    return case


_DESCRIPTIONS: dict[Split, tuple[Callable[[Row], _Case], ...]] = {
    "dev": (
        _longest("固定电机用的长螺丝", "内六角圆柱头螺钉", column="length"),
        _longest("装面板的短螺丝，头要平的", "内六角沉头螺钉", column="length", largest=False),
        _described("固定电路板的小螺丝", "十字槽盘头螺钉"),
        _described("防止螺丝松动的垫圈", "弹簧垫圈"),
        _described("锅炉上超压自动放气的阀", "安全阀"),
        _described("不让水倒流的阀门", "止回阀"),
        _described("消防泵用的耐火电线", "耐火电缆"),
        _described("办公室上网用的线", "网络线"),
        _described("控制柜里给传感器供电的电源", "开关电源"),
        _described("风机主轴上的轴承", "深沟球轴承"),
        _described("小电流控制大负载通断的元件", "继电器"),
        _described("cable for outdoor burial 室外直埋", "交联聚乙烯电力电缆"),
    ),
    "test": (
        _longest("把法兰连接起来的长螺栓", "六角头螺栓", column="length"),
        _longest("紧固模具的较短的螺钉", "内六角圆柱头螺钉", column="length", largest=False),
        _longest("锁紧螺栓用的厚螺帽", "六角螺母", column="thickness"),
        _described("塑料件上直接拧进去的自攻螺丝", "自攻螺钉"),
        _described("防震动松脱的锁紧螺帽", "尼龙锁紧螺母"),
        _described("保护零件表面、分散压力的垫片", "平垫圈"),
        _described("蒸汽管路上用来调节的阀", "截止阀"),
        _described("大口径水管调节流量的阀门", "蝶阀"),
        _described("移动设备拖来拖去的软电缆", "橡套软电缆"),
        _described("抗干扰的控制线缆", "屏蔽控制电缆"),
        _described("车轮里能受轴向力的轴承", "圆锥滚子轴承"),
        _described("轧机上重载的轴承", "圆柱滚子轴承"),
        _described("电源滤波的电容", "电解电容"),
        _described("立式转台的轴承", "推力球轴承"),
    ),
}
