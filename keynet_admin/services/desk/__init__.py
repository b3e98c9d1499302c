"""The telephone desk: who calls, what they see, and what may be told them."""
