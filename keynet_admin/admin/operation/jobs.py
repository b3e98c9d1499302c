"""The jobs that run by themselves: how each one fared, whether a worker is there, and a run at once."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose

from keynet_admin import clock
from keynet_admin.permissions import Permission
from keynet_admin.services.operation import runs
from keynet_admin.services.operation.job_table import BY_NAME
from keynet_admin.services.transaction import read_only, transaction
from keynet_admin.web.actor import current_actor
from keynet_admin.web.guard import GuardedView


class JobsView(GuardedView):
    """`/admin/jobs/`."""

    permission = Permission.operation_read
    method_permissions = {"run": Permission.operation_run}

    @expose("/")
    def index(self) -> str:
        """Every job with its last and its next run."""
        return self.render(
            "admin/jobs.html",
            jobs=runs.states(),
            workers=runs.workers(),
            minutes=int(runs.WORKER_GONE.total_seconds() // 60),
            stopped=read_only(),
            runs=self.may(Permission.operation_run),
            ago=ago,
            ahead=ahead,
        )

    @expose("/run", methods=("POST",))
    def run(self) -> Any:
        """Ask the workers to run a job."""
        name = request.form.get("name", "")
        with transaction():
            new = runs.ask(name, current_actor())
        label = BY_NAME[name].label
        words = "実行を依頼しました。ワーカーが受け取ると、数秒で始まります。" if new else "すでに実行を依頼しています。"
        flash(f"{label}：{words}", "success" if new else "info")
        return redirect(url_for(".index") + f"#job-{name}", 303)


def ago(moment: datetime) -> str:
    """How long a moment of the real clock is over, in words."""
    return f"{_span(clock.real_now() - moment)}前"


def ahead(moment: datetime) -> str:
    """How long until a moment of the real clock, in words."""
    left = moment - clock.real_now()
    return f"約{_span(left)}後" if left > timedelta(seconds=5) else "まもなく"


def _span(length: timedelta) -> str:
    seconds = max(0, int(length.total_seconds()))
    for size, unit in ((86_400, "日"), (3600, "時間"), (60, "分")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}秒"
