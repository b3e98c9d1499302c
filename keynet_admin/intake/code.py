"""`/entry/code`: the way back to a returned form for those whose mail lost its link, or who were told the code by telephone."""

from werkzeug.wrappers import Response

from keynet_admin.services.submission import intake as submissions
from keynet_admin.web.access.typed_code import CodePage

_PAGE = CodePage(
    name="receipt_no",
    missing="受付番号かメールアドレスを入力してください。例：KN-210507-0001",
    wrong="受付番号（またはメールアドレス）とコードの組み合わせが見つかりません。ご案内にあるとおりに入力してください。",
    template="intake/code.html",
    here="intake.type_code",
    onward="intake.reentry",
    token_of=submissions.token_of_code,
)


def type_code() -> Response:
    """Fields `receipt_no` (the number, or the contact's mail address) and `code`. A right pair leads to the form that was sent before."""
    return _PAGE.answer()
