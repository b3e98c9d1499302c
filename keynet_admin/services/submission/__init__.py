"""Submissions: taking in, identity of the sender, findings, drafts, lists, decisions."""
