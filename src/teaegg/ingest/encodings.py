"""Which character encoding bytes are in: by mark, by what is valid, and by how common its characters are.

Two-byte encodings cannot be told apart by validity: nearly every GB18030 text is valid Big5 and
UTF-16 as well. Read the wrong way, it gives characters that hardly anybody writes; read the right
way, some nine of ten characters are among the commonest of the language.
"""

from __future__ import annotations

import codecs
from typing import NamedTuple

import charset_normalizer

from teaegg.ingest.readers.base import unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF16 = ("utf-16-le", "utf-16-be")
# Declared names mean the superset that programs really write.
_SUPERSETS = {
    **dict.fromkeys(("gb2312", "gbk", "x-gbk", "gb_2312-80", "hz-gb-2312"), "gb18030"),
    **dict.fromkeys(("big5", "big-5", "x-x-big5", "cn-big5"), "big5hkscs"),
    **dict.fromkeys(("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"), "cp1252"),
}
_SAMPLE_CHARACTERS = 20_000
_GUESS_BYTES = 1024**2
_MIN_UTF16_CHARACTERS = 4
_PLAUSIBLE = 0.4
_CERTAIN = 0.9
_EVERYDAY_WEIGHT = 0.25
_MIN_EVERYDAY_SHARE = 0.7
_TERMS_BYTES = 100
_MAX_DAMAGED_SHARE = 0.02
# First bytes of everyday characters and punctuation: GB2312 level 1, Big5 frequent characters.
_EVERYDAY = {
    "gb18030": ("gb2312", (range(0xA1, 0xA4), range(0xB0, 0xD8))),
    "big5hkscs": ("big5", (range(0xA1, 0xA4), range(0xA4, 0xC7))),
}
_PUNCTUATION = "\u3000、。·“”‘’《》〈〉「」『』【】（）！，：；？—…～％／"
# The commonest characters of written Chinese, simplified and traditional, counted in encyclopedia
# articles and statutes: together about 0.91 of running text.
_COMMON = frozenset(
    _PUNCTUATION
    + "一七万三上下不与专且世业东两严並个中丰为主举么义之乐九也书买了予争事二于互五亚亞交产享人什从他付代令"
    "以们仲件价任份企休众优伙会传伤估但佈位低住体何作你使來例供依侵係促保信修個們债值假停健偿備傳債傷像價"
    "償優元先克免入內全兩八公六共关其具养内冊册再写军农决况准减凭出分划列则创判別利别到制券則前創劃力办加"
    "务动助励劳動務勞勵包化北区医區十千华协協单卖南卫印危即厅原县参參又及双反发取受变口另可台号司吃各合同"
    "名后向吗吧含听告员呢和品响員哪售商問善喫單嗎器嚴四回因团围固国图國圍圖團土在地场型城域執培基報場境增"
    "士处备复外多夥大天太失头女她好如委子字存学學它守安完定实审客宣害家容密實審寫对导射将將專對導小少尔就"
    "局层居屆届展属層履屬山州工已市布师带師帮帶常幫干平年并广序应府废度庭康廢廣廳延建开式引张張強强当录形"
    "影征很律後得從徵德心必志性总息您情意憑應成我或战戰戶户房所手托扣执批承技投护报担拉括持指按损据授排採"
    "接控推措提損撤播擔據支收改放政故效教数整數文料斯新方於施无日时明易是显時普更書最會月有服期未本术机权"
    "材村条来東构林果某染查标校核根格案档條械检業楼構樂樓標機檔檢權次款止正此步武死每比民气氣水求汇江污決"
    "沒没河治況法注活派流测济海消涉清減測港游湾源準满滿演濟灣点無然照營爭爾版物特犯状狀独獨獲率王环现班現"
    "球理環生產用由申电界留當疗病療登發百的益监監目直相省看真督知矿码研破确確碼礦示社祕神票禁离种科秘称移"
    "稅程税種稱究立站竞章競符第等筑策签简算管箱節範築簡簽米类系糾紀約納級紛終組結絡給統經維網線編縣總織繳"
    "繼續纠约级纪纳纷线组织终经结给络统继续维编缴网罗罚置罰羅美義考者而职联聯職聽股育能自至致臺與舉色节花"
    "英范茶药获華营萬著藥處虚虛號蛋融行術衛补表被裁装補裝製複西要覈見規視觀见观规视解訂計訓託記訟訪設許訴"
    "註評該認語說誰調請論謝證識議護變讓计订认让训议记许论讼设访证评识诉该语说请谁调谢豐負財貨責貴買費資賠"
    "賣質賬購賽负财责账货质购贵费资赔赛起超足路身車軍軟較載輸轄轉车转软载较输辖辦農达过运近还这进违连述追"
    "退送适选這通造連進遊運過道達違適遵選還那邮部郵都配醫采释釋里重量金銀銷錄錢鎮钱银销镇長长門開間關门问"
    "间队防附际限院除险隊際障險集雙離電需露非面音響項須預領頭題額類顯项须预领题额風风食飯養饭首香馬驗马验"
    "體高魚鰭鱼鳍麼點鼓龍龙"
)


