"""Readers, plans and subscriptions at the desk. `subscribing` alone changes a right."""
