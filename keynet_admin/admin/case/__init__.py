"""The page of one case: which fields stand in one line (`groups`), the form as lines (`sheet`), findings as choices (`asked`)."""
