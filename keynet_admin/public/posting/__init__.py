"""The page of one posting: its data for search engines, its sheet of paper, what stands there after its end."""
