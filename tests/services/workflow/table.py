"""The moves as the contract has them ("States and moves"), written by hand, not taken from the code.

Kind of row -> action -> (states it starts in, states it may end in, who may, whether a reason is needed). Without an end the status stays.
"""

from typing import Any

from keynet_admin.models import Account, Keying, OutboxMail, Posting, Submission
from keynet_admin.vocabulary import AccountStatus, DeskTask, KeyingStatus, MailStatus, PostingStatus, Role, SubmissionStatus

STAFF, LEADS, OWN, SYSTEM = ("operator", "lead", "admin"), ("lead", "admin"), ("own",), ("system",)
WHO = ("operator", "lead", "admin", "own", "other", "sender", "system")
DECIDABLE = "received in_review resubmitted"
EVERY_CASE = "received in_review returned resubmitted accepted rejected withdrawn"
OPEN = "first second compare ready"
ALL = "draft awaiting_release scheduled live paused closed suspended"

Row = tuple[str, str, tuple[str, ...], bool]
TABLE: dict[str, dict[str, Row]] = {
    "submission": {
        "take": ("received resubmitted", "in_review", STAFF, False),
        "leave": ("in_review", "received resubmitted", STAFF, False),
        "accept": (DECIDABLE, "accepted", STAFF, False),
        "call_back": (f"{DECIDABLE} returned", "", STAFF, False),
        "ask_second": (DECIDABLE, "", STAFF, False),
        "return": (DECIDABLE, "returned", STAFF, True),
        "return_again": ("returned", "", STAFF, True),
        "resend": ("returned", "", STAFF, False),
        "extend": ("returned", "", STAFF, False),
        "readdress": (f"{DECIDABLE} returned", "", STAFF, True),
        "read_code": ("returned", "", STAFF, False),
        "key_in": ("returned", "", STAFF, False),
        "tell": (EVERY_CASE, "", STAFF, True),
        "remind": ("returned", "", SYSTEM, False),
        "ask_to_call": ("returned", "", SYSTEM, False),
        "mail_lost": (EVERY_CASE, "", SYSTEM, False),
        "mail_settled": (EVERY_CASE, "", SYSTEM, False),
        "reject": (DECIDABLE, "rejected", STAFF, True),
        "resubmit": ("returned", "resubmitted", (*STAFF, "sender", "system"), False),
        "withdraw": (f"{DECIDABLE} returned", "withdrawn", (*STAFF, "sender", "system"), False),
        "reopen": ("rejected", "in_review", STAFF, True),
        "reopen_accepted": ("accepted", "in_review", LEADS, True),
    },
    "posting": {
        "publish": ("draft paused scheduled", "live scheduled awaiting_release", OWN, False),
        "open": ("scheduled", "live", SYSTEM, False),
        "unpublish": ("awaiting_release scheduled", "draft", OWN, False),
        "withdraw_edit": ("live paused scheduled", "", OWN, False),
        "look": ("live paused scheduled", "", STAFF, False),
        "release": ("awaiting_release", "live scheduled", STAFF, False),
        "release_edit": ("live paused scheduled", "", STAFF, False),
        "return": ("awaiting_release", "draft", STAFF, True),
        "return_edit": ("live paused scheduled", "", STAFF, True),
        "pause": ("live", "paused", OWN, False),
        "resume": ("paused", "live", OWN, False),
        "close": ("draft awaiting_release scheduled live paused", "closed", OWN, False),
        "expire": ("live paused scheduled", "closed", SYSTEM, False),
        "copy": (ALL, "", OWN, False),
        "suspend": ("live paused awaiting_release scheduled", "suspended", STAFF, True),
        "restore": ("suspended", "paused", STAFF, True),
    },
    "account": {
        "activate": ("invited", "active", SYSTEM, False),
        "cancel_invitation": ("invited", "", STAFF, True),
        "readdress": ("invited active", "invited", STAFF, True),
        "read_code": ("invited", "", STAFF, False),
        "invite_again": ("invited", "", (*STAFF, "system"), False),
        "suspend": ("invited active", "suspended", LEADS, True),
        "change_role": ("invited active", "", ("admin",), True),
        "expire": ("invited active", "suspended", SYSTEM, False),
        "restore": ("suspended", "active invited", LEADS, True),
    },
    "keying": {
        "keyed_save": (OPEN, OPEN, STAFF, False),
        "keyed_first": (OPEN, "second compare ready", STAFF, False),
        "keyed_second": ("second compare ready", "compare ready", STAFF, False),
        "resolved": ("compare ready", "ready compare", STAFF, False),
        "sent": ("ready", "sent", STAFF, False),
        "discard": (OPEN, "discarded", STAFF, False),
    },
    "outbox_mail": {
        "send": ("waiting sending", "sending", SYSTEM, False),
        "settle": ("sending", "sent refused failed uncertain waiting", SYSTEM, False),
        "retry": ("refused failed uncertain", "waiting", STAFF, False),
        "correct": ("refused failed", "waiting", STAFF, False),
        "supersede": ("refused failed uncertain", "settled", SYSTEM, False),
        "confirm": ("uncertain", "sent", STAFF, False),
        "close": ("refused failed uncertain", "settled", STAFF, True),
    },
}
KINDS: dict[str, tuple[type[Any], Any]] = {
    "submission": (Submission, SubmissionStatus),
    "posting": (Posting, PostingStatus),
    "account": (Account, AccountStatus),
    "keying": (Keying, KeyingStatus),
    "outbox_mail": (OutboxMail, MailStatus),
}
# What a row must have besides its state for an action to be open (else as the factories make it).
BESIDES: dict[tuple[str, str], dict[str, Any]] = {
    ("account", "change_role"): {"role": Role.operator},
    ("submission", "tell"): {"task": DeskTask.mail},
    ("posting", "publish"): {"live": None},
    ("posting", "resume"): {"live": 1},
    ("posting", "release_edit"): {"release_asked": True},
    ("posting", "return_edit"): {"release_asked": True},
    ("posting", "withdraw_edit"): {"release_asked": True},
    ("posting", "look"): {"look_from": 1},
}
CLAIMS = {"take", "leave", "look", "remind", "ask_to_call", "mail_lost", "mail_settled"}
REVIEWED = {
    "account": {"cancel_invitation", "readdress", "read_code"},
    "submission": {
        "accept",
        "call_back",
        "ask_second",
        "return",
        "return_again",
        "tell",
        "readdress",
        "reject",
        "withdraw",
        "reopen",
        "reopen_accepted",
    },
    "posting": {"release", "release_edit", "return", "return_edit", "suspend", "restore"},
}


def every() -> list[tuple[str, str]]:
    """All pairs of kind and action."""
    return [(kind, action) for kind, table in TABLE.items() for action in table]
