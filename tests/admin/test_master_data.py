"""Master data on `/admin/`: who may edit, what the forms refuse, and that a change counts in rules, clock and deadlines at once."""
