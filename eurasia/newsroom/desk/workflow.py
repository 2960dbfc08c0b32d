"""From draft to published and back: where an article stands, and a page for each next step.

Each page asks before it acts: GET shows, POST acts and comes back to the article with a word.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia.accounts.models import User
from eurasia.membership import gate
from eurasia.newsroom import colleagues, drafting, publishing
from eurasia.newsroom.desk import opening
from eurasia.newsroom.desk.notes import NoteField
from eurasia.newsroom.models import Article, Draft
from eurasia.policy import reader_of


class Stage(StrEnum):
    """A status as editors see it: what is published is scheduled until its time has come."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


def stage_of(article: Article, at: datetime) -> Stage:
    is_ahead = article.status == Article.Status.PUBLISHED and not article.is_published(at)
    return Stage.SCHEDULED if is_ahead else Stage(article.status)


# --- The steps ------------------------------------------------------------------------------------


def reviewers() -> QuerySet[User]:
    """Staff who may change any article and read all of it."""
    backend = ModelBackend()
    staff = User.objects.filter(is_staff=True)
    for permission in ["newsroom.change_article", gate.DESK_PERMISSION]:
        staff = staff.filter(pk__in=backend.with_perm(permission))
    return staff.order_by("name", "email")


class ReviewForm(forms.Form):
    to = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        label=_("Who reviews it"),
        empty_label=_("Whoever comes first"),
    )
    text = NoteField(required=False, label=_("Note (optional)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = reviewers()  # type: ignore[attr-defined]  # that of the choice


class NoteToWriterForm(forms.Form):
    text = NoteField(required=False, label=_("Note (optional)"))


class WithdrawalForm(forms.Form):
    because = forms.CharField(
        label=_("Reason"),
        max_length=Article._meta.get_field("withdrawn_because").max_length,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text=_("Readers see it under this address instead of the article."),
    )


class ThrowAwayForm(forms.Form):
    lock = forms.CharField(widget=forms.HiddenInput)


def _submit(article: Article, values: dict[str, Any], by: User, at: datetime) -> None:
    publishing.submit(article, by=by, to=values["to"])
    _note(article, values["text"], by, at)


def _give_back(article: Article, values: dict[str, Any], by: User, at: datetime) -> None:
    publishing.return_to_draft(article, by=by)
    _note(article, values["text"], by, at)


def _note(article: Article, text: str, by: User, at: datetime) -> None:
    if text:
        colleagues.note(article, text, by=by, at=at)


def _withdraw(article: Article, values: dict[str, Any], by: User, at: datetime) -> None:
    publishing.withdraw(article, by=by, at=at, because=values["because"])


def _unschedule(article: Article, values: dict[str, Any], by: User, at: datetime) -> None:
    publishing.unschedule(article, by=by, now=at)


def _throw_away(article: Article, values: dict[str, Any], by: User, at: datetime) -> None:
    if values["lock"] != drafting.lock_of(article, drafting.draft_of(article)):
        raise ValidationError(
            gettext("Somebody saved more changes in the meantime: look at them first.")
        )
    drafting.drop(article)


@dataclass(frozen=True)
class Step:
    """What can be done next with an article; `says` is the question on its page."""

    name: str
    label: Any
    stages: frozenset[Stage]
    needs_publisher: bool = False
    needs_draft: bool = False
    #: It leads back rather than on.
    is_quiet: bool = False
    says: Any = ""
    done: Any = ""
    form: type[forms.Form] = forms.Form
    #: None: it has a page in another module.
    perform: Callable[[Article, dict[str, Any], User, datetime], None] | None = None

    @property
    def title(self) -> str:
        """The label without the dots that promise a question."""
        return str(self.label).rstrip("…")

    def is_open(
        self, model_admin: Any, request: HttpRequest, article: Article, draft: Draft | None
    ) -> bool:
        stage = stage_of(article, timezone.now())
        return (
            stage in self.stages
            and (draft is not None or not self.needs_draft)
            and self.is_allowed(model_admin, request, article)
        )

    def is_allowed(self, model_admin: Any, request: HttpRequest, article: Article) -> bool:
        if self.needs_publisher:
            return opening.may_publish(request)
        may_change: bool = model_admin.has_change_permission(request, article)
        return may_change and opening.may_see_full_texts(request)


STEPS = [
    Step(
        "submit",
        _("Send to review…"),
        frozenset([Stage.DRAFT]),
        says=_("A reviewer reads it next. It can still be changed."),
        done=_("Sent to review."),
        form=ReviewForm,
        perform=_submit,
    ),
    Step(
        "give_back",
        _("Give back…"),
        frozenset([Stage.IN_REVIEW]),
        is_quiet=True,
        says=_("It becomes a draft again, with whoever wrote it."),
        done=_("Given back as a draft."),
        form=NoteToWriterForm,
        perform=_give_back,
    ),
    Step(
        "publish",
        _("Publish…"),
        frozenset([Stage.DRAFT, Stage.IN_REVIEW, Stage.WITHDRAWN]),
        needs_publisher=True,
    ),
    Step(
        "publish",
        _("Publish changes…"),
        frozenset([Stage.PUBLISHED]),
        needs_publisher=True,
        needs_draft=True,
    ),
    Step(
        "throw_away",
        _("Throw the changes away…"),
        frozenset([Stage.PUBLISHED, Stage.WITHDRAWN]),
        needs_draft=True,
        is_quiet=True,
        says=_("The changes that wait are dropped. The history keeps them; readers see no change."),
        done=_("The changes have been thrown away. The history keeps them."),
        form=ThrowAwayForm,
        perform=_throw_away,
    ),
    Step(
        "unschedule",
        _("Take off the schedule…"),
        frozenset([Stage.SCHEDULED]),
        needs_publisher=True,
        is_quiet=True,
        says=_("It becomes a draft again and does not appear at its time."),
        done=_("It is a draft again."),
        perform=_unschedule,
    ),
    Step(
        "withdraw",
        _("Withdraw…"),
        frozenset([Stage.PUBLISHED]),
        needs_publisher=True,
        is_quiet=True,
        says=_(
            "From now on its address answers that it was withdrawn, and why. The desk keeps the "
            "article; it can be published again."
        ),
        done=_("Withdrawn: readers no longer see it."),
        form=WithdrawalForm,
        perform=_withdraw,
    ),
]


# --- The state bar --------------------------------------------------------------------------------


def context(
    model_admin: Any, request: HttpRequest, article: Article | None, form: Any
) -> dict[str, Any]:
    if article is None:
        return {}
    return {
        "stage": stage_of(article, timezone.now()).value,
        "draft": form.draft,
        "time_zone": settings.TIME_ZONE,
        "steps": [
            {"label": step.label, "url": url_of(step.name, article), "is_quiet": step.is_quiet}
            for step in STEPS
            if step.is_open(model_admin, request, article, form.draft)
        ],
    }


def url_of(name: str, article: Article) -> str:
    return reverse(f"admin:newsroom_article_{name}", args=[article.pk])


# --- Their pages ----------------------------------------------------------------------------------


def urls(model_admin: Any) -> list[Any]:
    wrap = model_admin.admin_site.admin_view
    return [
        path(
            f"<int:pk>/{step.name.replace('_', '-')}/",
            wrap(partial(take, model_admin, step)),
            name=f"newsroom_article_{step.name}",
        )
        for step in STEPS
        if step.perform
    ]


def take(model_admin: Any, step: Step, request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a step: what it does, what it asks for, and the button."""
    article = opening.article_of(model_admin, request, pk)
    if not step.is_allowed(model_admin, request, article):
        raise PermissionDenied
    at, draft = timezone.now(), drafting.draft_of(article)
    if request.method == "POST":
        form = step.form(request.POST)
        if form.is_valid():
            return perform(model_admin, request, article, step, form.cleaned_data, at)
    elif not step.is_open(model_admin, request, article, draft):
        messages.error(request, gettext("This step is not open: the article stands elsewhere."))
        return back_to(article)
    else:
        form = step.form(initial={"lock": drafting.lock_of(article, draft)})
    asked = {"title": step.title, "button": step.title, "form": form, "says": step.says}
    return page(model_admin, request, article, "newsroom/desk/act.html", **asked)


def perform(
    model_admin: Any,
    request: HttpRequest,
    article: Article,
    step: Step,
    values: dict[str, Any],
    at: datetime,
) -> HttpResponse:
    assert step.perform
    try:
        with transaction.atomic():
            article.refresh_from_db(from_queryset=Article.objects.select_for_update())
            step.perform(article, values, reader_of(request), at)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        model_admin.log_change(request, article, str(step.done))
        messages.success(request, step.done)
    return back_to(article)


def to(name: str, article: Article) -> HttpResponseRedirect:
    return HttpResponseRedirect(url_of(name, article))


def back_to(article: Article) -> HttpResponseRedirect:
    return to("change", article)


def page(
    model_admin: Any, request: HttpRequest, original: Article, template: str, **context: Any
) -> HttpResponse:
    """A page of the desk beside the form of an article."""
    return TemplateResponse(
        request,
        template,
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "original": original,
            "time_zone": settings.TIME_ZONE,
            **context,
        },
    )
