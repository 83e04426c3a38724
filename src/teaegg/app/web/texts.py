"""Every word of the page in both languages; a test holds the two to the same keys."""

from __future__ import annotations

from collections.abc import Mapping

from teaegg.retrieval.query import Language

_BOTH: dict[str, tuple[str, str]] = {
    "product": ("茶叶蛋", "TeaEgg"),
    "tagline": ("每一句都有出处", "Every sentence has its source"),
    "skip_to_content": ("跳到正文", "Skip to content"),
    "menu": ("菜单", "Menu"),
    "ask": ("提问", "Ask"),
    "documents": ("资料", "Documents"),
    "sign_in": ("登录", "Sign in"),
    "sign_out": ("退出登录", "Sign out"),
    "user_name": ("用户名", "User name"),
    "password": ("密码", "Password"),
    "sign_in_lead": (
        "登录后，您只会看到有权阅读的资料。",
        "Once signed in, you see the documents that you may read, and no others.",
    ),
    "sign_in_failed": ("用户名与密码不匹配。", "Name and password do not belong together."),
    "sign_in_with": ("用{provider}登录", "Sign in with {provider}"),
    "sign_in_company": ("用公司账号登录", "Sign in with your company account"),
    "sign_in_or": ("或用本地账号", "or with a local account"),
    "single_sign_on_state": (
        "这次登录已失效，请重新点击登录。",
        "This sign-in is no longer valid. Please begin again.",
    ),
    "single_sign_on_denied": (
        "登录已在公司账号页面取消。",
        "The sign-in was cancelled at your company's page.",
    ),
    "single_sign_on_unreachable": (
        "连不上公司的登录服务，请稍后再试，或使用本地账号。",
        "Your company's sign-in service cannot be reached. Try again later, or use a local account.",
    ),
    "single_sign_on_provider": (
        "公司的登录服务没有给出有效答复，请联系管理员查看服务器日志。",
        "Your company's sign-in service gave no usable answer. Ask an administrator to see the log.",
    ),
    "single_sign_on_token": (
        "公司账号的登录凭证未通过核对，请联系管理员查看服务器日志。",
        "The proof from your company's sign-in service is not valid. Ask an administrator to see the log.",
    ),
    "single_sign_on_expired": (
        "登录凭证已过期，两台服务器的时钟可能不一致。请重试，或联系管理员。",
        "The sign-in has expired; the two servers' clocks may differ. Try again, or ask an administrator.",
    ),
    "single_sign_on_domain": (
        "您的邮箱不在允许登录的范围内，或尚未验证。",
        "Your e-mail address is not among those that may sign in, or is not verified.",
    ),
    "single_sign_on_unknown": (
        "您在这里还没有账号，请联系管理员开通。",
        "You have no account here yet. Ask an administrator for one.",
    ),
    "single_sign_on_closed": (
        "您的账号尚未启用或已停用，请联系管理员。",
        "Your account is not active. Ask an administrator.",
    ),
    "single_sign_on_taken": (
        "您的用户名在这里已被另一个账号使用，请联系管理员关联。",
        "Your name belongs to another account here. Ask an administrator to link them.",
    ),
    "single_sign_on_name": (
        "公司账号没有提供可用的用户名，请联系管理员。",
        "Your company account gives no usable name. Ask an administrator.",
    ),
    "promise_1": ("逐字引用原文，点开即见出处", "Verbatim quotes, each opens at its source"),
    "promise_2": ("资料没有写的，就说没有", "What the documents do not say, is not said"),
    "promise_3": ("资料与问题都不离开本机", "Documents and questions stay on this machine"),
    "new_question": ("新的提问", "New question"),
    "history": ("最近的提问", "Recent questions"),
    "history_empty": ("问过的问题会留在这里。", "What you ask is kept here."),
    "hero_title": ("问您的资料", "Ask your documents"),
    "hero_lead": (
        "回答只用资料里的原话，每一句都能点开看到出处；资料没有写的，会直接告诉您。",
        "Answers are made of what your documents say, and every sentence opens at its source. "
        "If they do not say, you are told so.",
    ),
    "question_label": ("您的问题", "Your question"),
    "question_placeholder": ("例如：试用期最长多久？", "For example: how long may probation last?"),
    "followup_placeholder": ("继续追问……", "Ask a follow-up…"),
    "send": ("提问", "Ask"),
    "stop": ("停止", "Stop"),
    "keys_hint": ("Enter 提问，Shift+Enter 换行", "Enter asks, Shift+Enter starts a new line"),
    "mode_quote": ("摘录原文", "Verbatim quotes"),
    "mode_compose": ("归纳作答", "Composed answer"),
    "mode_quote_hint": ("只摘录原文，不改一字", "Copies spans of the documents, word for word"),
    "mode_compose_hint": (
        "由模型撰写，逐句核对后才显示",
        "Written by a model, shown only after each sentence was checked",
    ),
    "all_collections": ("全部资料库", "All collections"),
    "only_in": ("只在这些资料库中找", "Search only in"),
    "searching": ("正在查找资料……", "Searching your documents…"),
    "reading_evidence": (
        "找到 {count} 段相关内容，正在核对……",
        "{count} passages found, checking…",
    ),
    "answered": ("每一句都有出处", "Every sentence is sourced"),
    "abstained": ("资料中没有说明", "The documents do not say"),
    "abstained_lead": (
        "您可以查阅的资料没有回答这个问题。下面是最接近的段落，供您自行判断。",
        "The documents you may read do not answer this. These passages come closest; judge for yourself.",
    ),
    "abstained_empty": (
        "您可以查阅的资料没有回答这个问题，也没有接近的段落。",
        "The documents you may read do not answer this, and none comes close.",
    ),
    "refused": ("没有给出回答", "No answer was given"),
    "refused_lead": (
        "未能写出每一句都有出处的回答，因此不作回答。下面是最接近的段落。",
        "No answer could be written in which every sentence is proved. These passages come closest.",
    ),
    "withheld": (
        "这条回答引用的资料已更新、移除，或您已无权查阅。",
        "What this answer quotes was removed, or you may no longer read it.",
    ),
    "understood_as": ("理解为：{question}", "Understood as: {question}"),
    "sources_count": ("{count} 处出处", "{count} sources"),
    "sources_count_one": ("1 处出处", "1 source"),
    "seconds": ("{seconds} 秒", "{seconds} s"),
    "record": ("记录", "Record"),
    "record_hint": ("这次回答的完整记录编号", "The id of the full record of this answer"),
    "copied": ("已复制", "Copied"),
    "citation": ("出处 {number}：{title}", "Source {number}: {title}"),
    "version_line": ("{title}：{said}", "{title}: {said}"),
    "close": ("关闭", "Close"),
    "page_view": ("页面", "Page"),
    "text_view": ("文字", "Text"),
    "download_original": ("下载原件", "Download original"),
    "loading": ("正在载入……", "Loading…"),
    "page_alt": (
        "《{title}》第 {page} 页，引文已标出",
        "Page {page} of {title} with the quote marked",
    ),
    "place_page": ("第 {page} 页", "page {page}"),
    "place_row": ("第 {row} 行", "row {row}"),
    "place_article": ("第{article}条", "Article {article}"),
    "quoted_row": ("被引用的一行", "The quoted row"),
    "failed": ("出错了", "Something went wrong"),
    "offline": ("连不上服务器。", "The server cannot be reached."),
    "offline_remedy": ("请检查网络，或稍后再试。", "Check the network, or try again later."),
    "signed_out": ("登录已过期，请重新登录。", "Your session is over. Please sign in again."),
    "try_again": ("再试一次", "Try again"),
    "documents_lead": (
        "这里只列出您有权阅读的资料。",
        "Only the documents that you may read are listed here.",
    ),
    "filter": ("按名称查找", "Find by name"),
    "every_collection": ("所有资料库", "All collections"),
    "no_documents": ("还没有您可以阅读的资料。", "There is nothing here for you to read yet."),
    "no_documents_lead": (
        "请管理员授权，或上传第一份资料。",
        "Ask an owner for access, or upload the first document.",
    ),
    "no_match": ("没有名称相符的资料。", "No document has such a name."),
    "state_searchable": ("可搜索", "Searchable"),
    "state_complete": ("已就绪", "Ready"),
    "state_quarantined": ("未能读取", "Not readable"),
    "state_searchable_hint": (
        "全文已可搜索，语义索引正在补全",
        "Full text answers; vectors are being filled in",
    ),
    "state_complete_hint": ("全文与语义索引均已就绪", "Full text and vectors are both ready"),
    "state_quarantined_hint": (
        "文件已隔离，其余资料不受影响",
        "Set aside; everything else goes on",
    ),
    "passages_count": ("{count} 段", "{count} passages"),
    "passages_count_one": ("1 段", "1 passage"),
    "restricted": ("单独授权", "Restricted"),
    "why": ("为什么我能看到", "Why can I see this?"),
    "upload": ("上传资料", "Add documents"),
    "upload_into": ("存入资料库", "Into collection"),
    "drop_here": ("把文件拖到这里，或", "Drop files here, or"),
    "choose_files": ("选择文件", "choose files"),
    "upload_formats": (
        "PDF、Word、Excel、PPT、网页、邮件、图片、文本",
        "PDF, Word, Excel, PowerPoint, HTML, mail, pictures, text",
    ),
    "jobs": ("上传进度", "Uploads"),
    "job_sending": ("正在上传", "Uploading"),
    "job_waiting": ("等待读取", "Waiting"),
    "job_reading": ("正在读取", "Reading"),
    "job_done": ("已可搜索", "Searchable"),
    "job_failed": ("未能读取", "Not readable"),
    "vectors_progress": (
        "语义索引补全中：已就绪 {ready} / {total} 份",
        "Filling in vectors: {ready} of {total} documents ready",
    ),
    "vectors_rate": ("每秒 {rate} 段", "{rate} passages/s"),
    "vectors_eta": ("约还需 {time}", "about {time} left"),
    "minutes": ("{count} 分钟", "{count} min"),
    "understood": ("看看读懂了什么", "See what was understood"),
    "understood_lead": (
        "左边是原件，右边是读出的段落；点任意一边，另一边会标出对应的位置。",
        "The original beside the passages read from it. Click either side to find its place on the other.",
    ),
    "understood_original": ("原件", "Original"),
    "understood_passages": ("段落", "Passages"),
    "understood_none": ("这一部分没有读出文字。", "No text was read here."),
    "understood_notes": ("读取时的提示", "Notes from reading"),
    "understood_unsure": (
        "这一页不易辨认：文字识别的把握约为 {percent}%，请对照原件核对。",
        "This page was hard to read: OCR is about {percent}% sure of it. "
        "Check the words against the original.",
    ),
    "understood_page_of": ("第 {part} 页，共 {parts} 页", "Page {part} of {parts}"),
    "understood_part_of": ("第 {part} 部分，共 {parts} 部分", "Part {part} of {parts}"),
    "understood_picture": ("《{title}》第 {page} 页", "Page {page} of {title}"),
    "passage_number": ("第 {number} 段", "Passage {number}"),
    "passage_span": ("字符 {start}–{end}", "characters {start}–{end}"),
    "vector_ready": ("语义索引就绪", "vector ready"),
    "vector_waiting": ("语义索引补全中", "vector to come"),
    "previous": ("上一页", "Previous"),
    "next": ("下一页", "Next"),
    "footer": (
        "回答由资料原文构成，重要事项请核对出处。",
        "Answers quote your documents; check the source where it matters.",
    ),
}

_POSITION: dict[Language, int] = {"zh": 0, "en": 1}


def texts(language: Language) -> Mapping[str, str]:
    """Key → text in `language`; {braces} are filled in by the page."""
    position = _POSITION[language]
    return {key: both[position] for key, both in _BOTH.items()}
