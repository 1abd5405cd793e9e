"""Places out of a weather question, in either case: `in paris, rome and new york`."""

import re

MAX_PLACES = 10
MAX_PLACE_CHARS = 60
MAX_BARE_WORDS = 4


def _vocabulary(text: str, separator: str | None = None) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(separator))


_PREPOSITION = re.compile(r"\b(?:in|at|for|near|around|over|weather\s+of)\b(?!-)", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_POSSESSIVE = re.compile(r"['’]s(?=\s+weather\b)", re.IGNORECASE)
_CHUNK_END = re.compile(r"\||[?!;:\n]+|(?<=\w{3})\.(?=\s|$)")
_BETWEEN = re.compile(
    r"\s*(?P<comma>,)\s*(?:(?:and|or)\s+)?|\s*(?:&|/|\b(?:and|or|vs\.?|versus)(?=\s|$))\s*",
    re.IGNORECASE,
)
_NOISE = _vocabulary(
    """
    what what's what’s whats how how's how’s hows is are was will does do did can could would should
    the a an any some there it be look looks looking like going to get need have take bring i we you
    me us my show tell give check know want please thank thanks just also then currently current
    outside today weather about much very so too out compare compared with between ok okay hey hi
    hello report outlook condition conditions of on if this that which where when why place city
    town and or morning afternoon evening night noon midnight day days week month year moment
    celsius fahrenheit general detail total here home world area them they both all same again
    instead
    """
)
_NOT_ABOUT_A_PLACE = re.compile(
    r"\b(?:jokes?|poems?|stor(?:y|ies)|songs?|haikus?|limericks?|facts?|pictures?|widgets?|functions?|file|add|install|explain|mean|work|works|code|api|icon)\b",
    re.IGNORECASE,
)
_PARTICLES = _vocabulary(
    """
    al am an and auf da das de del der di do dos du el en la las le les los na of on op the upon van
    von sur y
    """
)
_COUNTRIES = _vocabulary(
    """
    argentina|australia|austria|bangladesh|belgium|bolivia|brazil|bulgaria|cambodia|canada|chile|
    china|colombia|costa rica|croatia|cuba|czechia|denmark|ecuador|egypt|england|estonia|ethiopia|
    finland|france|germany|ghana|greece|hungary|iceland|india|indonesia|iran|iraq|ireland|israel|
    italy|japan|jordan|kenya|latvia|lebanon|lithuania|malaysia|mexico|morocco|nepal|netherlands|
    new zealand|nigeria|northern ireland|norway|pakistan|peru|philippines|poland|portugal|romania|
    russia|saudi arabia|scotland|senegal|serbia|slovakia|slovenia|south africa|south korea|spain|
    sri lanka|sweden|switzerland|taiwan|tanzania|thailand|tunisia|turkey|uganda|uk|ukraine|
    united kingdom|united states|uruguay|us|usa|venezuela|vietnam|wales|
    alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|hawaii|idaho|
    illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|
    mississippi|missouri|montana|nebraska|nevada|new hampshire|new jersey|new mexico|
    north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|south carolina|south dakota|
    tennessee|texas|utah|vermont|virginia|west virginia|wisconsin|wyoming|ontario|quebec
    """,
    "|",
)
"""What after a comma says more of the place before it, as in `Paris, Texas`."""


def find_places(text: str) -> tuple[str, ...] | None:
    """The places of a weather question without its dates; its weather words are all `weather`.

    Empty where it names none; None where it is not about weather at some place after all.
    """
    text = _POSSESSIVE.sub("", _BRACKETS.sub(r", \1", text))
    found: list[str] = []
    for chunk in _CHUNK_END.split(text):
        before, *lists = _PREPOSITION.split(chunk)
        if found and re.match(r"\s*(?:,|&|and\b)", before, re.IGNORECASE):
            lists.insert(0, before)
        for places in lists:
            found.extend(_split(places))
    if not found:
        if _NOT_ABOUT_A_PLACE.search(text):
            return None
        bare = " ".join(_CHUNK_END.split(_PREPOSITION.sub(" ", text)))
        found = [place for place in _split(bare) if len(place.split()) <= MAX_BARE_WORDS]
    unique: dict[str, str] = {}
    for place in found:
        unique.setdefault(place.casefold(), place)
    return tuple(unique.values())[:MAX_PLACES]


def are_names(text: str) -> bool:
    """Whether a text is nothing but names with capitals, as `Paris, Rome and New York` is."""
    words = re.findall(r"[^\W\d_][^\s,&/|?!.]*", _BETWEEN.sub(" ", text))
    return all(word[0].isupper() or word in _PARTICLES for word in words)


def _split(text: str) -> list[str]:
    places: list[str] = []
    start, after_comma = 0, False
    for separator in [*_BETWEEN.finditer(text), None]:
        place = _name(text[start : separator.start() if separator else len(text)])
        if place is not None:
            says_more = after_comma and place.casefold() in _COUNTRIES and bool(places)
            if says_more and places[-1].casefold() not in _COUNTRIES:
                places[-1] = f"{places[-1]}, {place}"
            else:
                places.append(place)
        if separator is not None:
            start, after_comma = separator.end(), separator["comma"] is not None
    return places


def _name(text: str) -> str | None:
    """The name in a part of a list, without the words around it; None where nothing is left."""
    words = text.split()
    while words and _is_noise(words[0]):
        words.pop(0)
    while words and _is_noise(words[-1]):
        words.pop()
    name = " ".join(words).strip(' .,"“”()[]*_`')
    if not any(char.isalpha() for char in name) or len(name) > MAX_PLACE_CHARS:
        return None
    return _titled(name) if name == name.lower() else name


def _is_noise(word: str) -> bool:
    bare = word.strip(' .,"“”()')
    return not bare or bare.lower() in _NOISE


def _titled(name: str) -> str:
    words = re.split(r"([\s-])", name)
    return "".join(
        word if at and word in _PARTICLES else word[:1].upper() + word[1:]
        for at, word in enumerate(words)
    )
