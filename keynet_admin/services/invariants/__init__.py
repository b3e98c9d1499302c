"""What must hold in the database whatever happened to the program: one place that says it, for operators, drills and tests."""
