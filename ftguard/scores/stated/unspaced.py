"""What scripts without blanks between words say beside an answer: no blank tells where it ends."""

import re

from ftguard.text.words import HAN_AND_KANA, UNSPACED

ENDS = ".!?\u3002\u17d4\u17d5\u104b\u0f0d\u0964"
"""What ends a sentence, in the compatibility form: full stops of Chinese, Khmer, Burmese, Tibetan
and Hindi with the others."""
LED = re.compile(
    r"(?:(?<![认認以因])[为為]|[是即叫]|属于|屬於|称为|稱為|は|が|คือ|เป็น|ได้แก่|គឺ|ແມ່ນ|မှာ|ནི་)\s*\Z"
)
"""An answer may follow directly."""
TAILS = re.compile(
    r"\s*(?:[的了吧呢啊呀哦]|です|だ|である|でした|になります|ครับ|ค่ะ|คะ|นะ|ဖြစ်|ཡིན)?"
    rf"\s*(?:\Z|[{ENDS},;:\n\"')(\u3001])"
)
"""A sentence may close so behind its answer."""
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
_KATAKANA = r"[\u30a1-\u30fa\u30fc]"
_HAN = r"[\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_HAN_OR_KANA = re.compile(rf"[{HAN_AND_KANA}]")
_JOINED = re.compile(
    r"(?:大学|大學|学院|學院|学校|學校|中学|中學|小学|小學|医院|醫院|公司|集团|集團|银行|銀行|酒店"
    r"|饭店|飯店|机场|機場|车站|車站|火车|大桥|大橋|公园|公園|广场|廣場|博物馆|博物館|日报|日報"
    r"|时报|時報|奥运|奧運|协会|協會|研究|[站路街区區县縣话話语語菜队隊湾灣])"
)
"""Behind a name in Chinese, what makes another name of it."""
_LEADING = re.compile(
    r"(?:(?<![湖河东西华])北|(?<![湖河海云西东华])南|(?<![山广华])[东東]|(?<![山广江陕华])西|新)\Z"
)
"""Before a name in Chinese, what makes another name of it; not the last character of a province."""
_SUFFIXES = re.compile(r"[都府県市区町村氏様君]|先生|以外|出身|[付在]")
"""Behind a Japanese name, what leaves it a word of its own."""
_DENIED_BEHIND = re.compile(
    r"\s*(?:では|じゃ|で|とは)\s*(?:(?:ありません|ない)(?!でしょうか|だろうか|か)|あり得|なく|ございません)"
    r"|\s*とは?\s*(?:言|い|限|思|考)[えいらわ]\w{0,3}(?:ない|ません|なかった)|\s*(?:이|가)?\s*아[니닙닌]"
    r"|\s*ไม่ใช่|\s*不是|\s*不对|\s*是错"
)
_DENIED_BEFORE = re.compile(
    r"(?:不是|并非|並非|没有|沒有|不叫|不在|非|不|(?:ไม่ใช่|มิใช่|មិនមែន|ບໍ່ແມ່ນ)\S{0,6})\s*\Z"
)
COUNTER = re.compile(r"\A\s*[個个개명人本つ円원年月日歳살개]?(?=で|じゃ|と|이|가|아)")
"""What is counted may stand between a number and what denies it."""
_EITHER = re.compile(
    r"\s*(?:还是|還是|或者|或是|または|あるいは|もしくは|หรือ|혹은)\s*"
    rf"|(?<=[{HAN_AND_KANA}])か(?=[\u30a1-\u30fa\u3400-\u9fff])"
)
_COMPARED_BEFORE = re.compile(r"(?:比|不如|不像|除了|相比于|กว่า)\s*\Z")
_COMPARED_BEHIND = re.compile(r"\s*(?:より|以外|보다|以外的)")
_KOREAN_ENDINGS = re.compile(
    r"(?:입니다|이다|이에요|예요|이예요|이며|이고|이라고|라고|이란|란|이었습니다|였습니다|이요|요"
    r"|에서|에게|에|은|는|이|가|을|를|의|와|과|도|으로|로|까지|부터|만|다|시|특별시|광역시)"
)


def is_unspaced(character: str) -> bool:
    """Whether a character is of a script without blanks between words."""
    return re.match(rf"[{UNSPACED}]", character) is not None


def is_inside(before: str, phrase: str, after: str, question: str) -> bool:
    """Whether a phrase stands inside of another word: `北京` in `北京大学`, `京都` in `東京都`.

    What the question itself says may stand behind it.

    Args:
        before: the text before it.
        phrase: as it is written.
        after: the text behind it.
        question: the text that was asked.
    """
    if not phrase or not _HAN_OR_KANA.match(phrase[-1]):
        return False
    if re.match(_KATAKANA, phrase[0]) and re.search(rf"{_KATAKANA}\Z", before):
        return True
    if re.match(_KATAKANA, phrase[-1]) and re.match(_KATAKANA, after):
        return True
    if _KANA.search(before + phrase + after):
        return _is_inside_kanji(before, phrase, after)
    joined = _JOINED.match(after)
    return bool(joined and joined.group() not in question) or bool(_LEADING.search(before))


def _is_inside_kanji(before: str, phrase: str, after: str) -> bool:
    """In Japanese, kana part most words: a name of kanji goes on with kanji only in another one."""
    run = re.search(rf"{_HAN}*\Z", before)
    if re.match(_HAN, phrase[0]) and run is not None and len(run.group()) == 1:
        return True
    goes_on = re.match(_HAN, phrase[-1]) and re.match(_HAN, after)
    return bool(goes_on and not _SUFFIXES.match(after))


def is_denied(before: str, after: str) -> bool:
    """Whether the words around an answer deny it, in Chinese, Japanese, Korean or Thai."""
    return bool(_DENIED_BEFORE.search(before) or _DENIED_BEHIND.match(after))


def alternatives(text: str) -> list[str]:
    """The answers between which `or` stands, in Chinese, Japanese or Thai; else the text alone."""
    return [part for part in _EITHER.split(text) if part.strip()]


def is_compared(before: str, after: str) -> bool:
    """Whether an answer is only what another one is compared with: `比地球大`, `地球より`."""
    return bool(_COMPARED_BEFORE.search(before) or _COMPARED_BEHIND.match(after))


def is_korean_form(said: str, wanted: str) -> bool:
    """Whether a Korean word is the wanted one with a particle, or with `is`, glued to it."""
    return (
        "\uac00" <= wanted[-1:] <= "\ud7a3"
        and said.startswith(wanted)
        and _KOREAN_ENDINGS.fullmatch(said[len(wanted) :]) is not None
    )
