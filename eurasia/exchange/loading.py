"""The only writer of what importers read. Running it again changes nothing that has not changed.

Each thing is written in a transaction of its own: a bad one is named and leaves nothing behind.
What the desk has changed since the last import is kept, unless `overwrite` takes the file.
"""

import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from html import unescape
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.files.storage import Storage
from django.db import DatabaseError, models, transaction

from eurasia.exchange.drafts import (
    ArticleDraft,
    BadInput,
    Edition,
    EventDraft,
    FileDraft,
    PartyDraft,
    PictureDraft,
    Place,
    PlanDraft,
    Problem,
)
from eurasia.languages import CODES
from eurasia.membership.models import Plan
from eurasia.newsroom import clean_copies, indexing, publishing, rendering, renditions, vault
from eurasia.newsroom.models import (
    Article,
    Contributor,
    Event,
    FileParty,
    FullText,
    Party,
    Picture,
    TopicFile,
)
from eurasia.newsroom.slugs import slug_of

AnyDraft = PartyDraft | FileDraft | EventDraft | PlanDraft | ArticleDraft


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"


@dataclass
class Report:
    """How many of each outcome, what was not loaded and why."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def load(
    edition: Edition,
    *,
    overwrite: bool,
    dry_run: bool,
    advance: Callable[[], None] = lambda: None,
) -> Report:
    """Write an edition; `advance` is called after each entry. A dry run writes nothing at all."""
    report = Report(problems=list(edition.problems))
    loader = _Loader(overwrite)
    drafts: list[AnyDraft] = [
        *edition.parties, *edition.files, *edition.events, *edition.plans, *edition.articles,
    ]  # fmt: skip
    with ExitStack() as stack:
        stored: list[tuple[Storage, str]] = []
        if dry_run:
            stack.callback(_forget, stored)
            stack.enter_context(transaction.atomic())
            stack.callback(transaction.set_rollback, True)
        for draft in drafts:
            try:
                report.counts[loader.load(draft, stored)] += 1
            except BadInput as error:
                report.problems.append(error.problem)
            advance()
    return report


def _forget(stored: list[tuple[Storage, str]]) -> None:
    for storage, name in stored:
        storage.delete(name)


class _Loader:
    def __init__(self, overwrite: bool) -> None:
        self.overwrite = overwrite
        self.positions: Counter[type] = Counter()
        self.places: dict[tuple[type, str], Place] = {}
        self.events: set[int] = set()

    def load(self, draft: AnyDraft, stored: list[tuple[Storage, str]]) -> Outcome:
        """Write one draft in a transaction. Raises BadInput, with nothing written."""
        self.stored: list[tuple[Storage, str]] = []
        self.positions[type(draft)] += 1
        self._refuse_twice(draft)
        try:
            with transaction.atomic():
                outcome = self._write(draft)
        except BaseException as error:
            _forget(self.stored)
            match error:
                case ValidationError():
                    raise BadInput(draft.place, " ".join(error.messages)) from None
                case DatabaseError():
                    raise BadInput(draft.place, f"The database refuses it: {error}") from None
                case OSError():
                    raise BadInput(draft.place, f"A picture is lost: {error.strerror}.") from None
            raise
        stored += self.stored
        return outcome

    def _refuse_twice(self, draft: AnyDraft) -> None:
        """Two entries with one address would take turns for ever. Events have no address."""
        if isinstance(draft, EventDraft):
            return
        name = draft.ref if isinstance(draft, ArticleDraft) else draft.slug
        first = self.places.setdefault((type(draft), name), draft.place)
        if first is not draft.place:
            raise BadInput(draft.place, f"{name!r} stands in {first} already.")

    def _write(self, draft: AnyDraft) -> Outcome:
        match draft:
            case PartyDraft():
                return self.party(draft)
            case FileDraft():
                return self.file(draft)
            case EventDraft():
                return self.event(draft)
            case PlanDraft():
                return self.plan(draft)
            case ArticleDraft():
                return self.article(draft)

    # --- Short things: found by slug; what differs from the file was changed at the desk or in the
    # --- file, nobody can tell which, so it is kept unless `overwrite`.

    def party(self, draft: PartyDraft) -> Outcome:
        party = Party.objects.filter(slug=draft.slug).first() or Party(slug=draft.slug)
        return self._save(
            party, {"kind": draft.kind, "colour": draft.colour, **_columns("name", draft.name)}
        )

    def plan(self, draft: PlanDraft) -> Outcome:
        plan = Plan.objects.filter(slug=draft.slug).first() or Plan(
            slug=draft.slug, position=self.positions[PlanDraft]
        )
        values = {
            "days": draft.days,
            "is_offered": draft.is_offered,
            **_columns("name", draft.name),
            **_columns("description", draft.description),
        }
        return self._save(plan, values)

    def event(self, draft: EventDraft) -> Outcome:
        file = self._file(draft.file, draft.place)
        that_day = Event.objects.filter(file=file, on=draft.on).exclude(pk__in=self.events)
        event = (
            that_day.filter(text_en=draft.text["en"]).first()
            or that_day.filter(source_url=draft.source_url).order_by("id").first()
            or Event(file=file, on=draft.on)
        )
        values = {
            "source_title": draft.source_title,
            "source_url": draft.source_url,
            **_columns("text", draft.text),
        }
        outcome = self._save(event, values)
        self.events.add(event.pk)
        return outcome

    def file(self, draft: FileDraft) -> Outcome:
        file = TopicFile.objects.filter(slug=draft.slug).first() or TopicFile(
            slug=draft.slug, position=self.positions[FileDraft]
        )
        introduction = {code: rendering.clean(text) for code, text in draft.introduction.items()}
        values = {
            "status": draft.status,
            **_columns("name", draft.name),
            **_columns("introduction", introduction),
        }
        parties = self._named(Party, draft.parties, draft.place)
        rows = FileParty.objects.filter(file_id=file.pk).select_related("party")
        held = [row.party for row in rows.order_by("position", "id")]
        outcome = self._save(file, values, differs=held != parties)
        if outcome in {Outcome.CREATED, Outcome.UPDATED}:
            file.file_parties.all().delete()
            FileParty.objects.bulk_create(
                FileParty(file=file, party=party, position=position)
                for position, party in enumerate(parties)
            )
            indexing.index_named(file.articles)
        return outcome

    def _save(self, row: models.Model, values: dict[str, Any], *, differs: bool = False) -> Outcome:
        created = row._state.adding
        if not created:
            if not differs and all(getattr(row, key) == value for key, value in values.items()):
                return Outcome.UNCHANGED
            if not self.overwrite:
                return Outcome.KEPT
        for key, value in values.items():
            setattr(row, key, value)
        row.full_clean()
        row.save()
        return Outcome.CREATED if created else Outcome.UPDATED

    # --- Articles: found by import_ref; both sides' changes are known apart.

    def article(self, draft: ArticleDraft) -> Outcome:
        # Nobody saves it at the desk between this look and the write.
        article = Article.objects.select_for_update().filter(import_ref=draft.ref).first()
        created = article is None
        if article is None:
            article = Article(import_ref=draft.ref, status=_first_status(draft))
        else:
            changed_at_the_desk = article.import_state != _state_of(article)
            if changed_at_the_desk and not self.overwrite:
                return Outcome.KEPT
            if not changed_at_the_desk and article.import_digest == draft.digest:
                return Outcome.UNCHANGED
        files = [self._file(name, draft.place) for name in draft.files]
        contributors = [self._contributor(name, draft.place) for name in draft.contributors]
        self._fill(article, draft)
        body = self._with_pictures(draft.body, draft)
        article.full_clean(exclude=["teaser"])
        publishing.write(
            article, body, by=None, reason="import",
            in_files=[file.pk for file in files],
            bylines=[person.pk for person in contributors],
        )  # fmt: skip
        if not article.teaser_html:
            raise BadInput(draft.place, "Nothing is left of the teaser once its HTML is cleaned.")
        # Only an import writes these two, so they are no save of the article's.
        Article.objects.filter(pk=article.pk).update(
            import_digest=draft.digest, import_state=_state_of(article)
        )
        return Outcome.CREATED if created else Outcome.UPDATED

    def _fill(self, article: Article, draft: ArticleDraft) -> None:
        article.language = draft.language
        article.slug = draft.slug
        article.headline = draft.headline
        article.standfirst = draft.standfirst
        article.work = draft.work or article.work
        article.access = draft.access
        article.published_at = draft.published_at or article.published_at
        article.teaser = self._with_pictures(draft.teaser, draft)
        article.cover = self._picture(draft.cover, draft, draft.cover_alt) if draft.cover else None
        article.cover_alt = draft.cover_alt

    def _with_pictures(self, source: str, draft: ArticleDraft) -> str:
        for number, picture in enumerate(draft.pictures):
            mark = f'data-picture="@{number}"'
            if mark in source:
                said = re.search(f'{mark} alt="([^"]*)"', source)
                key = self._picture(picture, draft, unescape(said[1]) if said else "").pk
                source = source.replace(mark, f'data-picture="{key}"')
        return source

    def _picture(self, draft: PictureDraft, article: ArticleDraft, alt: str) -> Picture:
        """`alt` is how the article describes it; without one the library says that it has none."""
        column, alt = f"alt_{article.language}", " ".join(alt.split())[:300]
        # With its credit, which is per language and may be corrected.
        held = Picture.objects.filter(
            digest=draft.digest, is_public=draft.is_public, credit=draft.credit
        ).first()
        if held:
            if alt and not getattr(held, column):
                Picture.objects.filter(pk=held.pk).update(**{column: alt})
            return held
        picture = Picture(credit=draft.credit, is_public=draft.is_public, **{column: alt})
        with draft.path.open("rb") as opened:
            copy = clean_copies.make(opened)
        renditions.put(picture, copy)
        storage = picture.file.storage
        self.stored.append((storage, str(picture.file.name)))
        picture.save()
        renditions.store(picture, renditions.encode(io.BytesIO(copy.data)))
        self.stored += [(storage, name) for name in picture.names[1:]]
        return picture

    def _contributor(self, name: str, place: Place) -> Contributor:
        held: Contributor | None = Contributor.objects.filter(name=name).order_by("id").first()
        if held:
            return held
        slug = slug_of(name)
        if not slug:
            raise BadInput(
                place,
                f"The contributor {name!r} needs a slug: add the contributor at the desk first.",
            )
        contributor = Contributor(slug=slug, name=name)
        contributor.full_clean()
        contributor.save()
        return contributor

    def _file(self, name: str, place: Place) -> TopicFile:
        named = TopicFile.objects.filter(models.Q(slug=name) | models.Q(name_en=name))
        file: TopicFile | None = named.first()
        if file is None:
            raise BadInput(place, f"There is no file {name!r}: give its English name or its slug.")
        return file

    def _named(self, model: Any, slugs: list[str], place: Place) -> list[Any]:
        rows = {row.slug: row for row in model.objects.filter(slug__in=slugs)}
        for slug in slugs:
            if slug not in rows:
                raise BadInput(place, f"There is no {model._meta.verbose_name} {slug!r}.")
        return [rows[slug] for slug in slugs]


def _first_status(draft: ArticleDraft) -> str:
    """A re-import never changes the status, so this is asked once."""
    if draft.status:
        return draft.status
    return Article.Status.PUBLISHED if draft.published_at else Article.Status.DRAFT


def _columns(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {f"{name}_{code}": texts[code] for code in CODES}


def _state_of(article: Article) -> str:
    """A digest of what the desk can change: once it differs, the desk has been there."""
    with vault.opened("import"):
        full_text = FullText.objects.filter(pk=article.pk).first()
    article = cast(Article, Article.objects.with_labels().get(pk=article.pk))
    moments = [article.published_at, article.revised_at, article.free_from, article.free_until]
    parts = [
        article.slug, article.work, article.headline, article.standfirst, article.teaser,
        full_text.body if full_text else "", article.access,
        [moment and moment.timestamp() for moment in moments],
        [file.pk for file in article.file_list], [person.pk for person in article.byline],
        article.cover_id, article.cover_alt,
    ]  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()
