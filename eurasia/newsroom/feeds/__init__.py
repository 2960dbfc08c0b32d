"""Feeds: of teasers for everybody, and of full texts for one reader each."""
