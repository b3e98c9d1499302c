"""The pages that show what visitors read of a posting on a day, for operators and for its own municipality."""
