"""What people type into fields, as tables: field, typed value, and what is made of it."""