class Decoded(NamedTuple):
    """`note` says when something was guessed, damaged or cut, else ''."""

    text: str
    note: str


class _Candidate(NamedTuple):
    score: float
    decoded: Decoded


def decode(data: bytes, name: str) -> Decoded:
    """Text of `data`: byte order mark, UTF-8, then whichever encoding gives the commonest characters.

    An incomplete last character (a file cut while it was copied) is left out with a note; few
    damaged places in between are marked U+FFFD with a note. Raises UnreadableDocumentError when no
    encoding fits.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_whole(data[len(mark) :], encoding, name)
    if latin_utf16 := _latin_utf16(data[: 1024**2]):
        return _decode_whole(data, latin_utf16, name)
    utf8 = _decode_or_none(data, "utf-8")
    if utf8 is not None and not _is_utf8_by_chance(data, utf8.text):
        return utf8
    best = max(
        _candidates(data), key=lambda each: each.score, default=_Candidate(0, Decoded("", ""))
    )
    if best.score >= _PLAUSIBLE:
        return best.decoded
    few_terms = _everyday(data) if len(data) <= _TERMS_BYTES else None
    return utf8 or few_terms or _damaged(data) or _guessed(data, name)


def decode_declared(data: bytes, charset: str) -> str | None:
    """Text of `data` in the encoding that its sender declares, None when the bytes contradict it.

    A declaration is wrong more often than several Chinese characters are valid UTF-8 by chance.
    """
    encoding = _SUPERSETS.get(charset.strip().lower(), charset.strip().lower())
    if not encoding or data.startswith(tuple(mark for mark, _ in _MARKS)):
        return None
    utf8 = _decode_or_none(data, "utf-8")
    if utf8 is not None and not data.isascii() and not _is_utf8_by_chance(data, utf8.text):
        return utf8.text
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def is_text_in_utf16(data: bytes) -> bool:
    """Whether `data`, which has no mark, is UTF-16 of mostly Latin or of Chinese text."""
    return _latin_utf16(data) != "" or any(
        _utf16_score(data, encoding) >= _PLAUSIBLE for encoding in _UTF16
    )


def common_share(text: str) -> float:
    """The share of very common Chinese characters among those outside of ASCII, 0..1."""
    sample = _beyond_ascii(text)
    return sum(c in _COMMON for c in sample) / len(sample) if sample else 0.0


def _latin_utf16(data: bytes) -> str:
    """The byte order whose zero bytes stand where UTF-16 of partly Latin text puts them, or ''."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    low, high = sorted((even, odd))
    if high * 10 > len(data) and low * 20 <= high:
        return "utf-16-be" if even > odd else "utf-16-le"
    return ""


def _is_utf8_by_chance(data: bytes, text: str) -> bool:
    """Short text in an older encoding may be valid UTF-8: of two-byte sequences, or of plain ASCII."""
    if any("\u07ff" < c < "\ue000" or c > "\uf8ff" for c in text[: 2 * _SAMPLE_CHARACTERS]):
        return False
    if text.isascii():
        return any(_utf16_score(data, encoding) >= _CERTAIN for encoding in _UTF16)
    return any(each.score >= _CERTAIN for each in _candidates(data))


