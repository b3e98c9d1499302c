"""Tests of services/support."""
