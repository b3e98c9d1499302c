"""Makes `municipality_points.csv` from the file of municipal offices that `seed_data/README.md` names.

`python seed_data/make_municipality_points.py localgovjp-utf8.csv > seed_data/municipality_points.csv`. Nothing is fetched here.
"""

import csv
import sys
from pathlib import Path

# The offices of these villages and this town stand in another municipality: a point on their own largest island instead.
ON_THE_ISLAND = {"463035": (30.79, 130.29), "463043": (29.84, 129.87), "473812": (24.27, 123.88)}
# The wards that Hamamatsu has had since 2024: the offices are those of former wards.
SAME_OFFICE = {"221384": "221317", "221392": "221368", "221406": "221376"}


def main(path: str) -> None:
    """Write code, latitude and longitude of every municipality and ward, sorted, in thousandths of a degree."""
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        points = {row["lgcode"]: (float(row["lat"]), float(row["lng"])) for row in csv.DictReader(file)}
    points |= ON_THE_ISLAND
    points |= {new: points[old] for new, old in SAME_OFFICE.items()}
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("code6", "lat", "lon"))
    out.writerows((code, f"{lat:.3f}", f"{lon:.3f}") for code, (lat, lon) in sorted(points.items()))


if __name__ == "__main__":
    main(sys.argv[1])
