"""One posting as visitors read it: every public field of the catalogue, in the order people decide by.

The public page, its sheet of paper and the previews of the office and of the service center print this one view.
"""

from keynet_admin.web.posting_page.view import as_published, view

__all__ = ["as_published", "view"]
