"""Licences and who may inject."""
