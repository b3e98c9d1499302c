"""The list of all automatic mails with a sample of each."""

from flask_admin import expose

from keynet_admin.permissions import Permission
from keynet_admin.services.mail import kinds
from keynet_admin.web.guard import GuardedView


class MailKindsView(GuardedView):
    """`/admin/mail/kinds/`."""

    permission = Permission.mail_read

    @expose("/")
    def index(self) -> str:
        """Every kind, by what it is about."""
        return self.render("admin/mail_kinds.html", groups=kinds.KINDS, count=len(list(kinds.every())))
