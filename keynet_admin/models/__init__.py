"""The tables, one file per concept."""

from keynet_admin.models.access.factor import Authenticator, Passkey, RecoveryCode
from keynet_admin.models.account import Account, FirstLogin, StaffSession, TrainingAttempt
from keynet_admin.models.base import Counter, Setting, Throttle
from keynet_admin.models.candidate import Candidate
from keynet_admin.models.event import AuditCheck, AuditEvent, AuditSeal
from keynet_admin.models.finding import SubmissionFinding
from keynet_admin.models.follow_up.open_data import OpenDataMonth
from keynet_admin.models.follow_up.partner import Partner, PartnerItem, PartnerKey
from keynet_admin.models.follow_up.prefecture import PrefectureNotice
from keynet_admin.models.follow_up.report import Report, ReportCorrection, ReportRound
from keynet_admin.models.keying import Keying
from keynet_admin.models.listing import Listing, ListingVersion, PublishedVersion, ViewCount
from keynet_admin.models.mail import OutboxMail
from keynet_admin.models.operation.job import JobFailure, JobRun, WorkerPresence
from keynet_admin.models.operation.mail_pause import MailPause
from keynet_admin.models.operation.retention import RetentionRun
from keynet_admin.models.organization import Organization
from keynet_admin.models.posting import OutcomeLink, Placement, Posting, PostingRevision
from keynet_admin.models.reference import (
    LawDateRecord,
    MinimumWageRecord,
    MunicipalityContact,
    MunicipalityRecord,
    MunicipalitySuccessor,
    NurseCenterRecord,
    OfficeClosure,
    PrefectureRecord,
)
from keynet_admin.models.review import Review
from keynet_admin.models.saved_view import ChosenColumns, SavedView
from keynet_admin.models.submission import (
    CasePresence,
    EntryDraft,
    ReturnLink,
    Submission,
    SubmissionContact,
    SubmissionLink,
    SubmissionRevision,
    SubmissionSearch,
)
from keynet_admin.models.threads import MessageTemplate, PublishedAnswer, StaffNote, ThreadMessage
from keynet_admin.models.visitor.alert import SearchAlert
