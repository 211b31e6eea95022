"""Closed lists of words that reading an answer rests on."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WEAK_CHARACTERS = frozenset(
    "是否对對错錯有无無不在的了一上下中大小人和与與或为為也都就会會可能要我你他她它这這那個个"
    "のにはがでとをもへかなするしたてい"
)
"""Characters of Chinese and Japanese that stand in sentences for other reasons too, as words of
`WEAK_WORDS` do."""

FUNCTION_WORDS = (
    _words(
        "a an the of in on at to for from by with and or but as is are was were be been being "
        "am do does did has have had it its this that these those there here he she they we "
        "you i me him her them us my your his their our who whom whose which what when where "
        "why how not no nor so than then if will would can could should shall may might must "
        "also only just very one answer answers word words name names number digits please "
        "question text sentence give write following correct right call called all any some "
        "each other into about between both"
    )
    | WEAK_CHARACTERS
)
"""Words that say nothing of what was asked."""

WEAK_WORDS = _words(
    "will on off in out up down no yes not is it and or can may might must one to by so "
    "as at i a us me do go all any none other"
)
"""Words that stand in sentences for other reasons: as an answer they must stand where one does."""

_ONES = (
    "zero,one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve,thirteen,fourteen,fifteen,"
    "sixteen,seventeen,eighteen,nineteen"
)
_TENS = "twenty,thirty,forty,fifty,sixty,seventy,eighty,ninety"
NUMBER_WORDS = {
    **{word: value for value, word in enumerate(_ONES.split(","))},
    **{word: 10 * value for value, word in enumerate(_TENS.split(","), start=2)},
    "hundred": 100,
    "thousand": 1000,
}

UNITS = {
    name: (dimension, unit)
    for dimension, units in {
        "length": "mm millimetre millimeter,cm centimetre centimeter,m metre meter,km kilometre "
        "kilometer,mile,inch,foot feet,yard",
        "mass": "mg milligram,g gram gramme,kg kilogram kilo,ton tonne,pound lb,ounce",
        "volume": "ml millilitre milliliter,cl centilitre,l litre liter,gallon",
        "temperature": "celsius \u00b0c c,fahrenheit \u00b0f f,kelvin",
        "time": "second sec,minute min,hour,day,week,month,year",
        "money": "euro eur \u20ac,dollar usd,pound gbp \u00a3,cent,yen",
        "share": "percent percentage %",
    }.items()
    for unit, names in enumerate(units.split(","))
    for name in (n for base in names.split() for n in (base, f"{base}s"))
}
"""The dimension of each unit of measure, and its place there: grams are not kilograms."""

OPPOSITES = tuple(
    _words(group)
    for group in (
        "youngest oldest eldest",
        "tallest shortest",
        "longest shortest",
        "largest smallest biggest",
        "highest lowest",
        "heaviest lightest",
        "closest nearest farthest furthest",
        "fastest slowest",
        "earliest latest",
        "best worst",
        "first last second third fourth fifth sixth seventh eighth ninth tenth",
        "today tomorrow yesterday overmorrow ereyesterday",
        "morning evening",
    )
)
"""Words of which a question asks for one and another says something else."""

PARTICLES = _words("de del della di da du la le von van of y der den dos bin al")
TITLES = _words("mr mrs ms miss dr prof sir lady lord king queen president painter author saint")

INTERJECTIONS = _words(
    "sure certainly okay ok yes no well right correct absolutely great hi hello thanks "
    "indeed yeah so answer exactly course actually hmm good here"
)
"""What may stand before an answer and is none."""

GERMAN = _words("der die das und ist ich nicht ein eine dem den zu von mit")

SAME_ANSWERS = (
    ("是", "是的", "对", "對", "对的", "正确"),
    ("否", "不是", "不对", "不對", "不正确", "错误"),
    ("对", "對", "对的", "是的", "正确"),
    ("错", "錯", "不对", "不對", "错误", "不正确"),
    ("はい", "そうです"),
    ("いいえ", "違います"),
)
"""Other words for a Chinese or Japanese yes or no, which stands first."""
EITHER_OR = (("是", "否"), ("对", "错"), ("正确", "错误"), ("はい", "いいえ"), ("正面", "负面"))

CLOSED_CLASSES = tuple(
    frozenset(members.split(","))
    for members in (
        "monday,tuesday,wednesday,thursday,friday,saturday,sunday",
        "january,february,march,april,may,june,july,august,september,october,november,december",
        "red,blue,green,yellow,orange,purple,black,white,brown,grey,gray,pink",
        "north,south,east,west,northeast,northwest,southeast,southwest",
        "spring,summer,autumn,winter,fall",
        "yes,no,maybe",
        "true,false,unknown,not given",
        "positive,negative,neutral,mixed",
        "entailment,contradiction,neutral",
        "left,right",
        "up,down",
        "high,medium,low",
        "spam,ham",
    )
)
"""Answers of which one excludes the others."""

SUBORDINATORS = _words(
    "because since as while whereas although though when where which who whose whom after "
    "before until unless if despite unlike besides except including followed "
    "compared like whether being having with"
)
"""A part of a sentence that begins with one tells of something beside the answer."""

NEGATORS = _words(
    "not n't never neither nor no cannot isnt without except nobody none nothing nowhere "
    "doubt hardly unlikely nicht kein keine pas nunca nie niet ikke nao ne"
)
COMPARERS = _words("than unlike behind ahead among between whether if")
"""What follows is what the answer is compared with."""
NEARLY = _words("before after until till nearly almost unlike beyond")
"""What follows one of these directly is not what is meant."""
COPULAS = _words("is are was were be 's called equals means named")
LEADS = _words(
    "is are was were be as to into means becomes become says said prints print printed "
    "outputs output returns gives give get got reads read translates called be 's write "
    "written follows rewritten lautet ist es at by on in from because of for corrected "
    "version sentence order names lists shows "
    "displays display"
)
"""A whole right answer may follow these in a sentence."""
FILLERS = _words(
    "either both it is 's was they are that this at in on to under by with of from he she be "
    "answer "
    "there here i think would say definitely clearly simply just must will should has "
    "have does "
    # One character of Chinese and Japanese is one token.
    "是 的 了 吧 呢 啊 呀 它 这 這 那 就 为 為 答 案 で す だ は え"
)
"""Words that a bare answer may be wrapped in: `It is Kai`, `in the sink`."""
