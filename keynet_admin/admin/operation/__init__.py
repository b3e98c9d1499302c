"""The running of the program, for administrators: jobs, the sending of mails, retention, banner and read-only mode."""
