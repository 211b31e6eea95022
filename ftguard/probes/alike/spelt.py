"""Knows numbers, months, weekdays and units of measure that are written as words.

Articles that are numbers too (`un`, `eine`, `uma`) are left out: what follows them is no quantity.
"""

import re

_ENGLISH = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred hundreds thousand thousands million millions billion billions dozen dozens half halves
    quarter quarters first second third fourth fifth sixth seventh eighth ninth tenth
"""
_OTHERS = """
    deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize vingt vingts
    trente quarante cinquante soixante cent cents mille
    cero dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince veinte
    treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento doscientos trescientos
    quinientos mil
    due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici
    sedici diciassette diciotto diciannove
    dois duas quatro oito dez doze treze quinze dezesseis dezessete dezoito dezenove vinte trinta
    quarenta cinquenta sessenta oitenta cem cento duzentos trezentos
    odin dwa trzy cztery
    \u043e\u0434\u0438\u043d \u0434\u0432\u0430 \u0434\u0432\u0435 \u0442\u0440\u0438
    \u0447\u0435\u0442\u044b\u0440\u0435 \u043f\u044f\u0442\u044c \u0448\u0435\u0441\u0442\u044c
    \u0441\u0435\u043c\u044c \u0432\u043e\u0441\u0435\u043c\u044c
    \u0434\u0435\u0432\u044f\u0442\u044c \u0434\u0435\u0441\u044f\u0442\u044c
"""
_DATES = """
    january february march april june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    januar februar m\u00e4rz mai juni juli oktober dezember
    janvier f\u00e9vrier mars avril juin juillet ao\u00fbt septembre octobre novembre d\u00e9cembre
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
    janeiro fevereiro mar\u00e7o maio junho julho setembro outubro novembro dezembro
    lundi mardi mercredi jeudi vendredi samedi dimanche
    lunes martes mi\u00e9rcoles jueves viernes s\u00e1bado domingo
    luned\u00ec marted\u00ec mercoled\u00ec gioved\u00ec venerd\u00ec sabato domenica
"""
_UNITS = """
    mm cm km inch inches foot feet yard yards mile miles metre metres meter meters kilometre
    kilometres kilometer kilometers centimetre centimetres centimeter centimeters millimetres
    millimeters mg kg gram grams kilogram kilograms kilo kilos pound pounds lb lbs ounce ounces oz
    ton tons tonne tonnes ml cl litre litres liter liters gallon gallons pint pints celsius
    percent fahrenheit kelvin mph kmh euro euros dollar dollars cent cents yen usd eur gbp
    minute minutes hour hours day days week weeks month months year years seconds
    meilen stunden minuten tage kilometern heures minutes jours mois horas minutos d\u00edas ore
"""
_WORDS = frozenset(f"{_ENGLISH} {_OTHERS} {_DATES} {_UNITS}".split())
_GERMAN = (
    "null|eins|zwei|zwo|drei|vier|f\u00fcnf|sech|sieb(?:en)?|acht|neun|zehn|elf|zw\u00f6lf|zwanzig|"
    "\u00dfig|zig|hundert|tausend"
)
_DUTCH = (
    "twee|drie|der|vier|veer|vijf|vijftig|zes|zeven|acht|tachtig|negen|tien|elf|twaalf|twintig|tig|"
    "honderd|duizend"
)
_ITALIAN = (
    "due|tre|tr\u00e9|quattro|cinque|sei|sette|otto|nove|vent[io]?|trent[ao]?|quarant[ao]?|"
    "cinquant[ao]?|sessant[ao]?|settant[ao]?|ottant[ao]?|novant[ao]?|cento|mille|mila"
)
_COMPOUND = re.compile(
    rf"(?:(?:ein(?:und)?)?(?:{_GERMAN})s?(?:und)?)+"
    rf"|(?:(?:een(?:en)?)?(?:{_DUTCH})(?:en|\u00ebn)?)+"
    rf"|(?:{_ITALIAN})+(?:un|uno)?"
    r"|veinti\w{2,6}|dieci\w{3,6}"
)
"""Numbers in one word: `siebenundzwanzig`, `eenentwintig`, `centoventi`, `veintiuno`."""


def is_spelt(word: str) -> bool:
    """Whether a word in small letters is a number, a month, a weekday or a unit."""
    return word in _WORDS or _COMPOUND.fullmatch(word) is not None
