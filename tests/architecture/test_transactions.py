"""Who opens transactions: doors, and the few services that drive a loop of short ones."""

from tests.architecture import source

DRIVERS = {
    "keynet_admin.services.listing.refresh": "makes the public table anew batch by batch",
    "keynet_admin.services.search.remade": "folds the words of the searches anew batch by batch",
    "keynet_admin.services.mail.outbox": "claims a mail, sends it with nothing open, settles it",
    "keynet_admin.services.report.reminders": "asks bodies for their report one by one",
    "keynet_admin.services.persons": "ends old data batch by batch",
    "keynet_admin.services.operation.key_rotation": "makes anew what older keys have made, batch by batch, and takes the steps of their replacement",
    "keynet_admin.services.backup.restore": "makes a restored database ready between its migrations and the end of old data",
    "keynet_admin.services.batch": "sets a batch of cases aside one by one",
    "keynet_admin.services.files.upload": "stores a file batch by batch; the rules run in between",
    "keynet_admin.services.files.import_file": "stores a file batch by batch; the rules run in between",
}


# In read-only mode, too, and why.
EVEN_READ_ONLY = {
    "keynet_admin.web.access.sign_in": "reading asks for a session: without one no administrator could end the mode",
    "keynet_admin.auth.second": "a sign-in is not whole without its second proof",
    "keynet_admin.auth.pages": "whoever leaves, or ends a look at another account's pages, must be out, whatever the mode",
    "keynet_admin.web.access.second_step": "the second proof of a sign-in is counted and notes itself",
    "keynet_admin.web.access.typed_code": "a typed code opens a page to read; its tries are counted",
    "keynet_admin.admin.operation.site": "the switch itself",
    "keynet_admin.cli": "the switch itself, for the shell",
    "keynet_admin.services.backup.restore": "a backup made while nothing could be written is made ready, and begins with writing allowed",
    "keynet_admin.jobs": "a worker says that it is there, so that nobody takes the mode for a fault",
}


def test_who_writes_in_read_only_mode() -> None:
    """Everybody else is refused where writing begins."""
    writing = {source.name(path) for path in source.modules() if "transaction(even_read_only=True)" in path.read_text(encoding="utf-8")}
    assert writing == set(EVEN_READ_ONLY)


def test_services_open_no_transaction() -> None:
    """A use case is part of its caller's transaction; only the drivers may open some."""
    opening = {source.name(path) for path in source.modules() if "with transaction(" in path.read_text(encoding="utf-8")}
    services = {name for name in opening if name.startswith("keynet_admin.services.")}
    assert services == set(DRIVERS)
