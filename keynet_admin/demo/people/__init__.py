"""Who applies and asks in the demo, and the addresses that show it."""
