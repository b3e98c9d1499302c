"""What a search finds: the listed postings in memory, counts per choice, offers where nothing is found."""
