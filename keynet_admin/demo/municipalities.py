"""The municipalities of the demo: real names and codes from the reference tables, invented mail hosts, streets without a real number."""

from dataclasses import dataclass
from functools import lru_cache

from keynet_admin.catalogue import reference
from keynet_admin.catalogue.table import CsvRow, read_rows

FILE = "demo/bodies.csv"
COLUMNS = ("code6", "zip", "address", "venue_zip", "venue_code6", "venue_address", "area_code", "mail_host")
ORG_TYPES = {
    "prefecture": "prefecture",
    "designated_city": "city",
    "core_city": "city",
    "city": "city",
    "special_ward": "special_ward",
    "town": "town",
    "village": "village",
}
HALLS = {"都": "都庁", "道": "道庁", "府": "府庁", "県": "県庁", "町": "町役場", "村": "村役場", "区": "区役所"}


@dataclass(frozen=True)
class DemoMunicipality:
    """One municipality with what the forms need of it. `venue_*` is a second place of it, where people work."""

    municipality: reference.Municipality
    zip: str
    address: str
    venue_zip: str
    venue_city: reference.Municipality
    venue_address: str
    area_code: str
    mail_host: str

    @property
    def name(self) -> str:
        """Its official name."""
        return self.municipality.name

    @property
    def org_type(self) -> str:
        """The form's choice for its kind."""
        return ORG_TYPES[self.municipality.kind]

    @property
    def hall(self) -> str:
        """What its main office is called: 市役所, 町役場 …"""
        return HALLS.get(self.name[-1], "市役所")

    @property
    def unit(self) -> str:
        """What it calls its own area: 市内, 町内 …"""
        return self.name[-1] + "内"

    def phone(self, number: int) -> str:
        """A number nobody has: the area code, zeros, and two free digits at the end."""
        zeros = "0" * (10 - len(self.area_code) - 4)
        return f"{self.area_code}-{zeros}-00{number % 100:02d}"


@lru_cache(maxsize=1)
def demo_municipalities() -> tuple[DemoMunicipality, ...]:
    """All municipalities of the demo, in the order of their codes. Raises BadReferenceFile when the table names an unknown one."""
    return tuple(_body(row) for row in read_rows(FILE, COLUMNS))


def _body(row: CsvRow) -> DemoMunicipality:
    own, venue = reference.municipality(row.text("code6")), reference.municipality(row.text("venue_code6"))
    if own is None or venue is None:
        raise row.bad("code6" if own is None else "venue_code6", "団体コードの表にありません")
    texts = (row.text(column) for column in ("venue_address", "area_code", "mail_host"))
    return DemoMunicipality(own, row.text("zip"), row.text("address"), row.text("venue_zip"), venue, *texts)
