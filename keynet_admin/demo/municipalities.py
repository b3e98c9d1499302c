"""The municipalities of the demo: real names and codes from the reference tables, invented mail hosts, streets without a real number."""

from dataclasses import dataclass
from functools import lru_cache

from keynet_admin.catalogue import reference
from keynet_admin.catalogue.table import BadCell, Text, read_table


@dataclass(frozen=True)
class DemoMunicipality:
    """One municipality with what the forms need of it. `venue_*` is a second place of it, where people work."""

    code6: Text
    zip: Text
    address: Text
    venue_zip: Text
    venue_code6: Text
    venue_address: Text
    area_code: Text
    mail_host: Text

    @property
    def municipality(self) -> reference.Municipality:
        """Its row in the table of municipalities."""
        return _known("code6", self.code6)

    @property
    def venue_city(self) -> reference.Municipality:
        """The municipality (or ward) where people work."""
        return _known("venue_code6", self.venue_code6)

    def __post_init__(self) -> None:
        """Raises BadCell for a code that is in no table."""
        _ = self.municipality, self.venue_city

    @property
    def name(self) -> str:
        """Its official name."""
        return self.municipality.name

    @property
    def org_type(self) -> str:
        """The form's choice for its kind."""
        kind = self.municipality.kind
        return "city" if kind in ("designated_city", "core_city") else kind

    @property
    def unit(self) -> str:
        """What it calls its own area: 市内, 町内 …"""
        return self.name[-1] + "内"

    def phone(self, number: int) -> str:
        """A number nobody has: the area code, zeros, and two free digits at the end."""
        zeros = "0" * (10 - len(self.area_code) - 4)
        return f"{self.area_code}-{zeros}-00{number % 100:02d}"


def _known(column: str, code: str) -> reference.Municipality:
    found = reference.municipality(code)
    if found is None:
        raise BadCell(column, "団体コードの表にありません")
    return found


@lru_cache(maxsize=1)
def demo_municipalities() -> tuple[DemoMunicipality, ...]:
    """All municipalities of the demo, in the order of their codes. Raises BadReferenceFile when the table names an unknown one."""
    return read_table("demo/bodies.csv", DemoMunicipality, "code6")
