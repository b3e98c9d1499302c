"""Requests of those who should get nothing, and of nobody in their right mind."""
