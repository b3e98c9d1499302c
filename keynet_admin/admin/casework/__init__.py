"""Pages of a case beside its decision: the return, corrections, notes."""
