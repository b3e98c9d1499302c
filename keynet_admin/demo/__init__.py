"""Demo data: the service in its third week, made by a seeded factory that goes through the real services on a moved clock.

Everything is one transaction: it is there whole or not at all. A marker row tells a demo database from a real one; `KEYNET_DEMO=1` refuses
a database that has rows but no marker.
"""

from keynet_admin.demo.load import load
from keynet_admin.demo.marker import refuse_real_data

__all__ = ["load", "refuse_real_data"]
