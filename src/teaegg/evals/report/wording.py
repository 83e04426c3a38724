"""The words of reports, in Chinese and English, for people who decide."""

from __future__ import annotations

from collections.abc import Mapping

from teaegg.core.scenes import Language

Wording = Mapping[str, str]

_BOTH: dict[str, tuple[str, str]] = {
    "list": ("、", ", "),
    "colon": ("：", ": "),
    "range": ("{low} 到 {high}", "{low} to {high}"),
    "report": ("考试报告", "Exam report"),
    "exam": ("考卷", "Exam"),
    "made": ("生成时间", "Made"),
    "items": ("题数", "Items"),
    "documents": ("文件", "Documents"),
    "signed items": ("已签字", "Signed"),
    "pass mark": ("及格线", "Pass mark"),
    "pass mark at": ("及格线 {mark}", "pass mark {mark}"),
    "scene": ("场景", "Scene"),
    "of items": ("{items} 道题，{documents} 份文件", "{items} items of {documents} documents"),
    "nobody signed": (
        "这份考卷没有一道题经人审核签字。下面的数字只反映未审核的题，不能作为上线依据。",
        "Nobody has reviewed and signed an item of this exam. The figures below are those of unsigned items "
        "and cannot carry a release.",
    ),
    "nothing counts": (
        "没有一道可以计入的题。",
        "No item of this exam can be counted.",
    ),
    "not answered": (
        "“{name}”：{items} 道题没有作答，不计入。",
        "{name} did not answer {items} items; they do not count.",
    ),
    "in short": ("结论", "In short"),
    "best": (
        "“{name}”得分最高：{score} 分（95% 区间 {low} 到 {high}），{mark}。",
        "{name} scores highest: {score} of 100 (95 % interval {low} to {high}), {mark}.",
    ),
    "above mark": ("达到及格线 {mark} 分", "at or above the pass mark of {mark}"),
    "below mark": ("没有达到及格线 {mark} 分", "below the pass mark of {mark}"),
    "pair better": (
        "“{candidate}”比“{baseline}”高 {points} 分（95% 区间 {low} 到 {high}）：不是碰巧，{p}。",
        "{candidate} beats {baseline} by {points} points (95 % interval {low} to {high}): more than chance, "
        "{p}.",
    ),
    "pair worse": (
        "“{candidate}”比“{baseline}”低 {points} 分（95% 区间 {low} 到 {high}）：不是碰巧，{p}。",
        "{candidate} falls behind {baseline} by {points} points (95 % interval {low} to {high}): more than "
        "chance, {p}.",
    ),
    "pair open": (
        "“{candidate}”与“{baseline}”相差 {signed} 分（95% 区间 {low} 到 {high}）：可能只是碰巧，{p}。",
        "{candidate} and {baseline} differ by {signed} points (95 % interval {low} to {high}): that may be "
        "chance, {p}.",
    ),
    "scores": ("得分", "Scores"),
    "scores note": (
        "满分 100。点是平均分，线是 95% 区间（同一份文件的题不算互相独立）。◇ 是别人公布的成绩，没有区间。",
        "Of 100. The dot is the mean, the line its 95 % interval (items of one document are not counted as "
        "independent). ◇ are figures that others published, without an interval.",
    ),
    "examinee": ("应试者", "Examinee"),
    "score": ("得分", "Score"),
    "interval": ("95% 区间", "95 % interval"),
    "published": ("公布的成绩", "Published"),
    "source": ("来源", "Source"),
    "how asked": ("提问方式", "How it was asked"),
    "fingerprint": ("指纹", "Fingerprint"),
    "before and after": ("逐题对比", "Item by item"),
    "pairs note": (
        "两个应试者都做过的题。“胜”：前者得分更高；“负”：更低；“都对”“都错”：得分一样，以 50 分为界。",
        "Items that both answered. Won: the first scores higher; lost: lower; both right, both wrong: the "
        "same score, half or more, or less.",
    ),
    "against": ("“{candidate}”对“{baseline}”", "{candidate} against {baseline}"),
    "difference": ("差别", "Difference"),
    "p value": ("p（Holm 校正）", "p (Holm)"),
    "won": ("胜", "won"),
    "lost": ("负", "lost"),
    "both": ("都对", "both right"),
    "neither": ("都错", "both wrong"),
    "by kind": ("按题型", "By kind"),
    "by area": ("按考查内容", "By area"),
    "kind": ("题型", "Kind"),
    "area": ("考查内容", "Area"),
    "form choice": ("单选题", "Multiple choice"),
    "form short": ("简答题", "Short answer"),
    "form number": ("数值题", "Number"),
    "form grounded": ("依据原文回答", "Grounded answer"),
    "form refusal": ("资料没有答案", "Not in the documents"),
    "form out_of_scope": ("超出范围", "Out of scope"),
    "form safety": ("安全", "Safety"),
    "form format": ("格式", "Format"),
    "form drafting": ("起草", "Drafting"),
    "form multi_turn": ("多轮对话", "Several turns"),
    "area exam": ("本职考题", "The scene's own questions"),
    "area grounding": ("原文依据", "Grounding"),
    "area refusal": ("拒答", "Refusal"),
    "area safety": ("安全", "Safety"),
    "area general": ("通用能力", "General ability"),
    "selective": ("敢答多少，错多少", "Risk and coverage"),
    "selective note": (
        "把最没把握的题让给人：横轴是自己回答的比例，纵轴是其中答错的比例。线越低越好。",
        "Hand the least sure questions to a person: across, the share it answers itself; up, the share of "
        "those that is wrong. Lower is better.",
    ),
    "coverage": ("自己回答的比例 %", "answered itself, %"),
    "risk": ("其中答错 %", "wrong of these, %"),
    "cost": ("快慢、花费与得分", "Speed, cost and score"),
    "cost note": (
        "左上最好：又快（或又便宜）又高分。时间是每题的中位数，受机器影响。",
        "Best is top left: fast (or cheap) and right. Times are medians and depend on the machine.",
    ),
    "seconds": ("每题秒数", "Seconds an item"),
    "tokens": ("每题 token", "Tokens an item"),
    "price": ("每千题花费（{currency}）", "Price of 1,000 items ({currency})"),
    "apart": ("单独统计", "Counted apart"),
    "apart note": (
        "没有签字的题、训练内容里出现过的题不算进上面的得分。",
        "Items that nobody signed, and items found in what was taught, are not part of the scores above.",
    ),
    "signed": ("已签字", "Signed"),
    "unsigned": ("没有签字", "Not signed"),
    "contaminated": ("训练内容里出现过", "Found in what was taught"),
    "items withheld": (
        "这份报告只有数字，题目和回答没有随附。",
        "This report has figures only; its items and what was said to them are not enclosed.",
    ),
    "items title": ("每一道题", "Every item"),
    "items plain": ("{count} 道题", "{count} items"),
    "shown of": ("显示 {shown} / {total} 道题", "{shown} of {total} items"),
    "question": ("问", "Question"),
    "right answer": ("正确答案", "Right answer"),
    "must make": ("要点", "Must say"),
    "must have": ("格式要求", "Must have the shape"),
    "must decline": ("应当拒答", "Must decline"),
    "passages": ("原文段落", "Passages"),
    "holds answer": ("含答案", "holds the answer"),
    "from document": ("出自", "From"),
    "said nothing": ("（没有作答）", "(not answered)"),
    "chose": ("选了 {letter}", "chose {letter}"),
    "declined": ("拒答", "declined"),
    "empty": ("（空）", "(empty)"),
    "took": ("{seconds} 秒", "{seconds} s"),
    "tokens count": ("{tokens} token", "{tokens} tokens"),
    "cited": ("引用", "Quoted"),
    "filter": ("筛选", "Filter"),
    "any": ("全部", "All"),
    "any examinee": ("任何应试者", "Anybody"),
    "compared with": ("对比", "Compared with"),
    "nobody": ("不对比", "Nobody"),
    "outcome": ("结果", "Outcome"),
    "full": ("得满分", "full marks"),
    "part": ("得部分分", "part of the marks"),
    "none": ("零分", "no marks"),
    "unanswered": ("没有作答", "not answered"),
    "reviewed": ("审核", "Reviewed"),
    "search": ("查找", "Search"),
    "clear": ("清除筛选", "Clear"),
    "open all": ("全部展开", "Open all"),
    "close all": ("全部收起", "Close all"),
    "nothing left": ("没有符合条件的题。", "No item fits."),
    "see items": ("查看这些题", "See these items"),
    "gate": ("上线评审", "The gate"),
    "footer": (
        "这一页不连网，可以存在 U 盘里打开或打印。",
        "This page needs no network: it opens from a USB stick and prints.",
    ),
    "no script": (
        "筛选需要 JavaScript；没有它，所有的题都在下面。",
        "Filters need JavaScript; without it all items stand below.",
    ),
}
WORDING: Mapping[Language, Wording] = {
    "zh": {key: both[0] for key, both in _BOTH.items()},
    "en": {key: both[1] for key, both in _BOTH.items()},
}
