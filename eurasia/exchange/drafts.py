"""What every importer reads its source into, and what `loading` writes from."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Where something was read, for the person who mends it. Lines count from 1."""

    path: str
    line: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """Why something was not loaded."""

    place: Place
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


class BadInput(ValueError):
    """Raised while reading one thing; the others go on."""

    def __init__(self, place: Place, reason: str) -> None:
        super().__init__(reason)
        self.problem = Problem(place, reason)


@dataclass(frozen=True)
class PictureDraft:
    """A picture file beside the text. `is_public` for covers and pictures of teasers."""

    path: Path
    credit: str
    is_public: bool

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class PartyDraft:
    place: Place
    slug: str
    kind: str
    colour: str
    name: dict[str, str]


@dataclass(frozen=True)
class FileDraft:
    place: Place
    slug: str
    name: dict[str, str]
    introduction: dict[str, str]  # source HTML
    parties: list[str]
    status: str


@dataclass(frozen=True)
class EventDraft:
    place: Place
    file: str
    on: date
    text: dict[str, str]
    source_title: str
    source_url: str


@dataclass(frozen=True)
class PlanDraft:
    place: Place
    slug: str
    name: dict[str, str]
    description: dict[str, str]
    days: int | None
    is_offered: bool


@dataclass(frozen=True)
class ArticleDraft:
    """One article in one language. `teaser` and `body` are source HTML in which a picture is
    `data-picture="@n"`, n being its index in `pictures`."""

    place: Place
    language: str
    slug: str
    headline: str
    teaser: str
    body: str
    standfirst: str = ""
    work: str = ""
    access: str = "subscribers"
    status: str | None = None
    published_at: datetime | None = None
    files: list[str] = field(default_factory=list)
    contributors: list[str] = field(default_factory=list)
    cover: PictureDraft | None = None
    cover_alt: str = ""
    pictures: list[PictureDraft] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """What identifies the article through all imports."""
        return f"{self.language}/{self.slug}"

    @property
    def digest(self) -> str:
        """SHA-256 of all that was read, pictures included."""
        parts = [
            self.work, self.headline, self.standfirst, self.teaser, self.body, self.access,
            self.published_at and self.published_at.isoformat(), self.files, self.contributors,
            self.cover_alt,
            [(p.digest, p.credit) for p in [self.cover, *self.pictures] if p],
        ]  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()


@dataclass
class Edition:
    """Everything that one source holds, and what could not be read of it."""

    parties: list[PartyDraft] = field(default_factory=list)
    files: list[FileDraft] = field(default_factory=list)
    events: list[EventDraft] = field(default_factory=list)
    plans: list[PlanDraft] = field(default_factory=list)
    articles: list[ArticleDraft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
