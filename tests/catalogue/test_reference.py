"""The readers of the reference tables refuse what cannot be trusted, with row and column."""

import shutil
from datetime import date

import pytest

from keynet_admin.catalogue import reference as ref
from keynet_admin.catalogue.table import BadReferenceFile, seed_folder


def test_the_tables():
    assert len(ref.prefectures()) == 47
    assert len(ref.municipalities()) == 1959
    assert sum(not m.is_ward and m.kind != "prefecture" for m in ref.municipalities()) == 1741
    assert len(ref.minimum_wages()) == 369
    assert len(ref.job_types()) == 14
    assert len(ref.nurse_centers()) == 47
    assert ref.municipality("452068").name == "日向市"
    assert ref.municipality("999999") is None
    assert ref.prefecture("45").name == "宮崎県"
    assert ref.prefecture("48") is None
    assert "hyugacity.jp" in ref.domains_of("452068")
    assert ref.domains_of("999999") == frozenset()


def test_names():
    assert [m.code6 for m in ref.municipalities_named("府中市")] == ["132063", "342084"]
    assert [m.code6 for m in ref.municipalities_named("日高郡由良町")] == ["303836"]
    assert [m.code6 for m in ref.municipalities_named("龍ヶ崎市")] == ["082082"]
    assert ref.municipalities_named("海山市") == []


def test_periods_of_wards():
    old, new = ref.municipality("221317"), ref.municipality("221384")
    assert old.exists_on(date(2023, 12, 31))
    assert not old.exists_on(date(2024, 1, 1))
    assert new.exists_on(date(2024, 1, 1))
    assert not new.exists_on(date(2023, 12, 31))


def test_law_dates():
    assert ref.law_date("no_such_key", date(2021, 5, 7)) is None
    assert ref.law_date("programme_end", date(2021, 5, 7)) == date(2022, 2, 28)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the seed folder that a test may spoil; the readers look there."""
    for file in seed_folder().glob("*.csv"):
        shutil.copy(file, tmp_path / file.name)
    monkeypatch.setenv("KEYNET_SEED_DATA", str(tmp_path))
    return tmp_path


def spoil(folder, name, number, column, value):
    """Put a value into one cell; `number` is the line as an editor shows it."""
    path = folder / name
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = lines[number - 1].split(",")
    cells[lines[0].split(",").index(column)] = value
    lines[number - 1] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("number", "column", "value"),
    [
        (3, "code6", "011003"),
        (3, "code6", "1100"),
        (3, "prefecture_code", "02"),
        (3, "kind", "metropolis"),
        (3, "name", ""),
        (3, "has_health_center", "yes"),
        (4, "parent_code6", ""),
        (3, "name", " 札幌市"),
    ],
)
def test_a_bad_cell_is_named(folder, number, column, value):
    spoil(folder, "municipalities.csv", number, column, value)
    with pytest.raises(BadReferenceFile) as caught:
        ref.municipalities.__wrapped__()
    assert (caught.value.file, caught.value.row, caught.value.column) == ("municipalities.csv", number, column)
    assert f"{number}行目" in str(caught.value)


def test_a_bad_table_is_named(folder):
    path = folder / "municipalities.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")
    with pytest.raises(BadReferenceFile, match="同じ行"):
        ref.municipalities.__wrapped__()
    path.write_text(text + "1,2,3\n", encoding="utf-8")
    with pytest.raises(BadReferenceFile, match="列の数"):
        ref.municipalities.__wrapped__()
    path.write_text(text.replace("code6", "code", 1), encoding="utf-8")
    with pytest.raises(BadReferenceFile, match="見出し"):
        ref.municipalities.__wrapped__()
    path.write_text(text.splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(BadReferenceFile, match="行がありません"):
        ref.municipalities.__wrapped__()
    path.write_bytes(text.encode("cp932"))
    with pytest.raises(BadReferenceFile, match="UTF-8"):
        ref.municipalities.__wrapped__()
    path.unlink()
    with pytest.raises(BadReferenceFile, match="読めません"):
        ref.municipalities.__wrapped__()
