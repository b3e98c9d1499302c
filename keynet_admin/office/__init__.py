"""Flask-Admin for municipalities: `/office/`, only their own rows."""

from flask import Flask

from keynet_admin.models import Posting
from keynet_admin.office.home import OfficeHomeView
from keynet_admin.office.posting import OfficePostingView
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
            OfficeSubmissionView(name="申請の控え", endpoint="office_submission", url="/office/submission"),
        ],
    )
