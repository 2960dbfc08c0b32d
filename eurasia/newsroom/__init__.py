"""Files, articles, full texts: what the journal publishes."""
