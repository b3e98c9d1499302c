"""Flask-Admin for prefectures: `/prefecture/`, their own bodies only, and nothing of a person but the contacts of offices."""

from flask import Flask

from keynet_admin.prefecture.home import PrefectureHomeView
from keynet_admin.prefecture.report import PrefectureReportView
from keynet_admin.web.guard import make_admin


def init_app(app: Flask) -> None:
    """Mount the area."""
    make_admin(
        app,
        url="/prefecture",
        name="都道府県の画面",
        index_view=PrefectureHomeView(name="市町村の状況", endpoint="prefecture", url="/prefecture"),
        views=[PrefectureReportView(name="確保実績", endpoint="prefecture_report", url="/prefecture/report")],
    )
