"""Search without a dictionary, shared by every index of texts."""
