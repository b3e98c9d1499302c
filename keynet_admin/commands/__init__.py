"""Commands by which an installation is kept: backups and the way back, whether all holds in it, and what it is made of."""

from flask import Flask

from keynet_admin.commands import audit, backup, invariants, rotate_key, sbom

ALL = (
    audit.verify_audit,
    backup.backup,
    backup.restore,
    backup.verify_backup,
    invariants.check_invariants,
    rotate_key.rotate_key,
    sbom.sbom,
)


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in ALL:
        app.cli.add_command(command)
