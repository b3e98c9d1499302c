"""Area codes of fixed telephones: how ten digits are grouped, and which prefectures a code reaches.

The grouping is libphonenumber's, which follows the numbering plan (総務省「市外局番の一覧」). Its Japanese area names are not used: they
name one town a code and sometimes in the wrong prefecture (0735 新宮 in Fukuoka), while a code may reach into a neighbouring prefecture
(0827 大竹市, 0986 曽於市). The table below has both, so that TEL-005 reports no town hall that is right.
"""

from phonenumbers import PhoneNumber, PhoneNumberFormat, format_number


def group_fixed(digits: str) -> str:
    """Ten digits of a fixed telephone with hyphens after the area code and the local exchange (4-2-4 for a code that nobody has)."""
    grouped = format_number(PhoneNumber(country_code=81, national_number=int(digits)), PhoneNumberFormat.NATIONAL)
    return grouped if "-" in grouped else f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def area_code(digits: str) -> str:
    """The area code of ten digits of a fixed telephone."""
    return group_fixed(digits).partition("-")[0]


# Longest prefix first decides. Values: JIS codes of the prefectures whose town halls use the code.
_PREFECTURES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("011", "012", "013", "014", "015", "016"), ("01",)),
    "017": ("02",),
    "018": ("05",),
    "019": ("03",),
    "022": ("04",),
    "023": ("06",),
    "024": ("07",),
    "025": ("15",),
    "026": ("20",),
    "027": ("10",),
    "028": ("09",),
    "0280": ("08", "09", "11"),
    "029": ("08",),
    "03": ("13",),
    "042": ("11", "13", "14"),
    "0422": ("13",),
    "0428": ("13", "19"),
    "043": ("12",),
    "044": ("14",),
    "045": ("14",),
    "046": ("14",),
    "047": ("08", "12"),
    "048": ("11",),
    "049": ("11",),
    "0499": ("13",),
    "052": ("23",),
    "053": ("22", "23"),
    "054": ("22",),
    "055": ("19", "22"),
    "056": ("23",),
    "0567": ("23", "24"),
    "057": ("21",),
    "058": ("21", "23"),
    "059": ("24",),
    "06": ("27", "28"),
    "072": ("27", "28"),
    "073": ("29", "30"),
    "0735": ("24", "29", "30"),
    "074": ("25", "26", "29"),
    "075": ("26", "27"),
    "076": ("16", "17"),
    "077": ("18", "25", "26"),
    "078": ("28",),
    "079": ("28",),
    "082": ("34", "35"),
    "083": ("35",),
    "084": ("33", "34"),
    "085": ("31", "32"),
    "086": ("33",),
    "087": ("37",),
    "088": ("36", "39"),
    "089": ("38",),
    "092": ("40",),
    "0920": ("42",),
    "093": ("40",),
    "094": ("40", "41"),
    "095": ("41", "42"),
    "096": ("43",),
    "097": ("44",),
    "0979": ("40", "44"),
    "098": ("45", "46", "47"),
    "0980": ("47",),
    "0988": ("47",),
    "0989": ("47",),
    "0982": ("45",),
    "0983": ("45",),
    "0984": ("45",),
    "0985": ("45",),
    "0986": ("45", "46"),
    "0987": ("45",),
    "099": ("46",),
}


def prefectures_of(digits: str) -> tuple[str, ...]:
    """Prefectures (two digits) that the area code of a fixed number reaches; empty when the code is not known."""
    for length in (4, 3, 2):
        found = _PREFECTURES.get(digits[:length])
        if found:
            return found
    return ()
