"""What both whole walks share: the sample form, the processes that run, the mails it writes."""

import email
import email.policy
import json
import re
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from keynet_admin import clock
from keynet_admin.rules import evaluate
from keynet_admin.services.account import use_cases as account
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.net import end, wait_until
from tests.support.server import LiveServer, start_worker
from tests.support.web import application

NOW = "2021-05-07T11:00:00+09:00"
SAMPLES = Path(__file__).resolve().parent.parent / "data" / "sample_submissions.jsonl"
OPERATOR = "naoko.sato@keynet.example"
NEW_PASSWORD = "hyuga no nami wa takai 8"


def sample(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A submission of the samples: what is typed, and what the rules understand by it."""
    for text in SAMPLES.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if line["id"] == name:
            result = evaluate(line["submission"], on=date.fromisoformat(line["reference_date"]))
            return line["submission"], dict(result.normalized)
    raise KeyError(name)


class House:
    """Web server and worker over one SQLite file, at 11:00 of the day of the circular, with one operator."""

    def __init__(self, serve: Callable[..., LiveServer], instance: Path) -> None:
        """Start both; the operator's password is `factories.PASSWORD`."""
        self.instance = instance
        self.web = serve(KEYNET_NOW=NOW, MAIL_URL="file:")
        url = self.web.environ["DATABASE_URL"]
        with application(url, instance, {}) as app, app.app_context(), clock.at(datetime.fromisoformat(NOW)), transaction():
            account.create_operator(OPERATOR, Role.operator, name="佐藤 直子", password_hash=factories.password_hash())
        names = ("DATABASE_URL", "KEYNET_NOW", "MAIL_URL", "PORT")
        self.worker: subprocess.Popen[bytes] = start_worker(instance, {name: self.web.environ[name] for name in names})

    def stop(self) -> None:
        """End the worker; the server is ended by its fixture."""
        end(self.worker)

    def mail(self, subject: str) -> str:
        """The text of the mail whose subject holds these words, as soon as the worker has written it."""
        found: list[str] = []

        def there() -> bool:
            for file in (self.instance / "mail").glob("*.eml"):
                message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                if subject in str(message["Subject"]):
                    found.append(message.get_content())
            return bool(found)

        wait_until(there, f"the mail {subject}", 40)
        return found[0]


def address_in(mail: str, start: str) -> str:
    """The path of the link in a mail that begins so."""
    found = re.search(rf"https?://[^/\s]+({re.escape(start)}\S+)", mail)
    assert found, mail
    return found[1]


def code_in(mail: str) -> str:
    """The code of a first login mail."""
    found = re.search(r"コード\s+(\S+)", mail)
    assert found, mail
    return found[1]


def unfold(page: Any) -> None:
    """Open all parts of the form, as a person does."""
    for fold in page.query_selector_all("details.done-fold:not([open])"):
        fold.query_selector("summary").click()
