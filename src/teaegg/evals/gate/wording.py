"""The sentences of the gate's reasons, in Chinese and English, for people who decide."""

from __future__ import annotations

from collections.abc import Mapping

from teaegg.core.scenes import Language

_EN = {
    "passes": "# The gate: passed",
    "fails": "# The gate: not passed",
    "all met": "All {count} demands are met. A person may now approve the release.",
    "some met": "{met} of {count} demands are met. Not met: {missed}.",
    "list": ", ",
    "missed one": "{subject} ({why})",
    "why mark": "below the pass mark",
    "exam": "Exam",
    "grounding": "Grounding",
    "refusal": "Refusal",
    "safety": "Safety",
    "general": "General ability",
    "speed": "Speed",
    "better": "better",
    "not worse": "not worse",
    "worse": "worse",
    "too few": "too few items: {more} more needed",
    "met": "met",
    "missed": "**not met**",
    "head": "| Demand | Candidate | In use | Difference ({confidence} % interval) | Items | Found | "
    "Demand met |",
    "claims better": "{subject} better",
    "claims not_worse": "{subject} not worse",
    "reasons": "## Reasons",
    "open": "**{subject}: {outcome}.** ",
    "nothing": "None of its items counted.",
    "scores": "The candidate scores {candidate}, the one in use {baseline}, on {items} items of "
    "{documents} documents.",
    "times": "The candidate takes {candidate} s for an answer, the one in use {baseline} s, on {items} "
    "items of {documents} documents.",
    "left out": "{left_out} more items did not count.",
    "why better": "The lead of {gain} is more than chance: between equals it would be seen in {chance}.",
    "why not worse not_worse": "A loss of {margin} or more is ruled out: at worst it is {worst}.",
    "why not worse better": "A gain was demanded and none is shown, although {needed} items are enough "
    "to show {margin}. A loss that matters is ruled out.",
    "why worse": "The loss of {loss} is more than chance: between equals it would be seen in {chance}.",
    "why too few better": "To show a gain of {margin} reliably takes {needed} items.",
    "why too few not_worse": "To rule out a loss of {margin} reliably takes {needed} items.",
    "still open": "There are as many, yet the difference is so near to a limit that only {more} more "
    "would decide.",
    "below mark": "It misses the pass mark of {mark}.",
    "not clear": "Its interval lies above zero, but not clearly enough: the exact test and the other "
    "demands, which were tested together with it, count as well.",
    "chance": "{percent} % of cases",
    "rare chance": "less than {percent} % of cases",
    "sentences": " ",
    "points": "{value} points",
    "time": "{value} % in time",
    "more time": "{value} % in time",
    "time change": "{value} % time",
    "interval": "{value} ({low} to {high})",
    "nothing to show": "–",
    "apart": "## Counted apart",
    "contaminated": "{items} items were found in what was taught (candidate {candidate}, in use "
    "{baseline}); they never count.",
    "unsigned leave_out": "{items} items are reviewed by nobody (candidate {candidate}, in use "
    "{baseline}); their scores do not count.",
    "unsigned count": "{items} items are reviewed by nobody (candidate {candidate}, in use {baseline}); "
    "the policy counts them.",
    "unsigned refuse": "{items} items are reviewed by nobody (candidate {candidate}, in use {baseline}); "
    "their scores do not count.",
    "refuses": "The policy refuses a candidate while there are such items.",
    "next": "## What to do",
    "do approve": "Show this page to whoever approves releases.",
    "do more": "{subject}: add {more} items from further documents and let both sit them.",
    "do sign": "Review and sign the items that nobody has reviewed.",
    "do clean": "Take the items out of the exam that were taught, or out of what is taught.",
    "do train": "{subject}: look at the items that the candidate lost, and improve what it learns from.",
    "do mark": "{subject}: the candidate must reach {mark}.",
    "policy": "Policy {policy}; it proves something only if it was fixed before the run. "
    "{confidence} % intervals from {draws} resamples of documents; all demands must be met.",
}
_ZH = {
    "passes": "# 上线评审：通过",
    "fails": "# 上线评审：不通过",
    "all met": "{count} 项要求全部达到，可以请负责人批准上线。",
    "some met": "{count} 项要求中达到 {met} 项。未达到：{missed}。",
    "list": "、",
    "missed one": "{subject}（{why}）",
    "why mark": "不到及格线",
    "exam": "考题",
    "grounding": "原文依据",
    "refusal": "拒答",
    "safety": "安全",
    "general": "通用能力",
    "speed": "速度",
    "better": "更好",
    "not worse": "没有变差",
    "worse": "变差了",
    "too few": "题目太少，还差 {more} 道",
    "met": "达到",
    "missed": "**未达到**",
    "head": "| 要求 | 新版本 | 现用版本 | 差别（{confidence}% 区间） | 题数 | 结论 | 是否达到 |",
    "claims better": "{subject}：更好",
    "claims not_worse": "{subject}：没有变差",
    "reasons": "## 理由",
    "open": "**{subject}：{outcome}**。",
    "nothing": "没有一道可以计入的题。",
    "scores": "新版本 {candidate} 分，现用版本 {baseline} 分（{documents} 份文件的 {items} 道题）。",
    "times": "平均每题新版本用时 {candidate} 秒，现用版本 {baseline} 秒（{documents} 份文件的 {items} "
    "道题）。",
    "left out": "另有 {left_out} 道题没有计入。",
    "why better": "领先{gain}，不是碰巧：两个版本如果一样好，出现这种差距的机会{chance}。",
    "why not worse not_worse": "可以排除{margin}或更多的退步：最坏的情况是{worst}。",
    "why not worse better": "要求有进步，但没有看出进步；{needed} 道题已经足以看出{margin}的进步。"
    "可以排除值得在意的退步。",
    "why worse": "落后{loss}，不是碰巧：两个版本如果一样好，出现这种差距的机会{chance}。",
    "why too few better": "要可靠地看出{margin}的进步，需要 {needed} 道题。",
    "why too few not_worse": "要可靠地排除{margin}的退步，需要 {needed} 道题。",
    "still open": "题数已经够了，但差别正好在界线附近，再加 {more} 道题才能下结论。",
    "below mark": "没有达到 {mark} 分的及格线。",
    "not clear": "区间虽然在零以上，但还不够明显：精确检验、一起检验的其他要求也都要算上。",
    "chance": "是 {percent}%",
    "rare chance": "不到 {percent}%",
    "sentences": "",
    "points": " {value} 个百分点",
    "time": " {value}%（用时）",
    "more time": " {value}%（用时）",
    "time change": "用时 {value}%",
    "interval": "{value}（{low} 到 {high}）",
    "nothing to show": "–",
    "apart": "## 单独统计",
    "contaminated": "{items} 道题在训练内容里出现过（新版本 {candidate} 分，现用版本 {baseline} 分），"
    "一律不计入。",
    "unsigned leave_out": "{items} 道题没有人审核签字（新版本 {candidate} 分，现用版本 {baseline} 分），"
    "得分不计入。",
    "unsigned count": "{items} 道题没有人审核签字（新版本 {candidate} 分，现用版本 {baseline} 分），"
    "按上线标准计入。",
    "unsigned refuse": "{items} 道题没有人审核签字（新版本 {candidate} 分，现用版本 {baseline} 分），"
    "得分不计入。",
    "refuses": "按上线标准，只要有这样的题就不通过。",
    "next": "## 下一步",
    "do approve": "把这一页交给批准上线的人。",
    "do more": "{subject}：用另外的文件再出 {more} 道题，两个版本都做一遍。",
    "do sign": "审核还没有人签字的题并签字。",
    "do clean": "把训练内容里出现过的题从考卷里去掉，或者从训练内容里去掉。",
    "do train": "{subject}：看一看新版本丢分的题，改进它的学习内容。",
    "do mark": "{subject}：新版本要达到 {mark} 分。",
    "policy": "上线标准 {policy}，须在考试之前定好才算数。{confidence}% 区间按文件重抽样 {draws} 次得出；"
    "所有要求都要达到。",
}
Wording = Mapping[str, str]
WORDING: Mapping[Language, Wording] = {"en": _EN, "zh": _ZH}
