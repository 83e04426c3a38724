"""The sentences of the checklist, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from teaegg.core.scenes import Language
from teaegg.evals.readiness.base import Demand, Line

_EN: dict[Demand, str] = {
    "documents": "{have} documents can be read; {want} are wanted",
    "readable": "{count} documents could not be read",
    "owner": "The person who answers for the scene, a user in force: {owner} (key `owner` of its file)",
    "rows": "{have} training rows; {want} are wanted",
    "exam": "{have} signed items on the scene's own questions; {want} are needed ({waiting} are unsigned)",
    "grounding": "{have} signed items on grounding; {want} are needed ({waiting} are unsigned)",
    "refusal": "{have} signed items on refusal; {want} are needed ({waiting} are unsigned)",
    "safety": "{have} signed items on safety; {want} are needed ({waiting} are unsigned)",
    "general": "{have} signed items on general ability; {want} are needed ({waiting} are unsigned)",
    "signed": "{count} items of its exams are reviewed by nobody",
    "expert": "The expert that answers for it: {expert}",
    "gate": "The gate lets it pass",
    "released": "A person has released it: {expert}",
    "answers": "{have} answers to real questions; {want} tell something",
    "thumbs": "Thumbs down: {have} of {thumbs}; at most {want}",
    "abandoned": "Talks that ended without an answer: {have} of {talks}; at most {want}",
    "follow_ups": "Follow-ups needed in a talk: {have} (of {talks} talks); at most {want}",
    "corrected": "Answers that a person had to correct: {have}; at most {want}",
}
_ZH: dict[Demand, str] = {
    "documents": "可读文件 {have} 份，至少要 {want} 份",
    "readable": "读不出来的文件 {count} 份",
    "owner": "场景负责人，须是有效用户：{owner}（场景文件的 owner）",
    "rows": "训练数据 {have} 条，要 {want} 条",
    "exam": "本职考题已签字 {have} 道，需要 {want} 道（{waiting} 道未签字）",
    "grounding": "原文依据考题已签字 {have} 道，需要 {want} 道（{waiting} 道未签字）",
    "refusal": "拒答考题已签字 {have} 道，需要 {want} 道（{waiting} 道未签字）",
    "safety": "安全考题已签字 {have} 道，需要 {want} 道（{waiting} 道未签字）",
    "general": "通用能力考题已签字 {have} 道，需要 {want} 道（{waiting} 道未签字）",
    "signed": "没有人审核的考题 {count} 道",
    "expert": "替它回答的专家：{expert}",
    "gate": "通过上线评审",
    "released": "有人批准上线：{expert}",
    "answers": "真实提问的回答 {have} 个，{want} 个以上才说明问题",
    "thumbs": "点踩占 {have}（共 {thumbs} 次评价），最多 {want}",
    "abandoned": "没有得到回答就离开的对话占 {have}（共 {talks} 个），最多 {want}",
    "follow_ups": "每个对话要追问 {have} 次（共 {talks} 个对话），最多 {want} 次",
    "corrected": "需要人改正的回答占 {have}，最多 {want}",
}
WORDING: Mapping[Language, Mapping[Demand, str]] = {"en": _EN, "zh": _ZH}
SUMMARY: Mapping[Language, str] = {
    "en": "{scene}: {score} of 100; {met} of {count} demands are met.",
    "zh": "{scene}：{score} 分（满分 100），{count} 项要求达到 {met} 项。",
}
NEXT: Mapping[Language, str] = {"en": "Next: {command}", "zh": "下一步：{command}"}


def said(line: Line, language: Language) -> str:
    """The demand as a sentence with its figures."""
    return WORDING[language][line.demand].format(**line.figures)
