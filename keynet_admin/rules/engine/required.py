"""The four rules that come from the field catalogue itself, and which other rule reports which required field when it is empty."""

from keynet_admin.rules.engine.rule import Example, Level, Rule

REQUIRED = Rule(
    code="REQ-001",
    fields=(),
    levels=(Level.ERROR,),
    basis="職業安定法第5条の3（労働条件の明示）と申請様式",
    what="必須の項目が入力されていること",
    why="条件が欠けた募集は、応募する方が比べられず、法律で求められる明示にもなりません。",
    how="空欄の必須項目を入力してください。条件によって必須になる項目もあります。",
    good=(Example({"postings.0.title": "集団接種会場の看護師（土日・午後）"}, "集団接種会場の看護師（土日・午後）"),),
    bad=(Example({"postings.0.title": ""}, "空欄"), Example({"contact.contact_last": None}, "空欄")),
    runs_in="engine",
)
CHOICE = Rule(
    code="CHOICE-001",
    fields=(),
    levels=(Level.ERROR, Level.FIX),
    basis="申請様式",
    what="選択肢にある値が選ばれていること",
    why="一覧にない言葉では、検索や集計に使えません。",
    how="一覧から選んでください。曜日は「月～金」「土日祝」のようにも入力できます。",
    good=(Example({"postings.0.parking": "可（無料）"}, "可（無料）"), Example({"postings.0.shifts.0.days": "土日祝"}, "土日祝")),
    bad=(Example({"postings.0.parking": "要相談です"}, "要相談です"),),
    runs_in="normalise",
)
TYPE = Rule(
    code="TYPE-001",
    fields=(),
    levels=(Level.ERROR, Level.WARNING),
    basis="申請様式",
    what="項目に合った形の値であること",
    why="数や日付の欄に別の形の値が入ると、読み違えるおそれがあります。",
    how="文字の欄には文字を、数の欄には数を入力してください。様式にない項目は使われません。",
    good=(Example({"postings.0.title": "集団接種会場の看護師（土日・午後）"}, "文字"),),
    bad=(Example({"postings.0.title": {"text": "看護師"}}, "入れ子の値"), Example({"postings.0.weekly_hours": [9]}, "一覧")),
    runs_in="normalise",
)
ROWS = Rule(
    code="ROWS-001",
    fields=("postings", "shifts", "pay_lines"),
    levels=(Level.ERROR,),
    basis="申請様式",
    what="募集は20件、勤務時間帯と報酬の額は6行まで",
    why="1枚の様式で確認できる量に限っています。",
    how="多い場合は申請または募集を分けてください。",
    good=(Example({"postings.0.pay_lines": [{"label": "土日", "min": 1800}] * 6}, "6行"),),
    bad=(Example({"postings.0.pay_lines": [{"label": "土日", "min": 1800}] * 7}, "7行"),),
    runs_in="engine",
)

CATALOGUE_RULES: tuple[Rule, ...] = (REQUIRED, CHOICE, TYPE, ROWS)

# The rule named reports the empty field; REQ-001 then does not.
COVERED_BY: dict[str, str] = {
    "postings.employer": "JOB-007",
    "postings.headcount": "JOB-002",
    "postings.licenses": "LIC-001",
    "postings.duty_change": "DUTY-003",
    "postings.venue_name": "PLACE-001",
    "postings.venue_city": "PLACE-001",
    "postings.venue_address": "PLACE-001",
    "postings.smoking": "PLACE-002",
    "postings.place_change": "PLACE-005",
    "postings.term_start": "TERM-001",
    "postings.term_end": "TERM-001",
    "postings.renewal_rule": "TERM-005",
    "postings.renewal_cap": "TERM-006",
    "postings.shifts": "HOURS-001",
    "postings.shifts.start": "HOURS-001",
    "postings.shifts.end": "HOURS-001",
    "postings.shifts.break": "HOURS-003",
    "postings.overtime_hours": "HOURS-009",
    "postings.pay_lines": "WAGE-001",
    "postings.pay_lines.min": "WAGE-001",
    "postings.pay_lines.hours_per_unit": "WAGE-004",
    "postings.fixed_ot_yen": "WAGE-008",
    "postings.fixed_ot_hours": "WAGE-008",
    "postings.fixed_ot_excess": "WAGE-008",
    "postings.commute": "WAGE-012",
    "postings.commute_cap": "WAGE-012",
    "postings.insurance": "INS-001",
    "postings.accident": "INS-004",
    "postings.insurance_note": "INS-007",
    "postings.age_reason": "AGE-002",
    "postings.age_note": "AGE-004",
    "postings.public_contact": "SHARE-002",
    "postings.retention": "PRIV-007",
}
RULES_ON_ABSENCE: frozenset[str] = frozenset(COVERED_BY.values()) | {"PUB-006", "SHARE-001", "REQ-001", "DUTY-005", "LIC-001"}
