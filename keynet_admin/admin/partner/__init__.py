"""Partners at `/admin/partner/`: the ledger, the partners themselves, their keys."""
