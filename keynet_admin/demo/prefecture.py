"""What the tried prefecture (奈良県) needs to write to its bodies: an invented public address of most of them, nearly all verified."""

from keynet_admin.catalogue import reference
from keynet_admin.extensions import db
from keynet_admin.models import MunicipalityContact
from keynet_admin.services.prefecture.bodies import GROUPS

CODE = "29"
UNKNOWN, DOUBTFUL = 11, 9  # of so many bodies one has no known address, or one that nobody has verified
SOURCE = "公式サイトの「お問い合わせ」（デモデータ）"


def public_addresses() -> None:
    """Add the addresses, whoever is registered: they stay when a body registers."""
    bodies = [body for body in reference.municipalities() if body.prefecture_code == CODE and body.kind in GROUPS]
    for number, body in enumerate(bodies):
        if number % UNKNOWN == UNKNOWN - 1:
            continue
        host = body.romaji.rpartition("-")[0].replace("-", "").lower()
        values = {"email": f"daihyo@{host}.nara.keynet.example", "phone": f"0742-00-00{number:02d}", "source": SOURCE}
        db.session.add(MunicipalityContact(code6=body.code6, **values, verified=number % DOUBTFUL != DOUBTFUL - 1, edited=True))
