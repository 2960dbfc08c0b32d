"""Three ways of writing one feed: Atom (RFC 4287), RSS 2.0, JSON Feed 1.1."""

import json
from datetime import UTC, datetime
from typing import Any

from django.utils.feedgenerator import (
    Atom1Feed,
    Rss201rev2Feed,
    SyndicationFeed,
    rfc3339_date,
)

from eurasia.newsroom.rendering import sayable


def _sayable(value: Any) -> Any:
    """A paste at the desk can bring what XML has no characters for."""
    if isinstance(value, str):
        return sayable(value)
    return [_sayable(each) for each in value] if isinstance(value, list) else value


class Writing(SyndicationFeed):
    """What the three have in common. Of an item they know, beside what Django's know, `authors`,
    `standfirst` and whether its text `is_whole`.
    """

    content_type: str

    def __init__(self, **values: Any) -> None:
        super().__init__(**{name: _sayable(value) for name, value in values.items()})

    def add_item(self, **values: Any) -> None:  # type: ignore[override]  # keywords alone
        said = {name: _sayable(value) for name, value in values.items()}
        super().add_item(**said)

    def latest_post_date(self) -> datetime:
        """Of a feed without entries, always the same."""
        return super().latest_post_date() if self.items else datetime(2000, 1, 1, tzinfo=UTC)


class Atom(Writing, Atom1Feed):
    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """A teaser is a summary, a whole text is content; and each author has a name."""
        summary = None if item["is_whole"] else item["description"]
        super().add_item_elements(handler, {**item, "author_name": None, "description": summary})
        for name in item["authors"]:
            handler.startElement("author", {})
            handler.addQuickElement("name", name)
            handler.endElement("author")
        if item["is_whole"]:
            handler.addQuickElement("content", item["description"], {"type": "html"})


class Rss(Writing, Rss201rev2Feed):
    pass


class JsonFeed(Writing):
    """https://www.jsonfeed.org/version/1.1/"""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        said = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "description": self.feed["description"],
            "language": self.feed["language"],
            "items": [self._item(item) for item in self.items],
        }
        outfile.write(json.dumps(said, ensure_ascii=False))

    def _item(self, item: dict[str, Any]) -> dict[str, Any]:
        said = {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "content_html": item["description"],
            "summary": item["standfirst"],
            "date_published": rfc3339_date(item["pubdate"]),
            "date_modified": rfc3339_date(item["updateddate"]),
            "authors": [{"name": name} for name in item["authors"]],
            "tags": item["categories"],
            "language": self.feed["language"],
        }
        return {name: value for name, value in said.items() if value}


#: By what an address ends in; "" is the one that the journal's own pages speak of.
WRITINGS: dict[str, type[Writing]] = {"": Atom, "rss": Rss, "json": JsonFeed}
