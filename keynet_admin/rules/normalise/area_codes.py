"""Area codes of fixed telephones: how ten digits are grouped, and which prefectures a code reaches.

Facts of the numbering plan (総務省「市外局番の一覧」). A code may reach into a neighbouring prefecture (0827 大竹市, 0986 曽於市): such
codes carry both, so that TEL-005 does not speak about a town hall that is right.
"""

_TWO = ("03", "06")
_WHOLE = frozenset({"011", "044", "045", "052", "075", "078", "092", "093", "048"})
# Area codes of three digits that share their digits with codes of four: the first digit of the exchange decides.
_THREE = {
    "017": "7",
    "018": "8",
    "019": "6",
    "022": "2379",
    "023": "6",
    "024": "59",
    "025": "235",
    "026": "2",
    "027": "23",
    "028": "6",
    "029": "28",
    "042": "345679",
    "043": "234",
    "046": "28",
    "047": "347",
    "049": "2",
    "053": "45",
    "054": "236",
    "055": "29",
    "058": "23",
    "059": "23",
    "072": "2346789",
    "073": "4",
    "076": "24",
    "077": "5",
    "079": "2",
    "082": "258",
    "083": "29",
    "084": "9",
    "086": "249",
    "087": "8",
    "088": "68",
    "089": "9",
    "095": "8",
    "096": "23",
    "097": "5",
    "098": "89",
    "099": "2",
}
_FIVE = frozenset(
    [
        "01267",
        "01372",
        "01374",
        "01377",
        "01392",
        "01397",
        "01398",
        "01456",
        "01457",
        "01466",
        "01547",
        "01558",
        "01564",
        "01586",
        "01587",
        "01632",
        "01634",
        "01635",
        "01648",
        "01654",
        "01655",
        "01656",
        "01658",
        "04992",
        "04994",
        "04996",
        "04998",
        "05769",
        "05979",
        "07468",
        "08387",
        "08388",
        "08396",
        "08477",
        "08512",
        "08514",
        "09496",
        "09802",
        "09912",
        "09913",
        "09969",
    ]
)


def area_code(digits: str) -> str:
    """The area code of ten digits of a fixed telephone. Four digits where the plan is not known better."""
    if digits.startswith(_TWO):
        return digits[:2]
    if digits[:5] in _FIVE:
        return digits[:5]
    if digits.startswith("0471") or (digits.startswith("0429") and digits[4] not in "7"):
        return "04"
    if digits[:3] in _WHOLE:
        return digits[:4] if digits[:4] in ("0480", "0930") else digits[:3]
    if digits[3] in _THREE.get(digits[:3], ""):
        return digits[:3]
    return digits[:4]


def group_fixed(digits: str) -> str:
    """Ten digits of a fixed telephone with hyphens after the area code and the local exchange."""
    code = area_code(digits)
    return f"{code}-{digits[len(code) : 6]}-{digits[6:]}"


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
