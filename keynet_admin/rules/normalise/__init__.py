"""One normaliser a kind of field: certain meaning is understood, anything else refused with a hint."""
