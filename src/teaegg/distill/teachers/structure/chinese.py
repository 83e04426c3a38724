"""Questions that a Chinese sentence answers, by the form in which it says something."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from teaegg.distill.rows import RowKind
from teaegg.distill.teachers.structure.finding import Finding, Said, pick, topic
from teaegg.guard.figures import Figure, figures

Rule = Callable[[Said], Iterator[Finding]]

_LONGEST = 110
_LONGEST_ANSWER = 70
_ENOUGH = 14
_HAN = "\u3400-\u9fff"
_NAME = rf"[{_HAN}A-Za-z0-9·《》“”‘’（）()ω&.+\- ]"
# What points back cannot stand at the head of a question that is read alone.
_POINTS_BACK = re.compile(
    r"^(?:其中|其(?!他|它|实|余)|该|此|这|那|它|他|她|前[款条项]|上述|以上|上[款条]|同时|并|并且|也|此外|另外|因此|所以|而|而且|否则"
    r"|对此|为此|从而|之后|随后|后来|接着|然后|当时|期间|如上|依照前款|有前款|以下|下列|如下|本[条款项]|但|不过|然而|则|又|再|还|都|就)"
)
_PRONOUN = re.compile(r"^(?:他|她|它)(?!们|人|日|国|处)")
_BAD_SUBJECT = re.compile(
    r"^(?:其|该|此|这|那|它|他|她|本条|前款|并|而|但|也|又|还|都|就|后|后来|同时|最|在|于|以|当|从|由|被|将|把|为|与|和|及"
    r"|或|对|向|到|自|经|按|依|根据|如|若|因|所|即|则|若干|以及|除|至|使|让|等|的|了|不|很|更|只|仅|可|主要|目前|现|曾|已|牠|我|你|您|咱|大家|人们|原本|本来|原来|同样|一般|通常|据|有些|有的)"
    r"|[，,。；：:、]|^\d|^.$|[的地得了着后时前内外中上下间等是即一]$|包括$|分为$"
)
_LINE = re.compile(
    r"(?:^|(?<=[\n\u3000；。]))\s*[-*•]?\s*([^：:，,。；\n\u3000（）()\d]{2,12})[：:]\s*([^\n\u3000；。]{1,60})"
)
_NUMERAL = re.compile(r"[\d,，.]*\d|[零〇一二三四五六七八九十百千万亿两]+")
_RANGE = re.compile(r"^\s*(?:至|到|[-—~～－–]|(?:以上|以下)?(?:不满|不足)?)\s*$")
_SMALL = 12
_HAN_ONLY = re.compile(rf"[{_HAN}]")


_THIS = re.compile(
    r"^本(?:法|条例|办法|规定|制度|手册|细则|章程|合同|指南|规则|通知|说明书|决定|解释)(?![院人])"
)


def _ends(text: str) -> str:
    return text.strip(" ，,。；;：:、？\u3000")


_RULES_OF = re.compile(
    r"(?:手册|制度|办法|规定|条例|法|规则|说明书|通知|规范|章程|合同|指南|细则|标准|规程|通报|协议|政策|方案|报告|须知|守则|权限|决定|解释|入门)"
    r"(?:[（(].*)?$"
)


def _asking(said: Said, question: str) -> str:
    """The question with where it holds, when it does not say enough by itself."""
    question = f"{_ends(question.replace('（）', '').replace('()', ''))}？"
    title = said.title.strip("《》")
    if match := _THIS.match(question):
        # 本手册 means nothing to somebody who does not hold it in hand.
        return f"《{title}》{question[match.end() :]}" if title else ""
    is_short = len(question) < _ENOUGH
    if title and title not in question and not _RULES_OF.search(title):
        return f"关于{title}，{question}"
    if title and title not in question and (said.passage.location.article or is_short):
        heads = ("根据《{}》，{}", "《{}》规定，{}", "按照《{}》，{}", "{1}")
        return pick(heads[:3] if is_short else heads, said.text).format(title, question)
    about = topic(said.passage)
    if about and is_short and about not in question:
        return f"关于{about}，{question}"
    return question


def _found(kind: RowKind, said: Said, question: str, answer: str) -> Iterator[Finding]:
    answer = _ends(answer)
    if not answer or len(answer) > _LONGEST_ANSWER or answer not in said.text:
        return
    if answer in question or _POINTS_BACK.match(question) or len(_ends(question)) < 5:
        return
    if _unbalanced(question) or _unbalanced(answer):
        return
    asked = _asking(said, question)
    if asked:
        yield Finding(kind, asked, answer, ((0, said.text),), subject=said.title)


def _unbalanced(text: str) -> bool:
    return any(text.count(a) != text.count(b) for a, b in ("（）", "“”", "《》", "()", "「」"))


def questions(said: Said) -> Iterator[Finding]:
    """Everything that the rules ask of one sentence."""
    if len(said.text) > _LONGEST:
        return
    for rule in RULES:
        yield from rule(said)


def _definition(said: Said) -> Iterator[Finding]:
    match = re.match(
        rf"(?:本[法条例办规定制度手册公司章程细则]{{1,3}})?(?:中)?(?:所称|所指|所谓)?(?:的)?([{_HAN}A-Za-z0-9、“”]{{2,20}}?)[，,]?"
        r"\s*(?:，是指|是指|系指|指的是|即指)(.+)$",
        said.text,
    )
    if match and not _BAD_SUBJECT.search(match[1]):
        name = match[1].strip("“”")
        form = pick(("什么是{}？", "{}是指什么？", "{}指的是什么？"), said.text)
        yield from _found("definition", said, form.format(name), match[2])


_KIND_OF = re.compile(
    rf"^({_NAME}{{2,24}}?)(?:，|（[^）]*），?)?(?:[^，是]{{0,16}}，)?是((?:一[种个名位座部家款项类条张本所支场次片门]|[^，]{{0,8}}的)[^，]{{2,40}})"
)


def _what_is(said: Said) -> Iterator[Finding]:
    match = _KIND_OF.match(_by_title(said))
    if match and not _BAD_SUBJECT.search(match[1].strip()):
        if match[2].startswith("由") or ("位于" in match[2] and "的" not in match[2]):
            return  # only the first half of what it is
        name = _ends(match[1])
        question = pick(("{}是什么？", "什么是{}？"), said.text).format(name)
        yield from _found("definition", said, question, match[2])


def _by_title(said: Said) -> str:
    """A sentence about "he" or "it" is about what the document is named after."""
    title = said.title
    if title and len(title) <= 12 and _PRONOUN.match(said.text):
        return _PRONOUN.sub(title, said.text)
    return said.text


_VERBS = (
    "创作|执导|主演|编写|开发|制作|建造|设计|创办|创立|出版|发行|主持|饰演|演唱|作曲|作词|研发|生产|负责|制定|提出|发现|发明"
    "|运营|经营|管理|组建|审批|批准|承担|支付|签发|签字|确认|组织|处理|规定|决定|监督|保管|办理|审核|执行|解释|填写|承接|双签"
    "|陪同|提供|安排|评定|任命|选举|召集|统一管理"
)
_BY_WHOM = re.compile(
    rf"^(.{{2,60}}?)[，,]?由([{_HAN}A-Za-z0-9、（）()和及与·]{{2,30}}?)(?:共同|统一|书面|直接|具体|依法|另行|分别|一并|负责)?({_VERBS})(.{{0,20}})$"
)


def _by_whom(said: Said) -> Iterator[Finding]:
    match = _BY_WHOM.match(_by_title(said))
    if match and "，由" not in match[1] and not _BAD_SUBJECT.match(match[1]):
        rest = _ends(match[4].split("，")[0])
        what = said.text[said.text.find(match[2]) + len(match[2]) :]
        middle = what[: what.find(match[3])]
        yield from _found(
            "lookup",
            said,
            f"{_ends(match[1])}，由谁{middle}{match[3]}{rest}？".replace("的，由谁", "的，由谁")
            if match[1].endswith("的")
            else f"{_ends(match[1])}由谁{middle}{match[3]}{rest}？",
            match[2],
        )


_DUTY = re.compile(rf"^([{_HAN}、和及与]{{2,14}}?)(应当|必须|有权)([^，]{{5,40}})(?=，|$)")


def _whose_duty(said: Said) -> Iterator[Finding]:
    match = _DUTY.match(said.text)
    if match and not _BAD_SUBJECT.search(match[1]) and "的" not in match[1]:
        if re.search(r"下列|以下|[后时前中上内下]$", match[3]):
            return
        yield from _found("lookup", said, f"谁{match[2]}{match[3]}？", match[1])


_MUST = re.compile(r"^(.{2,40}?)(应当|必须|须)([^，。；]{4,50})$")


def _what_must(said: Said) -> Iterator[Finding]:
    """Of two clauses the last one says what is to be done."""
    clauses = said.text.split("，")
    match = re.match(r"^(?:请|应当|必须|须|应)([^。]{4,60})$", clauses[-1])
    if len(clauses) == 2 and match and not clauses[0].endswith(("的", "时", "后", "前")):
        yield from _found("lookup", said, f"{clauses[0]}有什么要求？", clauses[-1])


_FORBIDS = re.compile(r"^(.*?)(不得|禁止|严禁|不准|不可以|切勿|请勿)([^，。；]{3,40})$")


def _may_one(said: Said) -> Iterator[Finding]:
    clauses = re.split(r"[，；]", said.text)
    before = [
        clause for clause in clauses[:-1] if clause.endswith(("的", "时", "后", "前", "期间", "内"))
    ]
    for clause in clauses:
        match = _FORBIDS.match(clause)
        if match is None or re.match(r"超过|少于|低于|高于|多于|大于|小于|晚于|早于", match[3]):
            continue
        if len(match[1]) > 24 or (match[1] and _BAD_SUBJECT.search(match[1])):
            continue
        head = "，".join(before)
        question = f"{head + '，' if head else ''}{match[1]}可以{match[3]}吗？"
        yield from _found("condition", said, question, match[2] + match[3])


_CONSEQUENCE = re.compile(
    r"^(.{4,50}?)的，((?:应当|必须|须|请|由|处|责令|给予|可以|按|视为|不予|不得|可|需|将|依法|公司|员工|自|从).{3,70})$"
)


# Which offence, and how serious, stands in a sentence before it.
_BARE = re.compile(
    r"^(?:违反本[法条例办规定]{1,3}(?:的?规定)?，?)?(?:构成.{1,6}|情节.{0,4}严重|逾期.{0,8}|拒不.{2,6}|造成.{2,6})$"
)


def _what_then(said: Said) -> Iterator[Finding]:
    match = _CONSEQUENCE.match(said.text)
    if match and not re.search("；|下列|以下", match[1] + match[2]) and not _BARE.match(match[1]):
        form = pick(("{}，应当怎么办？", "{}的，怎么处理？", "如果{}，会怎么样？"), said.text)
        condition = re.sub(r"^(?:凡|如|若|如果)", "", match[1])
        yield from _found("condition", said, form.format(condition), match[2])


_IS_EXCEPTION = re.compile("除外|不受|不适用|另有|不在此限|例外|可以|不得")


def _exception(said: Said) -> Iterator[Finding]:
    match = re.match(r"^(.{6,60}?)[，；。]\s*(?:但是|但)[，]?(.{4,60})$", said.text)
    if match and (
        "除外" in match[2] or "不受" in match[2] or "可以" in match[2] or "不" in match[2]
    ):
        main = _ends(re.split(r"[；。]", match[1])[-1])
        yield from _found("condition", said, f"{main}，有什么例外？", match[2])
    match = re.match(r"^除(.{3,40}?)(?:外|以外|之外)，(.{6,60})$", said.text)
    if match and not re.search("还|也|下列|以下|均|都", match[2]):
        yield from _found("condition", said, f"{_ends(match[2])}，有哪些例外？", match[1])


def _why(said: Said) -> Iterator[Finding]:
    match = re.match(r"^(?:由于|因为)(.{4,40}?)(?:，|而)(?:所以|因此|故)?([^，]{4,40})", said.text)
    if match and not _POINTS_BACK.match(match[2]) and not match[2].startswith(("不得", "应")):
        yield from _found("lookup", said, f"为什么{match[2]}？", match[1])
    match = re.match(r"^([^，]{4,40})，(?:这?是)?(?:因为|由于)(.{4,40})$", said.text)
    if match:
        yield from _found("lookup", said, f"为什么{match[1]}？", match[2])


_FORMS: tuple[tuple[str, str], ...] = (
    (rf"^({_NAME}{{2,20}}?)(?:位于|坐落于|地处|坐落在)([^，]{{2,30}})", "{}位于哪里？"),
    (
        rf"^({_NAME}{{2,20}}?)[，]?(?:又称|又名|亦称|也称|也叫|俗称|别名|旧称|又叫)(?:为|作|是)?([^，]{{2,20}})",
        "{}又叫什么？",
    ),
    (rf"^({_NAME}{{2,20}}?)[，]?(?:原名|本名)(?:为|作|是)?([^，]{{2,16}})", "{}原名叫什么？"),
    (rf"^({_NAME}{{2,20}}?)[，]?简称(?:为|作|是)?([^，]{{2,12}})", "{}的简称是什么？"),
    (rf"^({_NAME}{{2,20}}?)(?:毕业于)([^，]{{2,24}})", "{}毕业于哪里？"),
    (rf"^({_NAME}{{2,24}}?)(?:适用于)([^，；]{{3,40}})", "{}适用于哪些对象？"),
    (rf"^({_NAME}{{2,24}}?)(?:包括|包含|划分为|分为|设有|下设)([^。；]{{3,60}})", "{}包括哪些？"),
    (rf"^({_NAME}{{2,20}}?)主要用于([^，]{{3,40}})", "{}主要用于什么？"),
    (rf"^({_NAME}{{2,20}}?)主要分布(?:于|在)([^，]{{2,40}})", "{}主要分布在哪里？"),
    (rf"^({_NAME}{{2,20}}?)(?:由)([^，]{{2,40}})(?:组成|构成)", "{}由什么组成？"),
    (rf"^({_NAME}{{2,20}}?)取决于([^，]{{2,40}})", "{}取决于什么？"),
)


def _forms(said: Said) -> Iterator[Finding]:
    text = _by_title(said)
    for pattern, form in _FORMS:
        match = re.match(pattern, text)
        if match and not _BAD_SUBJECT.search(match[1]):
            yield from _found("lookup", said, form.format(_ends(match[1])), match[2])


def _figure(said: Said) -> Iterator[Finding]:
    """The sentence up to a figure, which is asked for."""
    text = said.text
    found = [figure for figure in figures(text) if figure.kind not in _NOT_ASKED]
    yield from _between(said, found)
    joined = {a.end for a, b in pairwise(found) if _RANGE.match(text[a.end : b.start])}
    ranges = joined | {b.start for a, b in pairwise(found) if a.end in joined}
    for figure in found:
        if figure.start in ranges or figure.end in ranges:
            continue
        surface = figure.surface.strip()
        word = _interrogative(figure.kind, surface)
        clause_end = min(
            (at for at in (text.find(m, figure.end) for m in "，；：") if at >= 0),
            default=len(text),
        )
        head, tail = text[: figure.start], text[figure.end : clause_end]
        clause = head[max(head.rfind(mark) for mark in "，；：") + 1 :]
        if not _can_be_asked(head, surface, tail):
            continue
        if not word or len(_HAN_ONLY.findall(clause + tail)) < 4:
            continue
        if (
            figure.kind == "date"
            and not re.search(r"[于自从在为是至到前截]$", head)
            and not _HAN_ONLY.search(tail)
        ):
            continue
        question = _plainer(head, word, tail, figure)
        opening = question.split("，")[0]
        if _POINTS_BACK.match(question) or (_BAD_SUBJECT.match(opening) and len(opening) < 6):
            continue
        yield from _found("lookup", said, question, surface)


def _between(said: Said, found: Sequence[Figure]) -> Iterator[Finding]:
    """处五万元以上十万元以下罚款 is asked for as a whole: half of it is no answer."""
    for low, high in pairwise(found):
        rest = said.text[high.end :]
        closing = re.match(r"以下|以内|以上", rest)
        if said.text[low.end : high.start] != "以上" or closing is None or high.kind != low.kind:
            continue
        head = said.text[: low.start]
        tail = re.split("[，；：]", rest[closing.end() :])[0].removeprefix("的")
        answer = said.text[low.start : high.end] + closing[0]
        if head.strip() and tail and not tail.endswith("的") and not _POINTS_BACK.match(head):
            asked = "多长时间的" if low.kind == "duration" else "多少"
            yield from _found("lookup", said, f"{head}{asked}{tail}？", answer)


def _can_be_asked(head: str, surface: str, tail: str) -> bool:
    """Whether a figure between `head` and `tail` is one that somebody would ask for."""
    if (
        not head.strip()
        or re.match("因为|由于|因", head)
        or re.search("下列|以上$", head)
        or surface in ("两人", "二人", "两者", "一人")
    ):
        return False
    # One of a series, the end of a range, a fraction, a year in another reckoning, a condition.
    if (
        re.search(r"[至到—\-～~、/（(]\s*$", head)
        or re.match(r"[、/（(比代级字]", tail)
        or tail.endswith("的")
    ):
        return False
    return all(head.count(left) == head.count(right) for left, right in ("（）", "()"))


_NOT_ASKED = frozenset({"article", "paragraph", "item", "ordinal", "identifier", "number"})
_AT_MOST = re.compile(r"(?:不得超过|不超过|最多为|最多|至多|最长不超过|最高不超过)$")
_AT_LEAST = re.compile(r"(?:不得少于|不少于|不得低于|不低于|至少为|至少)$")


def _plainer(head: str, word: str, tail: str, figure: Figure) -> str:
    """As people ask: 试用期最长几个月 rather than 试用期不得超过几个月."""
    most = {"duration": "最长", "money": "最高", "percent": "最高"}.get(figure.kind, "最多")
    if not tail.strip("（）() "):
        head = _AT_MOST.sub(most, head)
        head = _AT_LEAST.sub("至少", head)
        head = re.sub("最[长高多](?=最[长高多]$)", "", head)
    return f"{head}{word}{tail}"


def _interrogative(kind: str, surface: str) -> str:
    """What stands in a question where the figure stood; "" when it cannot be asked for."""
    if kind == "date":
        if re.fullmatch(r"\d{4}年?|[〇零一二三四五六七八九]{4}年", surface):
            return "哪一年"
        return "什么时候" if "年" in surface or "-" in surface else "哪一天"
    if kind == "time":
        return "几点"
    if kind == "percent":
        return "百分之多少" if re.fullmatch(r"[\d.]+\s*[%％]|百分之.+", surface) else ""
    match = _NUMERAL.match(surface)
    if match is None or match.end() == len(surface):
        return ""
    return ("几" if _is_small(match[0]) else "多少") + surface[match.end() :]


def _is_small(numeral: str) -> bool:
    if numeral.isdigit():
        return int(numeral) <= _SMALL
    return len(numeral) == 1 and numeral in "一二三四五六七八九十两"


def _reading(said: Said) -> Iterator[Finding]:
    """When and where: 建于, 成立于, 出生于 with a date or a place."""
    text = _by_title(said)
    match = re.match(
        rf"^({_NAME}{{2,24}}?)(?:，[^，]{{0,12}}，)?(?:是)?(成立|创立|创建|建成|始建|兴建|出生|生|逝世|发行|出版|上映|首播|开通|启用|通车|创刊|开业|设立)于([^，]{{2,24}})",
        text,
    )
    if match and not _BAD_SUBJECT.search(match[1]):
        dated = any(figure.kind == "date" for figure in figures(match[3]))
        verb = "出生" if match[2] == "生" else match[2]
        form = "{}是什么时候{}的？" if dated else "{}{}于哪里？"
        yield from _found("lookup", said, form.format(_ends(match[1]), verb), match[3])


RULES: tuple[Rule, ...] = (
    _definition,
    _what_is,
    _by_whom,
    _whose_duty,
    _what_must,
    _may_one,
    _what_then,
    _exception,
    _why,
    _forms,
    _reading,
    _figure,
)


def named_values(said_in: Said) -> Iterator[Finding]:
    """Lines such as 版本：V3.1 of the whole passage (`said_in.text`)."""
    about = said_in.title or topic(said_in.passage)
    for match in _LINE.finditer(said_in.text):
        name, value = match[1].strip(), _ends(match[2])
        if not about or _BAD_SUBJECT.search(name) or re.search(r"如下|下列|以下|通知|为$", name):
            continue
        place = topic(said_in.passage)
        subject = f"《{about.strip('《》')}》" if said_in.title else about
        if place and place != about:
            subject += f"“{place}”中"
        asked = "是多少" if re.match(r"[\d.,]+\S{0,6}$", value) else "是什么"
        found = Finding(
            "lookup", f"{subject}的{name}{asked}？", value, ((0, match[0].strip()),), subject
        )
        if any(character.isalnum() for character in value) and not _unbalanced(value):
            yield found
