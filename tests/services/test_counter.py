"""Numbers as people type them."""

import pytest

from keynet_admin.services import counter


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("KN-P-000001", "KN-P-000001"),
        ("kn-p-000001", "KN-P-000001"),
        ("KNP000001", "KN-P-000001"),
        ("ＫＮ－Ｐ－０００００１", "KN-P-000001"),
        ("KN‐P–000001", "KN-P-000001"),
        ("KNーPー000001", "KN-P-000001"),
        (" KN P 000001　", "KN-P-000001"),
        ("KN-P-1234567", "KN-P-1234567"),
        ("KN-210507-0001", "KN-210507-0001"),
        ("kn2105070001", "KN-210507-0001"),
        ("ＫＮ−２１０５０７−００１２", "KN-210507-0012"),
        ("KN-P-1", ""),
        ("KN-P-1234567890", ""),
        ("KN-210507", ""),
        ("KN-P-000001.", ""),
        ("看護師", ""),
        ("", ""),
        ("\0", ""),
        ("KN-P-00000²", "KN-P-000002"),
        ("KN-P-" + "0" * 90000, ""),
    ],
)
def test_a_typed_number(text: str, stored: str) -> None:
    assert counter.typed(text) == stored
