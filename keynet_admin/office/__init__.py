"""Flask-Admin for municipalities: `/office/`, only their own rows."""

from flask import Flask

from keynet_admin.models import Account, Candidate, MessageTemplate, Posting, Report
from keynet_admin.office import outcome
from keynet_admin.office.account import OfficeAccountView, OfficeBodyView
from keynet_admin.office.candidate import CandidateView
from keynet_admin.office.home import OfficeHomeView
from keynet_admin.office.message_template import OwnTemplateView
from keynet_admin.office.notices import NoticeView
from keynet_admin.office.posting import OfficePostingView
from keynet_admin.office.report import OfficeReportView
from keynet_admin.office.submission import OfficeSubmissionView
from keynet_admin.web.guard import make_admin


def init_app(app: Flask) -> None:
    """Mount the area."""
    make_admin(
        app,
        url="/office",
        name="自治体管理画面",
        index_view=OfficeHomeView(name="ホーム", endpoint="office", url="/office"),
        views=[
            OfficePostingView(Posting, name="募集情報", endpoint="office_posting", url="/office/posting"),
            CandidateView(Candidate, name="応募者", endpoint="office_candidate", url="/office/candidate"),
            OfficeReportView(Report, name="実績の報告", endpoint="office_report", url="/office/report"),
            OwnTemplateView(MessageTemplate, name="文面", endpoint="office_message_template", url="/office/message-template"),
            NoticeView(name="お知らせの受け取り方", endpoint="office_notices", url="/office/notices"),
            OfficeSubmissionView(name="申請の控え", endpoint="office_submission", url="/office/submission"),
            OfficeAccountView(Account, name="団体とアカウント", endpoint="office_account", url="/office/account"),
            OfficeBodyView(name="団体", endpoint="office_organization", url="/office/organization"),
        ],
    )
    app.register_blueprint(outcome.blueprint)
    for view in (outcome.question, outcome.code):
        app.extensions["csrf"].exempt(view)
