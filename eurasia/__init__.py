"""Eurasia: the article server of a subscription-gated journal."""
