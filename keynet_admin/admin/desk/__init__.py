"""The telephone desk: `/admin/desk/`."""