def _candidates(data: bytes) -> list[_Candidate]:
    """GB18030 stands before Big5 and so wins where both are equal."""
    found = [
        _Candidate(_score(decoded.text, encoding), decoded)
        for encoding in _EVERYDAY
        if (decoded := _decode_or_none(data, encoding)) is not None
    ]
    for encoding in _UTF16:
        score = _utf16_score(data, encoding)
        if score and (decoded := _decode_or_none(data, encoding)) is not None:
            found.append(_Candidate(score, decoded))
    return found


def _score(text: str, encoding: str) -> float:
    return common_share(text) + _EVERYDAY_WEIGHT * _everyday_share(text, encoding)


def _everyday_share(text: str, encoding: str) -> float:
    """The share of characters that the first half of a national standard holds, 0..1."""
    charset, spans = _EVERYDAY[encoding]
    encoded = [c.encode(charset, "ignore") for c in _beyond_ascii(text)]
    everyday = sum(len(c) == 2 and any(c[0] in span for span in spans) for c in encoded)
    return everyday / len(encoded) if encoded else 0.0


def _utf16_score(data: bytes, encoding: str) -> float:
    decoded = _decode_or_none(data[: 4 * _SAMPLE_CHARACTERS], encoding)
    if decoded is None or len(decoded.text) < _MIN_UTF16_CHARACTERS:
        return 0.0
    if any(c < " " and c not in "\t\n\r\f" for c in decoded.text):
        return 0.0
    return common_share(decoded.text) * (1 + _EVERYDAY_WEIGHT)


def _beyond_ascii(text: str) -> list[str]:
    return [c for c in text[: 10 * _SAMPLE_CHARACTERS] if not c.isascii()][:_SAMPLE_CHARACTERS]


def _everyday(data: bytes) -> Decoded | None:
    """A name or a few terms may hold none of the commonest characters; running text never does."""
    for encoding in _EVERYDAY:
        decoded = _decode_or_none(data, encoding)
        if decoded and _everyday_share(decoded.text, encoding) >= _MIN_EVERYDAY_SHARE:
            return Decoded(decoded.text, f"The character encoding was guessed to be {encoding}.")
    return None


def _damaged(data: bytes) -> Decoded | None:
    """Text with few broken bytes in it is worth more than none."""
    for encoding in ("utf-8", *_EVERYDAY):
        text = data.decode(encoding, "replace")
        sample = _beyond_ascii(text)
        broken = text.count("\ufffd")
        if broken <= max(1, _MAX_DAMAGED_SHARE * len(sample)) and common_share(text) >= _PLAUSIBLE:
            return Decoded(text, f"{broken} damaged places of the text are marked \ufffd.")
    return None


def _guessed(data: bytes, name: str) -> Decoded:
    guess = charset_normalizer.from_bytes(data[:_GUESS_BYTES]).best()
    if guess is not None and (decoded := _decode_or_none(data, guess.encoding)) is not None:
        return Decoded(decoded.text, f"The character encoding was guessed to be {guess.encoding}.")
    for encoding in _EVERYDAY:
        if (decoded := _decode_or_none(data, encoding)) is not None:
            return Decoded(decoded.text, "The character encoding is uncertain.")
    raise unreadable(name, "its character encoding is unknown", "Save it as UTF-8.")


def _decode_or_none(data: bytes, encoding: str) -> Decoded | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(data, final=False)
    except (UnicodeDecodeError, LookupError):
        return None
    pending = decoder.getstate()[0]
    return Decoded(text, "The file ends in the middle of a character." if pending else "")


def _decode_whole(data: bytes, encoding: str, name: str) -> Decoded:
    decoded = _decode_or_none(data, encoding)
    if decoded is None:
        raise unreadable(name, f"it is not valid {encoding.upper()} text", "Save it as UTF-8.")
    return decoded
