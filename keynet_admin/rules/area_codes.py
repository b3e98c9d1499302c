"""Area codes of fixed telephones: how ten digits are grouped."""


def group_fixed(digits: str) -> str:
    """Ten digits of a fixed telephone with hyphens after the area code and the local exchange."""
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
