"""How officers write numbers, dates, times and phones: the same value in one of several hands, all of them certain in meaning."""

from datetime import date, time
from random import Random

_WIDE = str.maketrans("0123456789,-:", "０１２３４５６７８９，－：")
_WEEKDAYS = "月火水木金土日"


def wide(text: str) -> str:
    """In full-width digits."""
    return text.translate(_WIDE)


def a_date(rng: Random, day: date) -> str:
    """2026-12-01, 2026/12/1, 令和8年12月1日, R8.12.1, 令和8年12月1日(火)."""
    era = day.year - 2018
    return rng.choice(
        (
            day.isoformat(),
            f"{day.year}/{day.month}/{day.day}",
            f"令和{era}年{day.month}月{day.day}日",
            f"R{era}.{day.month}.{day.day}",
            f"令和{era}年{day.month}月{day.day}日({_WEEKDAYS[day.weekday()]})",
        )
    )


def wrong_weekday(day: date) -> str:
    """A date whose weekday in brackets is that of the next day: what a copied notice looks like."""
    return f"令和{day.year - 2018}年{day.month}月{day.day}日({_WEEKDAYS[(day.weekday() + 1) % 7]})"


def a_time(rng: Random, moment: time) -> str:
    """13:00, 13時, 13時30分, １３：００, 午後1時."""
    plain = f"{moment.hour}:{moment.minute:02d}"
    hours = f"{moment.hour}時" + (f"{moment.minute}分" if moment.minute else "")
    half = ("午前", moment.hour) if moment.hour < 12 else ("午後", moment.hour - 12)
    half_day = f"{half[0]}{half[1]}時" + (f"{moment.minute}分" if moment.minute else "")
    return rng.choice((f"{moment.hour:02d}:{moment.minute:02d}", plain, plain, hours, wide(plain), half_day))


def yen(rng: Random, amount: int) -> str | int:
    """1472, 1,472円, 1472円, １，４７２円."""
    return rng.choice((amount, f"{amount:,}円", f"{amount}円", wide(f"{amount:,}") + "円", f"{amount:,}"))


def people(rng: Random, number: int) -> str | int:
    """15, 15名, 15人, １５名."""
    return rng.choice((number, str(number), f"{number}名", f"{number}人", wide(str(number)) + "名"))


def phone(rng: Random, number: str) -> str:
    """03-0000-0012, （03）0000-0012, 03(0000)0012, full-width."""
    first, second, third = number.split("-")
    return rng.choice((number, number, number, f"({first}){second}-{third}", f"{first}({second}){third}", wide(number)))


def postal_code(rng: Random, seven: str) -> str:
    """1000004, 100-0004, 〒100-0004."""
    return rng.choice((seven, f"{seven[:3]}-{seven[3:]}", f"〒{seven[:3]}-{seven[3:]}"))
