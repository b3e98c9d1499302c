"""Ready texts for returns and rejections: their placeholders, and what stands for them at a case and an item.

They are rows of the same table as the texts for people who apply, and follow its rules: an unknown placeholder cannot be saved, and one
without a value stays in the text, which then is not sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from keynet_admin import config
from keynet_admin.catalogue.display import long_time
from keynet_admin.extensions import db
from keynet_admin.models import MessageTemplate, Submission
from keynet_admin.services.candidate import templates
from keynet_admin.services.submission import intake as submissions
from keynet_admin.vocabulary import TemplateUse

OF_CASE = ("団体", "担当者", "受付番号", "期限", "窓口", "サイト")
OF_ITEM = ("項目", "入力値", "記入例")
KNOWN = (*OF_CASE, *OF_ITEM, templates.BY_HAND)
SAMPLE: Mapping[str, str] = {
    "団体": "見本市",
    "担当者": "見本 さくら",
    "受付番号": "KN-210510-0052",
    "項目": "募集1 時間帯",
    "入力値": "月・火　9:00～16:30（休憩30分）",
    "記入例": "休憩45分",
}


@dataclass(frozen=True)
class ReadyText:
    """A text that may be chosen: its id and name, and its words for this case."""

    id: int
    name: str
    text: str


def known_for(use: TemplateUse) -> tuple[str, ...]:
    """The placeholders of a text: those of an item only at items."""
    return KNOWN if use is TemplateUse.item else (*OF_CASE, templates.BY_HAND)


def checked(body: str, use: TemplateUse) -> str:
    """The body as it is kept. Raises BadField (`body`) as `templates.checked` does."""
    return templates.checked(body, known_for(use))


def ready(text: str) -> str:
    """The text, if it may be sent. Raises BadField for one with a placeholder that nobody has filled in."""
    return templates.ready(text, KNOWN)


def sample(template: MessageTemplate) -> str:
    """The text for an invented case."""
    values = {**_desk_values(), **SAMPLE, "期限": long_time(submissions.link_end())}
    return templates.put(template.body, lambda name: values.get(name, ""))


def of_use(use: TemplateUse) -> list[MessageTemplate]:
    """The texts that may be chosen at a place, in their order."""
    own = MessageTemplate.organization_id.is_(None), MessageTemplate.use == use, MessageTemplate.active
    query = select(MessageTemplate).where(*own).order_by(MessageTemplate.sort, MessageTemplate.id)
    return list(db.session.execute(query).scalars())


def values_of(case: Submission) -> dict[str, str]:
    """What stands for the placeholders of a case."""
    words = submissions.case_words(case, submissions.current_revision(case))
    own = {"団体": words["org_name"], "担当者": words["contact_name"], "受付番号": case.receipt_no}
    return {**_desk_values(), **own} | {"期限": long_time(submissions.link_end())}


def offered(texts: Iterable[MessageTemplate], values: Mapping[str, str], rule: str = "") -> list[ReadyText]:
    """These texts in the words of a case (and of an item), those for the finding's own rule first; none for another one's."""
    found = sorted((text for text in texts if text.rule in ("", rule)), key=lambda text: text.rule == "")
    return [ReadyText(text.id, text.name, templates.put(text.body, lambda name: values.get(name, ""))) for text in found]


def chosen(found: Iterable[ReadyText], number: str) -> str:
    """The words of the text with this id; empty when it is not offered there."""
    return next((text.text for text in found if str(text.id) == number), "")


def _desk_values() -> Mapping[str, str]:
    site = config.current()
    return {"窓口": f"{site.desk.name}（電話 {site.desk.tel}）", "サイト": site.site_name}
