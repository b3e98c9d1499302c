"""A municipality's own message templates beside the standard ones."""

from keynet_admin.permissions import Permission
from keynet_admin.web.lists.message_text import TemplateView


class OwnTemplateView(TemplateView):
    """The municipality's texts; the standard ones can be read and taken as a beginning."""

    permission = Permission.candidate_handle
    method_permissions = dict.fromkeys(("create_view", "edit_view"), Permission.candidate_handle)
    list_hint = "応募者や問い合わせの方に送る文面です。標準の文面をもとに、自分の団体の文面を作れます。"
