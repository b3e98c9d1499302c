"""People who apply or ask: how they come in, their own page's keys, their stages, what they were promised, what they are told."""
