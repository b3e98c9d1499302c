"""The exercises of `seed_data/training/exercises.json`: one valid form, and what each exercise changes in it.

They are judged by the real rules, on the day that the file names, and are never stored as anything.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from keynet_admin.catalogue.mail_domain import DomainKind, judge
from keynet_admin.catalogue.paths import put
from keynet_admin.catalogue.table import seed_folder
from keynet_admin.errors import NotFound
from keynet_admin.rules import Result, evaluate
from keynet_admin.services.submission.proof import DOUBTS, SenderCheck

DECISIONS: Mapping[str, str] = {
    "accept": "承認する",
    "return": "差し戻す",
    "call_back": "代表電話で確かめる",
    "ask_second": "2人目の確認へ回す",
}


@dataclass(frozen=True)
class TrainingFault:
    """Something to know about a form: any of `paths` names it. `rule` is the entry rule that finds it; without one only a person sees it."""

    paths: tuple[str, ...]
    why: str
    rule: str = ""

    def named_by(self, path: str) -> bool:
        """Whether somebody who ticks this place, or what lies around or in it, means this."""
        return any(f"{path}.".startswith(f"{mine}.") or f"{mine}.".startswith(f"{path}.") for mine in self.paths)


@dataclass(frozen=True)
class Exercise:
    """One form: what was typed, the decisions that are right, what has to be returned, and what looks like a fault and is none."""

    number: int
    on: date
    typed: Mapping[str, Any]
    teaches: str
    right: tuple[str, ...]
    why: str
    faults: tuple[TrainingFault, ...]
    harmless: tuple[TrainingFault, ...]

    @property
    def name(self) -> str:
        """The body."""
        return str(self.typed["organization"]["org_name"])

    def judged(self) -> Result:
        """What the entry rules of its day say."""
        return evaluate(self.typed, on=self.on)

    def checks(self) -> list[SenderCheck]:
        """What speaks for and against its sender, as the case page says it."""
        domain = judge(self.typed["contact"]["contact_email"].rpartition("@")[2], self.typed["organization"]["lg_code"])
        if domain.kind is DomainKind.own:
            return [SenderCheck(True, f"メールは、この団体自身のドメインです（{domain.host}）")]
        return [SenderCheck(False, DOUBTS[domain.kind].format(host=domain.host, owners="・".join(domain.owners)).removesuffix("。"))]


@lru_cache(maxsize=1)
def exercises() -> tuple[Exercise, ...]:
    """All of them in their order."""
    content = json.loads((seed_folder() / "training" / "exercises.json").read_text(encoding="utf-8"))
    made = []
    for number, row in enumerate(content["exercises"], 1):
        typed = deepcopy(content["form"])
        for path, value in row["changes"].items():
            put(typed, path, value)
        faults, harmless = (
            tuple(TrainingFault(tuple(f["paths"]), f["why"], f["rule"]) for f in row[kind]) for kind in ("faults", "harmless")
        )
        on = date.fromisoformat(content["on"])
        made.append(Exercise(number, on, typed, row["teaches"], tuple(row["right"]), row["why"], faults, harmless))
    return tuple(made)


def exercise(number: int) -> Exercise:
    """The exercise with this number, from 1. Raises NotFound when there is none."""
    if not 1 <= number <= len(exercises()):
        raise NotFound("この番号の練習はありません。練習の一覧から選んでください。")
    return exercises()[number - 1]
