"""Granting to many: a list from a spreadsheet, or readers chosen at the desk.

First the list is checked and shown, row by row; what was seen is then applied, or nothing. The
list travels with the pages: nothing of it is stored before it is granted.
"""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from eurasia import languages
from eurasia.accounts.models import User
from eurasia.membership import enrolling, spreadsheets
from eurasia.membership.desk.forms import How, HowLong, MomentField, ReasonField
from eurasia.membership.enrolling import Enrolment, Fate, Wish
from eurasia.membership.models import Plan
from eurasia.policy import reader_of

#: Good rows that are shown; all bad ones are.
SHOWN = 50


class ListForm(HowLong):
    hows = [How.PLAN, How.DAYS, How.UNTIL, How.EVER]

    file = forms.FileField(
        label=_("List"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        help_text=_(
            "A CSV file, parted by commas, semicolons or tabs, with a column “email”; “name” and "
            "“language” are taken for new accounts. At most 5,000 rows and 1 MB."
        ),
    )
    #: What the file held, once it has been read.
    text = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    unknown = forms.ChoiceField(
        label=_("Addresses without an account"),
        widget=forms.RadioSelect,
        choices=[
            ("refuse", _("Refuse them")),
            (
                "make",
                _("Make accounts: they sign in by mailed code, and nobody writes to them now"),
            ),
        ],
        initial="refuse",
    )
    language = forms.ChoiceField(
        label=_("Language of new accounts"),
        choices=settings.LANGUAGES,
        help_text=_("Where the list names none."),
    )
    plan = forms.ModelChoiceField(Plan.objects.order_by("position", "id"), label=_("Plan"))
    #: What "now" was when the list was checked: confirmed twice, it is granted once.
    asked_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    starts_at = MomentField(label=_("Starts"), required=False, help_text=_("Empty: now."))
    note = ReasonField()
    good_only = forms.BooleanField(
        label=_("Leave the bad rows out, and grant to the others"), required=False
    )

    field_order = [
        "file", "unknown", "language", "plan", "starts_at", "how", "days", "until", "note",
    ]  # fmt: skip

    def __init__(self, *args: Any, may_make_accounts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_make_accounts = may_make_accounts
        if not may_make_accounts:
            del self.fields["unknown"], self.fields["language"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "file" not in self.errors:
            try:
                self._read(cleaned)
            except ValidationError as error:
                self.add_error("file", error)
        if not self.errors:
            self._settle(cleaned.get("asked_at") or timezone.now())
        return cleaned

    def _read(self, cleaned: dict[str, Any]) -> None:
        content, self.is_certain = cleaned.get("file"), True
        if content:
            if content.size > spreadsheets.LARGEST:
                raise spreadsheets.SheetError(spreadsheets.TOO_LARGE)
            cleaned["text"], self.is_certain = spreadsheets.decoded(content.read())
        elif not cleaned.get("text", "").strip():
            raise ValidationError(gettext("Choose a file."))
        self.sheet = spreadsheets.read(cleaned["text"])

    def _settle(self, at: datetime) -> None:
        self.at = at
        values = self.cleaned_data
        starts_at = values["starts_at"] or at
        ends_at = self.ends_at(starts_at, values["plan"])
        if ends_at is not None and ends_at <= starts_at:
            self.add_error("until", gettext("A subscription must end after it starts."))
        self.wish = Wish(
            plan=values["plan"],
            starts_at=starts_at,
            ends_at=ends_at,
            makes_accounts=values.get("unknown") == "make",
            language=values.get("language", settings.LANGUAGE_CODE),
        )

    @property
    def kept(self) -> dict[str, Any]:
        """What the page of the check sends again, as it was sent or read."""
        sent = {name: self.data.get(name, "") for name in self.fields}
        return {**sent, "text": self.cleaned_data["text"], "asked_at": self.at.isoformat()}


def urls(model_admin: Any) -> list[Any]:
    view = model_admin.admin_site.admin_view(partial(grant_list, model_admin))
    return [path("grant-list/", view, name="membership_subscription_grant_list")]


def grant_list(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """GET asks for the list and what to grant; POST checks it; POST again, confirmed, grants."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        return _form_page(model_admin, request, _form(request))
    if "change" in request.POST:
        return _form_page(model_admin, request, _form(request, initial=request.POST.dict()))
    form = _form(request, request.POST, request.FILES)
    if not form.is_valid():
        return _form_page(model_admin, request, form)
    if "confirmed" in request.POST:
        try:
            return _grant(request, form)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    return _check_page(model_admin, request, form)


def begin(model_admin: Any, request: HttpRequest, readers: QuerySet[User]) -> HttpResponse | None:
    """From readers who were chosen in the list of readers; None leads back there."""
    addresses = list(readers.values_list("email", flat=True)[: spreadsheets.MOST_ROWS + 1])
    if len(addresses) > spreadsheets.MOST_ROWS:
        messages.error(request, gettext("Choose 5,000 readers at most."))
        return None
    text = spreadsheets.written([["email"], *([address] for address in addresses)], ",")
    return _form_page(model_admin, request, _form(request, initial={"text": text}))


def _form(request: HttpRequest, *args: Any, initial: dict[str, Any] | None = None) -> ListForm:
    return ListForm(
        *args,
        initial={"language": languages.current()} if initial is None else initial,
        may_make_accounts=request.user.has_perm("accounts.add_user"),
    )


def _grant(request: HttpRequest, form: ListForm) -> HttpResponse:
    """Raises ValidationError, and nobody is granted anything."""
    by, at = reader_of(request), timezone.now()
    with transaction.atomic():
        enrolment = enrolling.enrol(
            form.sheet.rows,
            form.wish,
            seen=request.POST.get("seen", ""),
            good_only=form.cleaned_data["good_only"],
            note=form.cleaned_data["note"],
            by=by,
        )
        made = enrolment.of(Fate.MADE)
        _log_accounts([row.reader for row in made], by, at)
    granted = len(enrolment.good)
    text = ngettext("Granted to %(count)d reader.", "Granted to %(count)d readers.", granted)
    messages.success(request, text % {"count": granted})
    if made:
        text = ngettext("%(count)d new account.", "%(count)d new accounts.", len(made))
        messages.success(request, text % {"count": len(made)})
    return HttpResponseRedirect(reverse("admin:accounts_user_changelist"))


def _log_accounts(readers: list[User], by: User, at: datetime) -> None:
    """One entry for each, of one moment: the log shows them as one act."""
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.bulk_create(
        LogEntry(
            user=by,
            content_type=kind,
            object_id=str(reader.pk),
            object_repr=str(reader),
            action_flag=ADDITION,
            action_time=at,
        )
        for reader in readers
    )


def _form_page(model_admin: Any, request: HttpRequest, form: ListForm) -> HttpResponse:
    text = form.data.get("text") or form.initial.get("text") or ""
    try:
        rows = len(spreadsheets.read(text).rows) if text else 0
    except ValidationError:
        rows = 0
    return _page(model_admin, request, "list_form", form=form, rows=rows)


def _check_page(model_admin: Any, request: HttpRequest, form: ListForm) -> HttpResponse:
    enrolment = enrolling.judge(form.sheet.rows, form.wish)
    return _page(
        model_admin,
        request,
        "list_check",
        form=form,
        wish=form.wish,
        sheet=form.sheet,
        is_certain=form.is_certain,
        enrolment=enrolment,
        counts=[(fate.label, enrolment.counts[fate]) for fate in Fate if enrolment.counts[fate]],
        is_own=_names(enrolment, reader_of(request)),
        left_out=enrolment.of(Fate.HELD, Fate.NAMED_BEFORE),
        good=enrolment.good[:SHOWN],
    )


def _names(enrolment: Enrolment, reader: User) -> bool:
    return any(row.reader.pk == reader.pk for row in enrolment.good)


def _page(model_admin: Any, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    shared = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": gettext("Grant to many"),
    }
    return TemplateResponse(request, f"membership/desk/{name}.html", shared | context)
