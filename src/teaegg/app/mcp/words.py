"""What an agent is told: how to use TeaEgg, what each tool does, what each argument means."""

from __future__ import annotations

INSTRUCTIONS = """\
TeaEgg answers from the company's own documents, in Chinese and English, as one named person: what that \
person may not read does not appear anywhere.
- A question to be answered: `ask`. Every sentence comes with a verbatim quote; pass quotes on unchanged \
and name document and location. "abstained" means that the documents do not say: tell the user so.
- Material for your own reading: `search`, then `open` on a result to read around it.
- `out_of_force` on a quote: its document is an older version, repealed or not yet in force. Say so with the \
quote, in the words of its `note`.
- Ask in the user's language and keep law names, article numbers and part numbers as the user wrote them.
茶叶蛋只依据公司自己的资料作答，且只用提问者有权阅读的部分。
要答案用 ask：每句话都有逐字引文，请原样转述并注明出处；
abstained 表示资料没有说明，请如实告知。要查材料用 search，再用 open 阅读上下文。
引文带 out_of_force 时，其文件不是现行有效的，请按 note 一并告知。
请保留用户写的法规名称、条款号和型号。"""

SEARCH = """\
Find the passages of the company's documents that speak to a question, best first.

Understands names of laws with article numbers (劳动合同法第十九条), part numbers in any spelling
and plain questions in Chinese or English. Returns verbatim passages with document and location.
查找与问题最相关的原文段落，返回逐字原文、文件与位置。"""

ASK = """\
Answer a question from the company's documents; each sentence is proved by a verbatim quote.

Ask one self-contained question at a time: earlier calls are not remembered. When `verdict` is
"abstained", the documents do not say; `nearest` holds what comes closest.
依据资料回答一个完整的问题，每句话都附逐字引文；资料没有写的会明说没有。每次调用相互独立，请写全主语。"""

OPEN = """\
Read a document's text from a character on, for example around a citation.

Pass `next_start` of the reply as `start` to read on.
从指定字符处阅读文件原文，例如查看引文的上下文；用返回的 next_start 继续往下读。"""

NO_DOCUMENT = (
    "There is no such document among those that you may read. "
    "Call `search` and pass the `document` of one of its results."
)
NO_EXPERT = "There is no such expert among those that you may use. Ask without `expert`."
