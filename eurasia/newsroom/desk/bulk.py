"""What is done to several articles at once: one page says what will become of each, then asks.

One article's refusal does not stop the others.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia.accounts.models import User
from eurasia.newsroom import checklist, drafting, previewing, publishing
from eurasia.newsroom.desk import opening, release, workflow
from eurasia.newsroom.models import Article
from eurasia.newsroom.templatetags import days
from eurasia.policy import reader_of

#: Each is listed and looked at: more than this nobody reads.
MOST = 200


@dataclass
class Line:
    """What will become of one article."""

    article: Article
    lock: str
    says: str = ""
    refusals: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Act:
    title: Any
    button: Any
    #: What is written into the log of each article.
    done: Any
    form: type[forms.Form]
    is_allowed: Callable[[Any, HttpRequest, Article], bool]
    #: Raises what `perform` would, and fills the line.
    judge: Callable[[Line, datetime], None]
    perform: Callable[[Article, dict[str, Any], User, datetime], Any]


class PublishForm(forms.Form):
    all_the_same = forms.BooleanField(
        required=False, label=_("Publish those with warnings all the same")
    )


def ask(
    model_admin: Any, request: HttpRequest, articles: QuerySet[Article], name: str
) -> HttpResponse | None:
    """The page that asks, or, once it was answered, the act; None leads back to the list."""
    act, at = ACTS[name], timezone.now()
    if articles.count() > MOST:
        text = gettext("Choose %(most)d articles at most.") % {"most": MOST}
        messages.error(request, text)
        return None
    form = act.form(request.POST if "confirmed" in request.POST else None)
    if form.is_bound and form.is_valid():
        _do(model_admin, request, articles, act, form.cleaned_data, at)
        return None
    lines = [_line(model_admin, request, article, act, at) for article in articles]
    lines.sort(key=lambda line: bool(line.refusals))  # first what will happen
    return TemplateResponse(
        request,
        "newsroom/desk/bulk.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": act.title,
            "button": act.button,
            "action": name,
            "checkbox": ACTION_CHECKBOX_NAME,
            "form": form,
            "lines": lines,
            "refused": sum(bool(line.refusals) for line in lines),
            "is_possible": any(not line.refusals for line in lines),
            "has_warnings": any(line.warnings for line in lines),
        },
    )


def _do(
    model_admin: Any,
    request: HttpRequest,
    articles: QuerySet[Article],
    act: Act,
    values: dict[str, Any],
    at: datetime,
) -> None:
    done = 0
    for article in articles:
        try:
            with transaction.atomic():
                article.refresh_from_db(from_queryset=Article.objects.select_for_update())
                line = _line(model_admin, request, article, act, at)
                if request.POST.get(f"lock-{article.pk}") != line.lock:
                    text = gettext("“%s” has changed since you were asked: look at it again.")
                    raise ValidationError(text % article)
                if line.refusals:
                    raise ValidationError(line.refusals)
                if line.warnings and not values.get("all_the_same"):
                    raise ValidationError(gettext("“%s” was left out: see its warnings.") % article)
                act.perform(article, values, reader_of(request), at)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            model_admin.log_change(request, article, str(act.done))
            done += 1
    if done:
        messages.success(request, gettext("Done: %(count)d.") % {"count": done})


def _line(model_admin: Any, request: HttpRequest, article: Article, act: Act, at: datetime) -> Line:
    line = Line(article, drafting.lock_of(article, drafting.draft_of(article)))
    if not act.is_allowed(model_admin, request, article):
        line.refusals.append(gettext("You may not do this with “%s”.") % article)
        return line
    try:
        with transaction.atomic():
            # The guards themselves say whether they would refuse.
            act.judge(line, at)
            transaction.set_rollback(True)
    except ValidationError as error:
        line.refusals += error.messages
    return line


def _judge_submission(line: Line, at: datetime) -> None:
    publishing.submit(copy(line.article), by=None)
    line.says = gettext("Goes to review.")


def _judge_publication(line: Line, at: datetime) -> None:
    planned = line.article.published_at
    findings = checklist.examine(previewing.proof_of(line.article), at)
    publishing.publish(copy(line.article), by=None, at=at)
    if planned is None:
        line.says = gettext("Is published now.")
    elif planned > at:
        said = days.moment(timezone.localtime(planned))
        line.says = gettext("Is scheduled for %(moment)s.") % {"moment": said}
    else:
        said = days.moment(timezone.localtime(planned))
        line.says = gettext("Is published now, under its date of %(moment)s.") % {"moment": said}
    line.refusals = [finding.text for finding in checklist.blocks(findings)]
    line.warnings = [finding.text for finding in checklist.warnings(findings)]


def _judge_withdrawal(line: Line, at: datetime) -> None:
    publishing.withdraw(copy(line.article), by=None, at=at)
    line.says = gettext("Readers see the reason instead.")


def _judge_deletion(line: Line, at: datetime) -> None:
    publishing.delete(copy(line.article), by=None, at=at)
    text = gettext("Goes into the bin, from which it can be restored for %(days)d days.")
    line.says = text % {"days": publishing.IN_THE_BIN.days}


def _publish(article: Article, values: dict[str, Any], by: User, at: datetime) -> None:
    planned = article.published_at
    when = "now" if planned is None else "later" if planned > at else "dated"
    proof = previewing.proof_of(article)
    release.release(article, proof, {"when": when, "moment": planned}, by, at)


def _may_submit(model_admin: Any, request: HttpRequest, article: Article) -> bool:
    may_change: bool = model_admin.has_change_permission(request, article)
    return may_change and opening.may_see_full_texts(request)


def _may_publish(model_admin: Any, request: HttpRequest, article: Article) -> bool:
    return opening.may_publish(request)


def _may_delete(model_admin: Any, request: HttpRequest, article: Article) -> bool:
    may_delete: bool = model_admin.has_delete_permission(request, article)
    return may_delete


ACTS = {
    "submit": Act(
        _("Send to review"),
        _("Send to review"),
        _("Sent to review."),
        forms.Form,
        _may_submit,
        _judge_submission,
        lambda article, values, by, at: publishing.submit(article, by=by),
    ),
    "publish": Act(
        _("Publish"),
        _("Publish"),
        _("Published."),
        PublishForm,
        _may_publish,
        _judge_publication,
        _publish,
    ),
    "withdraw": Act(
        _("Withdraw"),
        _("Withdraw"),
        _("Withdrawn: readers no longer see it."),
        workflow.WithdrawalForm,
        _may_publish,
        _judge_withdrawal,
        lambda article, values, by, at: publishing.withdraw(
            article, by=by, at=at, because=values["because"]
        ),
    ),
    "delete_selected": Act(
        _("Delete"),
        _("Put into the bin"),
        _("Put into the bin."),
        forms.Form,
        _may_delete,
        _judge_deletion,
        lambda article, values, by, at: publishing.delete(article, by=by, at=at),
    ),
}
