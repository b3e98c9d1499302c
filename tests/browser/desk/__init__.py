"""The desk of the operators in a real Chromium."""
