"""The running of the program itself: jobs and workers, held mails, retention, the state of the site."""
