"""Loading the reference tables: repeatable, follows its files, refuses a bad file with its place, keeps what people filled in."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.catalogue import reference as catalogue
from keynet_admin.catalogue.table import BadReferenceFile, seed_folder
from keynet_admin.models import Counter, LawDateRecord, MinimumWageRecord, MunicipalityRecord, NurseCenterRecord, PrefectureRecord
from keynet_admin.services import master_data, reference
from keynet_admin.services.transaction import transaction


@pytest.fixture
def seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the reference files that the loader reads instead."""
    folder = tmp_path / "seed"
    shutil.copytree(seed_folder(), folder)
    monkeypatch.setenv("KEYNET_SEED_DATA", str(folder))
    yield folder
    monkeypatch.delenv("KEYNET_SEED_DATA")
    reference._forget()
    catalogue.use(None, {})
    master_data._known = ("", -1)


def edit(file: Path, old: str, new: str) -> None:
    """Replace the first occurrence in a file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_tables_hold_the_files(db_session: Session) -> None:
    reference.load_reference()
    counts = [
        db_session.execute(select(func.count()).select_from(m)).scalar_one()
        for m in (PrefectureRecord, MunicipalityRecord, MinimumWageRecord, NurseCenterRecord)
    ]
    assert counts == [47, 1959, 369, 47]
    chiyoda = db_session.get(MunicipalityRecord, "131016")
    assert chiyoda is not None
    assert (chiyoda.name, chiyoda.domain) == ("千代田区", "city.chiyoda.lg.jp")


def test_a_second_run_changes_nothing(db_session: Session) -> None:
    reference.load_reference()
    again = reference.load_reference()
    assert again
    assert {(t.added, t.changed, t.removed) for t in again} == {(0, 0, 0)}


def test_a_changed_file_changes_its_rows(db_session: Session, seed: Path) -> None:
    reference.load_reference()
    edit(seed / "minimum_wages.csv", "13,2021-10-01,1041,", "13,2021-10-02,1042,")
    edit(seed / "municipalities.csv", "千代田区", "千代田特別区")
    loaded = {t.table: (t.added, t.changed, t.removed) for t in reference.load_reference()}
    assert loaded["minimum_wage"] == (1, 0, 1)
    assert loaded["municipality"] == (0, 1, 0)
    assert db_session.get(MinimumWageRecord, ("13", date(2021, 10, 1))) is None


CHANGES = [
    ("changed", "law_dates.csv", "programme_end", "programme_over", True),
    ("prefecture", "prefectures.csv", "01,北海道,", "01,北海道庁,", True),
    ("nothing", "law_dates.csv", "programme_end", "programme_end", False),
]


@pytest.mark.parametrize(("name", "file", "old", "new", "told"), CHANGES, ids=[row[0] for row in CHANGES])
def test_running_processes_are_told_of_what_a_load_changed(
    db_session: Session, seed: Path, name: str, file: str, old: str, new: str, told: bool
) -> None:
    """Their memory stands for a number; it is raised whenever rows were added, changed or removed, also when no row was edited by hand."""
    reference.load_reference()
    db_session.commit()
    before = number(db_session)
    edit(seed / file, old, new)
    with transaction():
        reference.load_reference()
    assert (number(db_session) > before) is told


def number(session: Session) -> int:
    """What processes compare with the number that their memory stands for."""
    return session.execute(select(Counter.value).where(Counter.name == master_data.VERSION)).scalar_one_or_none() or 0


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "column"),
    [
        ("municipalities.csv", "131016,", "131015,", 673, "code6"),
        ("minimum_wages.csv", "01,2019-10-03,861,", "01,2019-10-03,八百,", 2, "yen_per_hour"),
        ("minimum_wages.csv", "01,2019-10-03,861,", "01,2019-02-30,861,", 2, "effective_from"),
        ("law_dates.csv", "2022-10-01,職業", "なし,職業", 2, "value"),
        ("prefectures.csv", "01,北海道,", "48,北海道,", 2, "code"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(
    db_session: Session, seed: Path, file: str, old: str, new: str, row: int, column: str
) -> None:
    reference.load_reference()
    edit(seed / file, old, new)
    edit(seed / "nurse_centers.csv", "01,北海道ナースセンター", "01,北海道のナースセンター")
    with pytest.raises(BadReferenceFile) as refused:
        reference.load_reference()
    assert (refused.value.file, refused.value.row, refused.value.column) == (file, row, column)
    # nothing of the other files was taken over
    center = db_session.get(NurseCenterRecord, "01")
    assert center is not None
    assert center.name == "北海道ナースセンター"


def test_contacts_that_somebody_filled_in_are_kept(db_session: Session, seed: Path) -> None:
    reference.load_reference()
    center = db_session.get(NurseCenterRecord, "13")
    assert center is not None
    center.phone, center.email = "03-0000-0099", ""
    reference.load_reference()
    assert center.phone == "03-0000-0099"


def test_law_dates_keep_their_basis(db_session: Session) -> None:
    reference.load_reference()
    row = db_session.query(LawDateRecord).filter_by(key="intake_from", valid_from=date(2000, 1, 1)).one_or_none()
    assert row is not None
    assert (row.value, row.valid_to) == ("2021-05-06", None)
    assert "事務連絡" in row.basis
