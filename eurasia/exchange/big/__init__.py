"""A large journal that means nothing, to measure by: `manage.py make_big` writes it."""
