"""Training of operators: forms with known answers that are no submissions, and what each account answered."""
