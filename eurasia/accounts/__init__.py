"""Readers and their accounts."""
