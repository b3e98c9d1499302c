"""What is common to texts of all kinds of field: words for none, two cells in one."""
