"""Dates out of a question: `tomorrow`, `on Friday`, `this weekend`, `next 3 days`, `2026-11-30`."""

import calendar
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

MAX_DAYS = 31

WEEKDAYS = tuple(name.lower() for name in calendar.day_name)
SATURDAY, SUNDAY = 5, 6
MONTHS = tuple(calendar.month_name[number].lower() for number in range(1, 13))
NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "couple of": 2,
    "three": 3,
    "few": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
}

_WEEKDAY = "(?:" + "|".join(f"{name}s?|{name[:3]}" for name in WEEKDAYS) + ")"
_LONG_WEEKDAY = "(?:" + "|".join(WEEKDAYS) + ")"
_NUMBER = r"(\d{1,2}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + ")"
_MONTH = "(" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + r")\.?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(\d{4}))?"
_UNTIL = r"\s*(?:to|till|until|through|thru|-|–)\s*"
_LEAD = r"(?:\b(?:on|for|from|over|during|at|by)\s+)?(?:\bthe\s+)?"


Rule = Callable[[re.Match[str], date], Iterable[date]]
"""From a matched phrase and today to dates; none where the phrase is no date after all."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A text without its dates, and those dates, sorted."""

    rest: str
    """Each date phrase replaced by ` | `, which parts what stood before and after it."""
    dates: tuple[date, ...]


def take_dates(text: str, today: date) -> Dated:
    """Find every date phrase of `text`, whose words may be in either case."""
    found: set[date] = set()

    for pattern, rule in _RULES:
        text = pattern.sub(partial(_replace, rule, today, found), text)
    return Dated(text, tuple(sorted(found)))


def _replace(rule: Rule, today: date, found: set[date], match: re.Match[str]) -> str:
    dates = list(rule(match, today))
    found.update(dates)
    return " | " if dates else match.group()


def _run(first: date, days: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(min(days, MAX_DAYS))]


def _number(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS[text.lower()]


def _weekday(text: str) -> int:
    return next(at for at, name in enumerate(WEEKDAYS) if name[:3] == text.lower()[:3])


def _coming(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _monday_after(today: date) -> date:
    return today + timedelta(days=7 - today.weekday())


def _iso(match: re.Match[str], today: date) -> list[date]:
    try:
        first = date.fromisoformat(match[1])
        last = date.fromisoformat(match[2]) if match[2] else first
    except ValueError:
        return []
    return _run(first, (last - first).days + 1)


def _day_of_month(day: str, month: str, year: str | None, today: date) -> list[date]:
    """Without a year: the next one to come, unless it has only just gone by."""
    number = next(at for at, name in enumerate(MONTHS, start=1) if name[:3] == month.lower()[:3])
    try:
        if year:
            return [date(int(year), number, int(day))]
        dates = [date(today.year + ahead, number, int(day)) for ahead in (0, 1)]
    except ValueError:
        return []
    return [dates[0] if dates[0] >= today - timedelta(days=31) else dates[1]]


def _weekdays(match: re.Match[str], today: date) -> list[date]:
    first = _coming(_weekday(match[1]), today)
    last = _coming(_weekday(match[2]), first)
    return _run(first, (last - first).days + 1)


def _weekend(match: re.Match[str], today: date) -> list[date]:
    if "next" in match.group().lower():
        return _run(_monday_after(today) + timedelta(days=SATURDAY), 2)
    if today.weekday() == SUNDAY:
        return [today]
    return _run(_coming(SATURDAY, today), 2)


def _next_weekday(match: re.Match[str], today: date) -> list[date]:
    return [_monday_after(today) + timedelta(days=_weekday(match[1]))]


def _ahead(match: re.Match[str], today: date) -> list[date]:
    unit = 7 if match[2].lower().startswith("w") else 1
    return [today + timedelta(days=unit * _number(match[1]))]


def _span(match: re.Match[str], today: date) -> list[date]:
    unit = 7 if match[2].lower().startswith("w") else 1
    return _run(today, unit * _number(match[1]))


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(r"(?<![\w-])" + pattern + r"(?![\w-])", re.IGNORECASE)


_RULES: tuple[tuple[re.Pattern[str], Rule], ...] = (
    (_rule(_LEAD + r"(\d{4}-\d\d-\d\d)(?:" + _UNTIL + r"(\d{4}-\d\d-\d\d))?"), _iso),
    (
        _rule(_LEAD + _DAY + r"\s+(?:of\s+)?" + _MONTH + _YEAR),
        lambda match, today: _day_of_month(match[1], match[2], match[3], today),
    ),
    (
        _rule(_LEAD + _MONTH + r"\s+(?:the\s+)?" + _DAY + _YEAR),
        lambda match, today: _day_of_month(match[2], match[1], match[3], today),
    ),
    (
        _rule(_LEAD + r"day after tomorrow"),
        lambda match, today: [today + timedelta(days=2)],
    ),
    (_rule(_LEAD + f"({_LONG_WEEKDAY}){_UNTIL}({_LONG_WEEKDAY})"), _weekdays),
    (_rule(rf"between ({_LONG_WEEKDAY}) and ({_LONG_WEEKDAY})"), _weekdays),
    (_rule(_LEAD + r"(?:this |coming |next )?weekend"), _weekend),
    (_rule(_LEAD + f"next ({_WEEKDAY})"), _next_weekday),
    (
        _rule(rf"(?:on|this|coming) (?:this |coming )?({_WEEKDAY})"),
        lambda match, today: [_coming(_weekday(match[1]), today)],
    ),
    (
        _rule(_LEAD + f"({_LONG_WEEKDAY})(?:'s)?"),
        lambda match, today: [_coming(_weekday(match[1]), today)],
    ),
    (_rule(rf"in (?:a )?{_NUMBER} (days?|weeks?)(?:'? time)?"), _ahead),
    (_rule(_NUMBER + r" (days?|weeks?) from (?:now|today)"), _ahead),
    (
        _rule(r"(?:in )?" + _LEAD + r"(?:next|coming|following) " + _NUMBER + r" (days?|weeks?)"),
        _span,
    ),
    (_rule(r"for (?:the )?" + _NUMBER + r" (days?|weeks?)"), _span),
    (_rule(r"(?:a |the )?" + _NUMBER + r"[- ](day|week)(?=\s+(?:weather|forecast))"), _span),
    (
        _rule(r"(?:(?:for|over|during|in) )?the (?:next|coming|following) week|coming week"),
        lambda match, today: _run(today, 7),
    ),
    (_rule(r"(?:for )?next week"), lambda match, today: _run(_monday_after(today), 7)),
    (
        _rule(r"(?:(?:for|over|during) )?(?:the rest of )?(?:this|the) week|all week"),
        lambda match, today: _run(today, 7 - today.weekday()),
    ),
    (_rule(_LEAD + r"tomorrow(?:'s)?"), lambda match, today: [today + timedelta(days=1)]),
    (_rule(_LEAD + r"yesterday(?:'s)?"), lambda match, today: [today - timedelta(days=1)]),
    (
        _rule(_LEAD + r"(?:today(?:'s)?|tonight|right now|now|currently|at the moment)"),
        lambda match, today: [today],
    ),
)
