"""Flask-Admin for the service center: `/admin/`."""

from flask import Flask

from keynet_admin.admin.account import AccountView
from keynet_admin.admin.candidate import SilentView
from keynet_admin.admin.casework.case_text import CaseTextView
from keynet_admin.admin.desk.alert import AlertView
from keynet_admin.admin.desk.view import DeskView
from keynet_admin.admin.event import EventView
from keynet_admin.admin.follow_up.report import RoundView
from keynet_admin.admin.follow_up.report_body import ReportView
from keynet_admin.admin.follow_up.service_report import ServiceReportView
from keynet_admin.admin.home import HomeView
from keynet_admin.admin.keying import KeyingView
from keynet_admin.admin.mail import MailView
from keynet_admin.admin.master_data import (
    LawDateView,
    MunicipalityContactView,
    NurseCenterView,
    OfficeClosureView,
    StandardTemplateView,
    SuccessorView,
)
from keynet_admin.admin.operation.jobs import JobsView
from keynet_admin.admin.operation.mail_kinds import MailKindsView
from keynet_admin.admin.operation.person import PersonDataView
from keynet_admin.admin.operation.retention import RetentionView
from keynet_admin.admin.operation.sending import SendingView
from keynet_admin.admin.operation.site import SiteView
from keynet_admin.admin.organization import OrganizationView
from keynet_admin.admin.partner.ledger import LedgerView
from keynet_admin.admin.partner.master import KeyView, PartnerView
from keynet_admin.admin.posting import PostingView
from keynet_admin.admin.setup.notice import DeskNoticeView
from keynet_admin.admin.setup.rights import RightsView
from keynet_admin.admin.setup.rule import RuleView
from keynet_admin.admin.setup.setting import SettingView
from keynet_admin.admin.setup.training import TrainingView
from keynet_admin.admin.submission import SubmissionView
from keynet_admin.models import (
    Account,
    AuditEvent,
    Candidate,
    Keying,
    LawDateRecord,
    MessageTemplate,
    MunicipalityContact,
    MunicipalitySuccessor,
    NurseCenterRecord,
    OfficeClosure,
    Organization,
    OutboxMail,
    Partner,
    PartnerItem,
    PartnerKey,
    Posting,
    Report,
    ReportRound,
    Submission,
    SubmissionFinding,
)
from keynet_admin.web.guard import make_admin


def init_app(app: Flask) -> None:
    """Mount the area with its views."""
    bodies = ReportView(Report, name="団体の報告", endpoint="admin_report_body", url="/admin/report/body")
    make_admin(
        app,
        url="/admin",
        name="運営事務局",
        index_view=HomeView(name="ダッシュボード", endpoint="admin", url="/admin"),
        views=[
            SubmissionView(Submission, name="申請", endpoint="admin_submission", url="/admin/submission"),
            DeskView(name="電話窓口", endpoint="admin_desk", url="/admin/desk"),
            AlertView(name="新しい募集のメール", endpoint="admin_alert", url="/admin/alert"),
            KeyingView(Keying, name="電話・書面の代行入力", endpoint="admin_keying", url="/admin/submission/new"),
            PostingView(Posting, name="募集情報", endpoint="admin_posting", url="/admin/posting"),
            SilentView(Candidate, name="返答のない応募", endpoint="admin_candidate", url="/admin/candidate"),
            RoundView(ReportRound, bodies, name="実績", endpoint="admin_report", url="/admin/report"),
            bodies,
            OrganizationView(Organization, name="団体", endpoint="admin_organization", url="/admin/organization"),
            AccountView(Account, name="アカウント", endpoint="admin_account", url="/admin/account"),
            RightsView(name="役割と権限", endpoint="admin_rights", url="/admin/rights"),
            LedgerView(PartnerItem, name="連携先", endpoint="admin_partner_item", url="/admin/partner"),
            PartnerView(Partner, name="連携先の一覧", endpoint="admin_partner", url="/admin/partner/list"),
            KeyView(PartnerKey, name="連携先の鍵", endpoint="admin_partner_key", url="/admin/partner/key"),
            MailView(OutboxMail, name="メール", endpoint="admin_mail", url="/admin/mail"),
            EventView(AuditEvent, name="記録", endpoint="admin_event", url="/admin/event"),
            NurseCenterView(NurseCenterRecord, name="ナースセンター", endpoint="admin_nurse_center", url="/admin/nurse-center"),
            MunicipalityContactView(
                MunicipalityContact, name="市区町村の公開アドレス", endpoint="admin_municipality_contact", url="/admin/municipality-contact"
            ),
            LawDateView(LawDateRecord, name="法令・事業の日付", endpoint="admin_law_date", url="/admin/law-date"),
            OfficeClosureView(OfficeClosure, name="閉庁日", endpoint="admin_office_closure", url="/admin/office-closure"),
            SuccessorView(MunicipalitySuccessor, name="団体コードの変更", endpoint="admin_successor", url="/admin/successor"),
            CaseTextView(MessageTemplate, name="差し戻しの文例", endpoint="admin_case_text", url="/admin/case-text"),
            StandardTemplateView(MessageTemplate, name="標準の文面", endpoint="admin_message_template", url="/admin/message-template"),
            RuleView(SubmissionFinding, name="記入ルール", endpoint="admin_rule", url="/admin/rule"),
            ServiceReportView(name="サービスの実績", endpoint="admin_service_report", url="/admin/report/service"),
            DeskNoticeView(name="自分の一覧と通知", endpoint="admin_notice", url="/admin/notice"),
            TrainingView(name="練習", endpoint="admin_training", url="/admin/training"),
            JobsView(name="定期処理", endpoint="admin_jobs", url="/admin/jobs"),
            SendingView(name="メールの送信", endpoint="admin_sending", url="/admin/mail/sending"),
            MailKindsView(name="メールの種類", endpoint="admin_mail_kinds", url="/admin/mail/kinds"),
            RetentionView(name="保存期間", endpoint="admin_retention", url="/admin/retention"),
            PersonDataView(name="本人の求めによる削除", endpoint="admin_person", url="/admin/person"),
            SiteView(name="お知らせ表示と閲覧のみ", endpoint="admin_site", url="/admin/site"),
            SettingView(name="設定", endpoint="admin_setting", url="/admin/setting"),
        ],
    )
