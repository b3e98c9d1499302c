"""Word lists and the text searches built on them."""
