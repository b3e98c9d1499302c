"""Reading a document, running the rules, findings."""
