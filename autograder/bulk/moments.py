# SPDX-License-Identifier: MIT
"""Times as rosters write them: ISO 8601, and Moodle's words in the languages that it is used in.

A time that can be read in two ways is no time: whoever reads it may be a month off.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta, timezone, tzinfo

# The names of the months, January first: English, German, French, Spanish, Italian,
# Portuguese, Dutch and Polish (both cases).  Three letters or more of one stand for it.
_MONTHS = (
    "january januar janvier enero gennaio janeiro januari styczen stycznia",
    "february februar fevrier febrero febbraio fevereiro februari luty lutego",
    "march marz maerz mars marzo marco maart marzec marca mrt",
    "april avril abril aprile kwiecien kwietnia",
    "may mai mayo maggio maio mei maj maja",
    "june juni juin junio giugno junho czerwiec czerwca",
    "july juli juillet julio luglio julho lipiec lipca",
    "august aout agosto augustus sierpien sierpnia",
    "september septembre septiembre settembre setembro wrzesien wrzesnia setiembre",
    "october oktober octobre octubre ottobre outubro pazdziernik pazdziernika",
    "november novembre noviembre novembro listopad listopada",
    "december dezember decembre diciembre dicembre dezembro grudzien grudnia",
)
# The days of the week, Monday first, in the same languages.
_WEEKDAYS = (
    "monday montag lundi lunes lunedi segunda segunda-feira maandag poniedzialek",
    "tuesday dienstag mardi martes martedi terca terca-feira dinsdag wtorek",
    "wednesday mittwoch mercredi miercoles mercoledi quarta quarta-feira woensdag sroda",
    "thursday donnerstag jeudi jueves giovedi quinta quinta-feira donderdag czwartek",
    "friday freitag vendredi viernes venerdi sexta sexta-feira vrijdag piatek",
    "saturday samstag sonnabend samedi sabado sabato zaterdag sobota",
    "sunday sonntag dimanche domingo domenica zondag niedziela",
)
_FILLING = frozenset(
    (
        *("de", "del", "do", "da", "a", "as", "at", "las", "le", "il", "um", "om", "o", "uhr"),
        *("klo", "the", "of", "on", "h"),
    )
)
_CLOCK = re.compile(
    r"(?<![\d:])(\d{1,2})[:.h](\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap])?(?:\.?\s?m\.?)?(?![\d:])"
)
_OFFSET = re.compile(r"(?:\b(utc|gmt|z)\b|([+-])(\d{2}):?(\d{2}))\s*$")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})(?!\d)")
SUCH_AS = "such as 2026-11-30T22:37"


def read(text: str, zone: tzinfo) -> datetime | None:
    """The time that ``text`` tells, in ``zone`` where it has no offset; None for none.

    A date alone is the end of that day.
    Errors: ValueError, with a sentence, for what cannot be read in just one way.
    """
    plain = _plain(text)
    if not plain or not any(map(str.isalnum, plain)):
        return None
    moment = _iso(plain)
    if moment is None:
        moment = _words(text, plain)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _plain(text: str) -> str:
    """Lower case without accents; every kind of blank is one blank."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l"))
    letters = "".join(c for c in folded if not unicodedata.combining(c) and c != "\u200e")
    return " ".join(letters.split())


def _iso(plain: str) -> datetime | None:
    try:
        day = date.fromisoformat(plain)
        return datetime(day.year, day.month, day.day, 23, 59)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(plain.replace("z", "+00:00").replace("t", " ").upper())
    except ValueError:
        return None


def _words(text: str, plain: str) -> datetime:
    rest, offset = plain, None
    if (found := _OFFSET.search(rest)) and _CLOCK.search(rest[: found.start()]):
        offset = _offset(found)
        rest = rest[: found.start()]
    clocks = list(_CLOCK.finditer(_without_date(rest)))
    if len(clocks) > 1:
        raise ValueError(f"'{text}' has more than one time of day")
    hour, minute, second = 23, 59, 0
    if clocks:
        (clock,) = clocks
        hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        if clock[4]:
            if not 1 <= hour <= 12:
                raise ValueError(f"'{text}' has no such hour")
            hour = hour % 12 + (12 if clock[4] == "p" else 0)
        rest = rest[: clock.start()] + " " + rest[clock.end() :]
    year, month, day, left = _day(text, rest)
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=offset)
    except ValueError as error:
        raise ValueError(f"there is no such time as '{text}'") from error
    for word in left:
        if word not in _FILLING and not any(_is(word, names) for names in _WEEKDAYS):
            raise ValueError(f"'{text}' cannot be read as a time: write it {SUCH_AS}")
    return moment


def _without_date(rest: str) -> str:
    """As long as before, so that places stay: 02.12.2025 is not two minutes to something."""
    return _NUMBERS.sub(lambda found: "#" * len(found[0]), rest)


def _offset(found: re.Match[str]) -> timezone:
    if found[1]:
        return timezone.utc
    size = timedelta(hours=int(found[3]), minutes=int(found[4]))
    return timezone(-size if found[2] == "-" else size)


def _day(text: str, rest: str) -> tuple[int, int, int, list[str]]:
    """Year, month, day, and the words that are left."""
    if numbers := _NUMBERS.search(rest):
        left = _split(rest[: numbers.start()] + " " + rest[numbers.end() :])
        return (*_in_numbers(text, numbers), left)
    words = _split(rest)
    months = {n: word for word in words for n, names in enumerate(_MONTHS, 1) if _is(word, names)}
    years = [word for word in words if re.fullmatch(r"\d{4}", word)]
    days = [word for word in words if re.fullmatch(r"\d{1,2}(st|nd|rd|th)?", word)]
    if len(months) != 1 or len(years) != 1 or len(days) != 1:
        raise ValueError(f"'{text}' cannot be read as a time: write it {SUCH_AS}")
    ((month, name),) = months.items()
    left = [word for word in words if word not in (name, years[0], days[0])]
    return int(years[0]), month, int(re.sub(r"\D", "", days[0])), left


def _in_numbers(text: str, found: re.Match[str]) -> tuple[int, int, int]:
    first, mark, second, third = int(found[1]), found[2], int(found[3]), int(found[4])
    if len(found[1]) == 4:
        return first, second, third
    year = third if len(found[4]) == 4 else 2000 + third
    if mark == "." or first > 12 or first == second:
        return year, second, first
    if second > 12:
        return year, first, second
    raise ValueError(
        f"'{text}' does not say which number is the month and which the day: write it {SUCH_AS}"
    )


def _split(rest: str) -> list[str]:
    return [word for part in re.split(r"[\s,]+", rest) if (word := part.strip(".·'"))]


def _is(word: str, names: str) -> bool:
    """Whether ``word`` is one of ``names``, or a beginning of one that is long enough."""
    return word.isascii() and any(
        name == word or (len(word) >= 3 and name.startswith(word)) for name in names.split()
    )
