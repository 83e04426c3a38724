"""Questions about the catalogue with the rows that answer them.

The rules of look-up were worked out on the templates of `dev` alone; `test` has other wordings and
another seed, and is only reported on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

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
Facts = Mapping[str, Any]
"""The columns of a row of parts."""

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
    for kind, templates in (("specification", _SPECIFICATIONS), ("description", _DESCRIPTIONS)):
        made += _by_template(chance, rows, split, kind, templates[split], per_kind)  # type: ignore[arg-type]
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


@dataclass(frozen=True)
class _Template:
    """A question made from one row, and which other rows answer it as well.

    `of` names sheets or parts that it can be asked of. Right is a row that is the same in the
    columns of `same`, holds `at_least` and `at_most` as much in theirs, and is `also` right by a
    function of the row asked from and the other one. A row that lacks a column is none of it.
    """

    of: tuple[str, ...]
    text: Callable[[Facts], str]
    same: tuple[str, ...] = ()
    at_least: tuple[str, ...] = ()
    at_most: tuple[str, ...] = ()
    also: Callable[[Facts, Facts], bool] = lambda asked, other: True

    def is_of(self, row: Row) -> bool:
        return row.facts["name"] in self.of or row.sheet in self.of

    def answers(self, asked: Facts, other: Facts) -> bool:
        try:
            return (
                all(other[column] == asked[column] for column in self.same)
                and all(other[column] >= asked[column] for column in self.at_least)
                and all(other[column] <= asked[column] for column in self.at_most)
                and self.also(asked, other)
            )
        except KeyError:
            return False


def _by_template(
    chance: random.Random,
    rows: Sequence[Row],
    split: Split,
    kind: Kind,
    templates: Sequence[_Template],
    count: int,
) -> list[Question]:
    made: list[Question] = []
    while len(made) < count:
        template = templates[len(made) % len(templates)]
        row = chance.choice([r for r in rows if template.is_of(r)])
        try:
            text = template.text(row.facts)
        except KeyError:
            continue  # this row has no such column
        if kind == "description":
            text = chance.choice(_WISHES[split]).format(text)
        gold = frozenset(r.number for r in rows if template.answers(row.facts, r.facts))
        if gold:
            made.append(Question(kind, text, gold))
    return made


def _resistance(ohms: int) -> str:
    return f"{ohms / 1000:g}千欧" if ohms >= 1000 else f"{ohms}欧姆"


def _inches(facts: Facts) -> str:
    """The size of a threaded end, as G1/2 has it. Raises KeyError for another kind of end."""
    if not facts["ends"].startswith("G"):
        raise KeyError("ends")
    return str(facts["ends"][1:])


_SPECIFICATIONS: dict[Split, tuple[_Template, ...]] = {
    "dev": (
        _Template(
            ("内六角圆柱头螺钉", "六角头螺栓", "内六角沉头螺钉"),
            lambda f: f"M{f['thread']} 以上{f['material']}{f['name'][:3]}",
            same=("material",),
            at_least=("thread",),
            also=lambda asked, other: asked["name"][:3] in other["name"],
        ),
        _Template(
            ("内六角圆柱头螺钉", "双头螺柱", "自攻螺钉"),
            lambda f: f"M{f['thread']}的{f['name']}，长度 {f['length']}-{f['length'] + 20}mm",
            same=("name", "thread"),
            at_least=("length",),
            also=lambda asked, other: other["length"] <= asked["length"] + 20,
        ),
        _Template(
            ("六角螺母", "尼龙锁紧螺母"),
            lambda f: f"配 M{f['thread']} 的{f['name']}，单价不超过{f['price']:g}元",
            same=("name", "thread"),
            at_most=("price",),
        ),
        _Template(
            ("轴承",),
            lambda f: f"内径 {f['bore']}mm 外径 {f['outer']}mm 的{f['name']}",
            same=("name", "bore", "outer"),
        ),
        _Template(
            ("阀门",),
            lambda f: f"DN{f['diameter']} {f['name']}，耐压不低于 {f['mpa']:g}MPa",
            same=("name", "diameter"),
            at_least=("mpa",),
        ),
        _Template(
            ("球阀", "闸阀", "截止阀"),
            lambda f: f"{_inches(f)}寸的{f['material']}{f['name']}",
            same=("name", "material", "diameter"),
        ),
        _Template(
            ("电缆",),
            lambda f: f"{f['cores']}芯 {f['section']:g}平方的{f['name']}",
            same=("name", "cores", "section"),
        ),
        _Template(
            ("开关电源",),
            lambda f: f"≥ {f['volts']}V {f['amps']}A 电源",
            same=("name",),
            at_least=("volts", "amps"),
        ),
        _Template(
            ("电解电容",),
            lambda f: f"{f['micro']:g}uF 耐压{f['volts']}V以上的电解电容",
            same=("name", "micro"),
            at_least=("volts",),
        ),
    ),
    "test": (
        _Template(
            ("内六角圆柱头螺钉", "十字槽盘头螺钉", "六角头螺栓"),
            lambda f: (
                f"想找{f['material']}的{f['name']}，螺纹 M{f['thread']}，杆长不短于{f['length']}毫米"
            ),
            same=("name", "material", "thread"),
            at_least=("length",),
        ),
        _Template(
            ("双头螺柱", "自攻螺钉", "内六角沉头螺钉"),
            lambda f: f"{f['name']} m{f['thread']}*{f['length']}",
            same=("name", "thread", "length"),
        ),
        _Template(
            ("平垫圈", "弹簧垫圈"),
            lambda f: (
                f"厚度在{f['thickness'] - 0.3:.1f}到{f['thickness'] + 0.3:.1f}毫米之间、M{f['thread']}用的{f['name']}"
            ),
            same=("name", "thread"),
            also=lambda asked, other: abs(other["thickness"] - asked["thickness"]) <= 0.3001,
        ),
        _Template(
            ("轴承",),
            lambda f: f"{f['name']}，孔径{f['bore']}毫米，转速至少要{f['speed']}转",
            same=("name", "bore"),
            at_least=("speed",),
        ),
        _Template(
            ("阀门",),
            lambda f: (
                f"{f['material']}{f['name']} 通径{f['diameter']} DN{f['diameter']} 承压 {f['mpa'] * 10:g} bar 以上 能耐{f['hottest']}℃"
            ),
            same=("name", "material", "diameter"),
            at_least=("mpa", "hottest"),
        ),
        _Template(
            ("电缆",),
            lambda f: (
                f"{f['name']}，截面不小于{f['section']:g}mm2，电压等级{f['voltage']}V，外径小于{f['outer'] + 1:g}mm"
            ),
            same=("name", "voltage"),
            at_least=("section",),
            also=lambda asked, other: other["outer"] <= asked["outer"] + 1,
        ),
        _Template(
            ("开关电源",),
            lambda f: f"power supply {f['volts']}V, current at least {f['amps']}A",
            same=("name", "volts"),
            at_least=("amps",),
        ),
        _Template(
            ("贴片电阻",),
            lambda f: f"{_resistance(f['ohms'])}、功率{f['watts']:g}瓦以上的贴片电阻",
            same=("name", "ohms"),
            at_least=("watts",),
        ),
    ),
}


def _described(
    text: str, *names: str, fits: Callable[[Facts], bool] = lambda other: True
) -> _Template:
    """A description that any row of `names` answers which `fits`."""
    return _Template(names, lambda _: text, also=lambda _, row: row["name"] in names and fits(row))


# Lengths run evenly from 10 to 200 mm, thicknesses from 0.5 to 20: short is the lowest third of the
# sizes, long and thick the highest.
def _is_long(facts: Facts) -> bool:
    return bool(facts["length"] >= 137)


def _is_short(facts: Facts) -> bool:
    return bool(facts["length"] <= 73)


def _is_thick(facts: Facts) -> bool:
    return bool(facts["thickness"] >= 13.5)


_DESCRIPTIONS: dict[Split, tuple[_Template, ...]] = {
    "dev": (
        _described("固定电机用的长螺丝", "内六角圆柱头螺钉", fits=_is_long),
        _described("装面板的短螺丝，头要平的", "内六角沉头螺钉", fits=_is_short),
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
        _described("把法兰连接起来的长螺栓", "六角头螺栓", fits=_is_long),
        _described("紧固模具的较短的螺钉", "内六角圆柱头螺钉", fits=_is_short),
        _described("锁紧螺栓用的厚螺帽", "六角螺母", fits=_is_thick),
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
