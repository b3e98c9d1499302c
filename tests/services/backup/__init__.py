"""Tests of services/backup."""
