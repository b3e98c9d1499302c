"""The entry rules for the service center: how often each speaks, false alarms first, and the rehearsal of the present rule set."""

from typing import Any

from flask import request
from flask_admin import expose

from keynet_admin.permissions import Permission
from keynet_admin.rules import RULESET, RUNNING
from keynet_admin.services.submission import finding, rehearsal
from keynet_admin.web.guard import GuardedView

NEWEST = {"500": 500, "2000": 2000, "10000": 10000}


class RuleView(GuardedView):
    """`/admin/rule/`."""

    permission = Permission.rule_read
    method_permissions = {"rehearse": Permission.rule_rehearse}

    @expose("/")
    def index(self) -> str:
        """Statistics per rule: found, confirmed, cleared, returned; the worst false-alarm rates first."""
        family, spoken = request.args.get("family", ""), request.args.get("all") != "1"
        counts = finding.counts()
        rows: list[tuple[Any, finding.Count]] = [(rule, counts.get(rule.code) or finding.Count(rule.code, 0, 0, 0, 0)) for rule in RUNNING]
        rows = [row for row in rows if (not family or row[0].family == family) and (row[1].found or not spoken)]
        rows.sort(key=lambda row: (-row[1].false_alarms, -row[1].found, row[0].code))
        families = sorted({rule.family for rule in RUNNING})
        return self.render(
            "admin/rules.html", rows=rows, families=families, family=family, spoken=spoken, ruleset=RULESET, total=len(RUNNING)
        )

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
