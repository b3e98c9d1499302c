"""What follows a posting in the demo: partners who pass it on, and the rounds of the follow-up report."""
