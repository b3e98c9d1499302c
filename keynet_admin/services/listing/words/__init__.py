"""The words that people type, and what they mean to the visitors' search: data, and pure functions over it."""
