"""Master data that a process keeps in memory."""

from keynet_admin.catalogue import reference
from keynet_admin.services import business_days, master_data


def forget_master_data() -> None:
    """Let this process know the tables of no database: what one test's taught it must not reach the next."""
    business_days.use({})
    reference.use(None, {})
    master_data._known = ("", -1)
