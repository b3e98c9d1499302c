"""Partners: files, mails, answers, people secured."""
