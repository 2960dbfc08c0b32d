"""The part of the desk about readers, which Django finds here; it lives in `desk/`."""

from eurasia.membership.desk import plans, readers, subscriptions

__all__ = ["plans", "readers", "subscriptions"]
