"""The page on which an article, or what waits for a live one, is published: first the checklist."""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia.accounts.models import User
from eurasia.membership import gate
from eurasia.newsroom import checklist, differences, drafting, previewing, publishing, vault
from eurasia.newsroom.checklist import Finding
from eurasia.newsroom.desk import opening, workflow
from eurasia.newsroom.desk.models import MOMENTS
from eurasia.newsroom.models import Article, FullText
from eurasia.newsroom.templatetags import days
from eurasia.policy import reader_of

MOMENT = "%Y-%m-%dT%H:%M"


class ReleaseForm(forms.Form):
    """What both ways of publishing ask: that what was shown is what is published, as it is."""

    lock = forms.CharField(widget=forms.HiddenInput)
    all_the_same = forms.BooleanField(required=False, label=_("Publish all the same"))

    def __init__(self, *args: Any, findings: list[Finding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.findings = findings
        if not checklist.warnings(findings):
            del self.fields["all_the_same"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if checklist.blocks(self.findings):
            self.add_error(None, gettext("It cannot be published like this: see the checklist."))
        if "all_the_same" in self.fields and not cleaned.get("all_the_same"):
            self.add_error(
                "all_the_same", gettext("Mend what the checklist warns of, or tick this.")
            )
        return cleaned


class PublishForm(ReleaseForm):
    when = forms.ChoiceField(label=_("When"), widget=forms.RadioSelect)
    moment = forms.DateTimeField(
        label=_("Day and time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
    )
    field_order = ["when", "moment", "all_the_same"]

    def __init__(self, *args: Any, article: Article, at: datetime, **kwargs: Any) -> None:
        self.at = at
        planned = article.published_at
        is_dated = planned is not None and planned <= at
        choices: list[tuple[str, Any]] = [("now", _("Now"))]
        if planned and is_dated:
            under = gettext("Now, under its date of %(date)s")
            choices.append(("dated", under % {"date": days.moment(timezone.localtime(planned))}))
        choices.append(("later", _("On a day, at a time")))
        when = "dated" if is_dated else "later" if planned else "now"
        moment = None if is_dated else planned
        given = kwargs.pop("initial", {})
        super().__init__(*args, initial={"when": when, "moment": moment, **given}, **kwargs)
        self.fields["when"].choices = choices  # type: ignore[attr-defined]  # that of a choice

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("when") == "later" and "moment" not in self.errors:
            moment = cleaned.get("moment")
            if moment is None:
                self.add_error("moment", gettext("Say on which day and at which time."))
            elif moment <= self.at:
                self.add_error("moment", gettext("This moment has passed: choose a later one."))
        return cleaned


class ChangesForm(ReleaseForm):
    revised = forms.BooleanField(
        required=False,
        label=_("Date it as revised"),
        help_text=_("Readers see the day beside the byline."),
    )
    correction = forms.CharField(
        required=False,
        label=_("Correction (optional)"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_(
            "What was wrong, under today’s date at the foot of the article. Shown to everyone: "
            "quote no gated text."
        ),
    )
    field_order = ["revised", "correction", "all_the_same"]


def urls(model_admin: Any) -> list[Any]:
    view = model_admin.admin_site.admin_view(partial(publish, model_admin))
    return [path("<int:pk>/publish/", view, name="newsroom_article_publish")]


def publish(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist, what outsiders will see, and when; for a live article, the difference."""
    article = opening.article_of(model_admin, request, pk)
    if not opening.may_publish(request):
        raise PermissionDenied
    if request.method != "POST":
        return _answer(model_admin, request, article)
    with transaction.atomic():
        # Nobody saves it between the look at the checklist and its publication.
        article.refresh_from_db(from_queryset=Article.objects.select_for_update())
        return _answer(model_admin, request, article)


def _answer(model_admin: Any, request: HttpRequest, article: Article) -> HttpResponse:
    at = timezone.now()
    proof = previewing.proof_of(article, opening.picture_url, opening.document_url)
    is_live, lock = article.is_published(at), drafting.lock_of(article, proof.draft)
    if problem := _problem(article, proof, at):
        messages.error(request, problem)
        return workflow.back_to(article)
    findings = checklist.examine(proof, at)

    def ask(*data: Any, **kept: Any) -> ReleaseForm:
        options: dict[str, Any] = {"initial": {**kept, "lock": lock}, "findings": findings}
        if is_live:
            return ChangesForm(*data, **options)
        return PublishForm(*data, article=article, at=at, **options)

    form = ask()
    if request.method == "POST" and request.POST.get("lock") == lock:
        form = ask(request.POST)
        if form.is_valid():
            return _publish(model_admin, request, article, proof, form.cleaned_data, at)
    elif request.method == "POST":
        # What was ticked spoke of another text; what was written is kept.
        kept = ["when", "moment", "revised", "correction"]
        form = ask(**{name: request.POST[name] for name in kept if name in request.POST})
        messages.warning(
            request, gettext("The text has changed since you saw it here: look at it again.")
        )
    as_outsider, outside = proof.read_as(gate.OUTSIDER, at)
    return workflow.page(
        model_admin,
        request,
        article,
        "newsroom/desk/publish.html",
        title=gettext("Publish changes") if is_live else gettext("Publish"),
        form=form,
        findings=[(finding, _address(article, finding)) for finding in findings],
        is_blocked=bool(checklist.blocks(findings)),
        is_live=is_live,
        article=as_outsider,
        reading=outside,
        changes=_changes(article, proof) if proof.draft else [],
    )


def _changes(article: Article, proof: previewing.Proof) -> list[tuple[str, SafeString]]:
    """What waits, field by field, word by word."""
    stored = Article.objects.with_labels().get(pk=article.pk)
    with vault.opened("desk"):
        full_text = FullText.objects.filter(pk=article.pk).only("body").first()
    before, after = _labels(stored), _labels(proof.article)
    changes = [
        (label, differences.text_difference(before[label], after[label]))
        for label in before
        if before[label] != after[label]
    ]
    texts = [
        (gettext("Teaser"), stored.teaser, proof.article.teaser),
        (gettext("Full text"), full_text.body if full_text else "", proof.full_text.body),
    ]
    return changes + [
        (label, differences.difference(old, new)) for label, old, new in texts if old != new
    ]


def _labels(article: Article) -> dict[str, str]:
    """All but the text, as an editor reads it."""
    said = {
        "access": article.get_access_display(),
        "cover": str(article.cover or ""),
        "in_files": ", ".join(file.name for file in article.file_list),
        "bylines": ", ".join(person.name for person in article.byline),
    }
    for name in MOMENTS:
        value = getattr(article, name)
        said[name] = days.moment(value and timezone.localtime(value))
    names = {"in_files": gettext("Files"), "bylines": gettext("Bylines")}
    for name in set(drafting.LABELS) - names.keys():
        names[name] = capfirst(getattr(Article._meta.get_field(name), "verbose_name", name))
    return {
        names[name]: said.get(name, str(getattr(article, name, ""))) for name in drafting.LABELS
    }


def _problem(article: Article, proof: previewing.Proof, at: datetime) -> str:
    stage = workflow.stage_of(article, at)
    if stage is workflow.Stage.SCHEDULED:
        return gettext("“%s” is published already.") % article
    if stage is workflow.Stage.PUBLISHED and proof.draft is None:
        return gettext("No changes wait for “%s”.") % article
    return ""


def _publish(
    model_admin: Any,
    request: HttpRequest,
    article: Article,
    proof: previewing.Proof,
    values: dict[str, Any],
    at: datetime,
) -> HttpResponse:
    try:
        with transaction.atomic():
            said = release(article, proof, values, reader_of(request), at)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        model_admin.log_change(request, article, said)
        messages.success(request, said)
    return workflow.back_to(article)


def release(
    article: Article, proof: previewing.Proof, values: dict[str, Any], by: User, at: datetime
) -> str:
    """Publish an article, or what waits for a live one; answers with what to say of it."""
    if article.is_published(at):
        publishing.publish_changes(
            article, by=by, at=at, revised=values["revised"], correction=values["correction"]
        )
        return gettext("The changes are published: readers see them now.")
    if proof.draft:  # it was withdrawn while they waited
        publishing.publish_changes(article, by=by, at=at, revised=False)
    if values["when"] == "dated":
        publishing.publish(article, by=by, at=at)
    else:
        moment = values["moment"] if values["when"] == "later" else at
        publishing.schedule(article, by=by, at=moment, now=at)
    if values["when"] == "later":
        return gettext("Scheduled for %(moment)s.") % {
            "moment": days.moment(timezone.localtime(values["moment"]))
        }
    return gettext("Published: readers see it now.")


def _address(article: Article, finding: Finding) -> str:
    """Where a finding is mended."""
    if not finding.field:
        return ""
    return f"{reverse('admin:newsroom_article_change', args=[article.pk])}#id_{finding.field}"
