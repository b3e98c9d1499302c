"""The parts of the one list: its page and its export."""
