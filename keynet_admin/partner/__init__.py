"""Flask-Admin for partners: `/partner/`, the postings that are meant for them and the people they secured. Machines use `/partner/v1/`."""

from flask import Flask

from keynet_admin.models import PartnerItem, Placement
from keynet_admin.partner.postings import ReceivedView
from keynet_admin.partner.secured import SecuredView
from keynet_admin.web.guard import make_admin


def init_app(app: Flask) -> None:
    """Mount the area."""
    make_admin(
        app,
        url="/partner",
        name="連携先の画面",
        index_view=ReceivedView(PartnerItem, name="募集の一覧", endpoint="partner", url="/partner"),
        views=[SecuredView(Placement, name="確保の報告", endpoint="partner_secured", url="/partner/secured")],
    )
