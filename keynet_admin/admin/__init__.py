"""Flask-Admin for the service center: `/admin/`."""

from flask import Flask

from keynet_admin.admin.account import AccountView
from keynet_admin.admin.event import EventView
from keynet_admin.admin.home import HomeView
from keynet_admin.admin.keying import KeyingView
from keynet_admin.admin.mail import MailView
from keynet_admin.admin.master_data import LawDateView, NurseCenterView, OfficeClosureView, SuccessorView
from keynet_admin.admin.organization import OrganizationView
from keynet_admin.admin.posting import PostingView
from keynet_admin.admin.rule import RuleView
from keynet_admin.admin.setting import SettingView
from keynet_admin.admin.submission import SubmissionView
from keynet_admin.models import (
    Account,
    AuditEvent,
    Keying,
    LawDateRecord,
    MunicipalitySuccessor,
    NurseCenterRecord,
    OfficeClosure,
    Organization,
    OutboxMail,
    Posting,
    Submission,
    SubmissionFinding,
)
from keynet_admin.web.guard import make_admin


def init_app(app: Flask) -> None:
    """Mount the area with its views."""
    make_admin(
        app,
        url="/admin",
        name="運営事務局",
        index_view=HomeView(name="ダッシュボード", endpoint="admin", url="/admin"),
        views=[
            SubmissionView(Submission, name="申請", endpoint="admin_submission", url="/admin/submission"),
            KeyingView(Keying, name="電話・書面の代行入力", endpoint="admin_keying", url="/admin/submission/new"),
            PostingView(Posting, name="募集情報", endpoint="admin_posting", url="/admin/posting"),
            OrganizationView(Organization, name="団体", endpoint="admin_organization", url="/admin/organization"),
            AccountView(Account, name="アカウント", endpoint="admin_account", url="/admin/account"),
            MailView(OutboxMail, name="メール", endpoint="admin_mail", url="/admin/mail"),
            EventView(AuditEvent, name="記録", endpoint="admin_event", url="/admin/event"),
            NurseCenterView(NurseCenterRecord, name="ナースセンター", endpoint="admin_nurse_center", url="/admin/nurse-center"),
            LawDateView(LawDateRecord, name="法令・事業の日付", endpoint="admin_law_date", url="/admin/law-date"),
            OfficeClosureView(OfficeClosure, name="閉庁日", endpoint="admin_office_closure", url="/admin/office-closure"),
            SuccessorView(MunicipalitySuccessor, name="団体コードの変更", endpoint="admin_successor", url="/admin/successor"),
            RuleView(SubmissionFinding, name="記入ルール", endpoint="admin_rule", url="/admin/rule"),
            SettingView(name="設定", endpoint="admin_setting", url="/admin/setting"),
        ],
    )
