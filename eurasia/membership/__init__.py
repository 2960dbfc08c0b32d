"""Plans, subscriptions, and the gate that reads them."""
