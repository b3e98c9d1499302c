"""The entry rules for the service center: how often each speaks, false alarms first, and the rehearsal of the present rule set."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_admin import expose

from keynet_admin.permissions import Permission
from keynet_admin.rules import RULESET, RUNNING
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services.submission import finding, rehearsal
from keynet_admin.web.lists.page import Listed, ListFilter, State, StoredOptions, options_of, page_made, state_of
from keynet_admin.web.model_view import GuardedModelView

_LEVELS = {Level.ERROR: "要修正", Level.WARNING: "要確認", Level.FIX: "自動で補正"}
NEWEST = {"500": 500, "2000": 2000, "10000": 10000}


@dataclass(frozen=True)
class RuleRow:
    """A rule and how often it spoke."""

    rule: Any
    count: finding.Count


class RuleView(GuardedModelView):
    """`/admin/rule/`: the stored findings, counted by rule. The rows are the rule table's, the worst false-alarm rates first."""

    permission = Permission.rule_read
    method_permissions = {"rehearse": Permission.rule_rehearse}
    list_template = "admin/rules.html"
    cells_template = "admin/_rule_cells.html"
    page_size = 300
    noun = "ルール"
    exports = True
    list_hint = "「問題なし」の割合が高いルールほど、的外れな指摘が多いと考えられます。割合の高い順に並んでいます。"
    column_list = ("code", "what", "levels", "found", "confirmed", "cleared", "returned", "false_alarms")
    number_columns = ("found", "confirmed", "cleared", "returned", "false_alarms")
    column_labels = {
        "code": "ルール",
        "what": "内容",
        "levels": "重さ",
        "found": "指摘",
        "confirmed": "申請者が理由を記入",
        "cleared": "問題なし",
        "returned": "差し戻し",
        "false_alarms": "問題なしの割合",
    }
    list_filters = (
        ListFilter(
            "family", "分類", lambda: [(name, name) for name in sorted({rule.family for rule in RUNNING})], lambda query, _value: query
        ),
        ListFilter("all", "表示", lambda: [("1", "すべてのルール")], lambda query, _value: query, every="指摘のあったルールだけ"),
    )
    empty_title = "指摘のあったルールはまだありません"
    empty_text = "申請が届くと、ルールごとの指摘の数がここに並びます。"

    def list_page(self) -> Listed:
        """All rules that the filters leave, on one page."""
        options = options_of(self)
        state = state_of(self, request.args, options)
        rows = self.rule_rows(state)
        return page_made(self, state, rows, len(rows), (), StoredOptions(options), request.path)

    def exported_rows(self, state: State) -> Any:
        """The same rows."""
        return iter([self.rule_rows(state)])

    def rule_rows(self, state: State) -> list[RuleRow]:
        """Rules with their counts: false-alarm rate, then findings, then code."""
        counts, family, every = finding.counts(), state.chosen.get("family"), state.chosen.get("all")
        rows = [RuleRow(rule, counts.get(rule.code) or finding.Count(rule.code, 0, 0, 0, 0)) for rule in RUNNING]
        rows = [row for row in rows if (not family or row.rule.family in family) and (every or row.count.found)]
        return sorted(rows, key=lambda row: (-row.count.false_alarms, -row.count.found, row.rule.code))

    def value(self, row: RuleRow, name: str) -> Any:
        """A cell, from the rule or its counts."""
        if name == "levels":
            return "・".join(_LEVELS[level] for level in row.rule.levels)
        if name == "false_alarms":
            return f"{100 * row.count.false_alarms:.0f}%" if row.count.found else "―"
        return str(getattr(row.rule if name in ("code", "what") else row.count, name))

    @expose("/")
    def index_view(self) -> str:
        """Statistics per rule."""
        return self.list_of(ruleset=RULESET, total=len(RUNNING), unwritten=finding.unwritten_returns())

    index = index_view

    @expose("/rehearsal")
    def rehearse(self) -> str:
        """The rule set of the code replayed over stored submissions; reads only."""
        asked = request.args.get("newest", "")
        without = [code for code in request.args.getlist("without") if any(rule.code == code for rule in RUNNING)]
        report = None
        if asked in NEWEST:
            report = rehearsal.rehearse(rehearsal.present_rules(without), newest=NEWEST[asked])
        return self.render(
            "admin/rehearsal.html",
            report=report,
            asked=asked,
            choices=NEWEST,
            without=without,
            rules=RUNNING,
            stored=rehearsal.count(),
            ruleset=RULESET,
        )
