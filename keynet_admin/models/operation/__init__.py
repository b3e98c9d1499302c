"""What the program keeps of its own running: jobs, workers, held mails, runs of the retention."""
