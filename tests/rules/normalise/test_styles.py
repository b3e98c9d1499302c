"""One submission typed in many ways gives the same normalised document and no finding but fixes."""

import random
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from keynet_admin.catalogue import SECTIONS, Field, Kind
from keynet_admin.catalogue.eras import ERAS, wareki
from keynet_admin.rules import Level, evaluate
from tests.rules.base_submission import base_submission

WIDE = str.maketrans("0123456789:-,.", "０１２３４５６７８９：－，．")


def wide(text: str) -> str:
    """Digits and signs in full width."""
    return text.translate(WIDE)


def dates(value: str) -> list[str]:
    """Ways to write a day."""
    day = date.fromisoformat(value)
    weekday = "月火水木金土日"[day.weekday()]
    era = next(e for e in ERAS if day >= e.first)
    year = day.year - era.first.year + 1
    plain = [
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
        value.replace("-", ""),
    ]
    plain += [wareki(day), f"{era.letter}{year}.{day.month}.{day.day}", f"{era.name}{year}({day.year})年{day.month}月{day.day}日"]
    return plain + [f"{text}({weekday})" for text in plain[:2]] + [f"{plain[4]}（{weekday}曜日）"] + [wide(text) for text in plain]


def times(value: str) -> list[str]:
    """Ways to write a time of day."""
    hour, minute = int(value[:2]), int(value[3:])
    half = "午前" if hour < 12 else "午後"
    minutes = f"{minute}分" if minute else ""
    plain = [f"{hour}:{minute:02}", f"{hour}時{minutes}", f"{half}{hour % 12}時{minutes}", f"{hour:02}{minute:02}"]
    plain += [f"{hour}時半"] if minute == 30 else []
    return plain + [wide(text) for text in plain]


def yen(value: int) -> list[Any]:
    """Ways to write an amount."""
    plain = [
        f"{value}円",
        f"{value:,}",
        f"{value:,}円",
        f"¥{value:,}",
        f"￥{value:,}-",
        f"時給{value:,}円",
        f"1時間あたり{value:,}円",
        f"{value:,}円/時",
    ]
    return plain + [wide(text) for text in plain[:3]] + [f" {value:,} 円 "]


def styles(field: Field, value: Any) -> list[Any]:
    """Ways to type a normalised value of a field."""
    kind = field.kind
    if kind is Kind.DATE:
        return dates(value)
    if kind is Kind.TIME:
        return times(value)
    if kind is Kind.YEN:
        return yen(value)
    if field.name == "headcount":
        return [f"{value}名", f"{value}人", wide(f"{value}名"), f" {value} "]
    if field.name == "break":
        return [f"{value}分", wide(str(value)), str(value), "なし" if value == 0 else f"{value}分間"]
    if kind is Kind.HOURS:
        return [f"{value}時間", f"週{value}時間", wide(str(value)), f"1週間あたり{value}時間"]
    if kind is Kind.PHONE:
        return [
            value.replace("-", ""),
            wide(value),
            value.replace("-", "ー"),
            value.replace("-", "・"),
            f"（{value[:4]}）{value[5:]}",
            f"TEL {value}",
            f"{value}(代)",
        ]
    if kind is Kind.ZIP:
        return [f"{value[:3]}-{value[3:]}", f"〒{value[:3]}-{value[3:]}", wide(f"{value[:3]}-{value[3:]}"), int(value)]
    if kind is Kind.EMAIL:
        return [f"mailto:{value}", value.upper().replace("VACCINE", "vaccine"), f" {value}　", value.translate(WIDE)]
    if kind is Kind.LG_CODE:
        return [wide(value), value[:5], int(value), f"{value}.0"]
    if kind is Kind.MUNICIPALITY:
        return ["日向市", "宮崎県日向市", value[:5]]
    if kind is Kind.KANA:
        return ["".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヴ" else c for c in value), f"　{value}"]
    if kind is Kind.CHOICE:
        return [field.label_of(value), f" {field.label_of(value)}　"]
    if kind is Kind.MULTI:
        return ["、".join(field.label_of(slug) for slug in value), [field.label_of(slug) for slug in value]]
    if kind is Kind.DAYS:
        return ["土日", "土・日", "土曜日、日曜日", "土曜・日曜", ["土", "日"]]
    if kind is Kind.BOOL:
        return ["はい", "true", 1, "○"] if value else ["いいえ", "false", 0]
    if kind in (Kind.TEXT, Kind.AREA, Kind.NAME, Kind.ADDRESS) and isinstance(value, str):
        return [f"　{value} ", f"\ufeff{value}", value.replace("シフト", "ｼﾌﾄ")]
    return [value]


def retyped(record: Any, fields: tuple[Field, ...], rng: random.Random) -> Any:
    """A record with each value typed in one of its ways."""
    made = {}
    for field in fields:
        if field.name not in record:
            continue
        value = record[field.name]
        if field.kind is Kind.ROWS:
            made[field.name] = [retyped(row, field.columns, rng) for row in value]
        else:
            made[field.name] = rng.choice(styles(field, value))
    return made


@pytest.mark.parametrize("on", [date(2021, 5, 7), date(2024, 5, 13)])
@pytest.mark.parametrize("seed", range(60))
def test_the_same_submission_typed_in_another_way(seed, on):
    rng = random.Random(seed)
    plain = base_submission(on)
    typed = {
        section: [retyped(record, fields, rng) for record in plain[section]]
        if section == "postings"
        else retyped(plain[section], fields, rng)
        for section, fields in SECTIONS.items()
    }
    sent = deepcopy(typed)
    result = evaluate(typed, on=on)
    assert typed == sent
    assert [f"{f.rule} {f.path} {f.message}" for f in result.findings if f.level is not Level.FIX] == []
    assert result.normalized == evaluate(plain, on=on).normalized
