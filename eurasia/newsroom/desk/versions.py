"""What was written before: the history of an article, differences, and going back.

Also what an editor is shown who saves over a version that they have not seen.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eurasia.newsroom import drafting, versions
from eurasia.newsroom.desk import opening
from eurasia.newsroom.differences import difference, text_difference
from eurasia.newsroom.models import Article
from eurasia.newsroom.publishing import PublishingError
from eurasia.newsroom.versions import Save, Text
from eurasia.policy import reader_of

ON_A_PAGE = 50
TEXTS = {
    "headline": _("headline"),
    "standfirst": _("standfirst"),
    "teaser": _("teaser"),
    "body": _("full text"),
}


@dataclass(frozen=True)
class Compared:
    """One part of the text, with what changed in it."""

    label: str
    shown: SafeString
    changed: bool
    is_prose: bool


def urls(model_admin: Any) -> list[Any]:
    def page(route: str, view: Any, name: str) -> Any:
        view = model_admin.admin_site.admin_view(partial(view, model_admin))
        return path(f"<int:pk>/history/{route}", view, name=f"newsroom_article_{name}")

    return [
        page("", history, "history"),
        page("compare/", compare, "compare"),
        page("<slug:key>/restore/", restore, "restore_version"),
    ]


def context(
    model_admin: Any, request: HttpRequest, article: Article | None, form: Any
) -> dict[str, Any]:
    if not (article and getattr(form, "is_stale", False)):
        return {}
    # `article` is the form's own by now, with what was sent in it.
    stored = Article.objects.get(pk=article.pk)
    sent = {name: form.cleaned_data[name] for name in TEXTS if name in form.cleaned_data}
    now = vars(versions.text_now(stored))
    others = set(form.changed_data) - {*TEXTS, "note", "lock", "seen_lock", "tab"}
    return {
        "newer": versions.saves_of(stored)[0],
        "newer_compared": _compared(
            Text(**{name: now[name] if name in sent else "" for name in TEXTS}),
            Text(**{name: sent.get(name, "") for name in TEXTS}),
        ),
        "newer_others": [form.fields[name].label for name in form.fields if name in others],
    }


# --- Pages ----------------------------------------------------------------------------------------


def history(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Every save, for all who see the article; texts are behind the next two."""
    article = opening.article_of(model_admin, request, pk, full_text=False)
    saves = versions.saves_of(article)
    page = Paginator(saves, ON_A_PAGE).get_page(request.GET.get("p"))
    reads = opening.may_see_full_texts(request)
    return _page(
        model_admin,
        request,
        article,
        "history",
        title=gettext("History"),
        saves=page,
        pages=page.paginator.get_elided_page_range(page.number),
        may_compare=reads and len(saves) > 1,
        may_restore=reads and _may_restore(model_admin, request, article),
        newest=saves[0] if saves else None,
    )


def compare(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Two saves side by side, in one text: `from` is the one before `to` unless it is given."""
    article = opening.article_of(model_admin, request, pk)
    saves = versions.saves_of(article)
    after = _save(saves, request.GET.get("to") or (saves[0].key if saves else ""))
    before = (
        _save(saves, request.GET["from"])
        if request.GET.get("from")
        else versions.one_before(after, saves)
    )
    if before and saves.index(before) < saves.index(after):
        before, after = after, before
    old = versions.text_of(article, before) if before else Text("", "", "", "")
    return _page(
        model_admin,
        request,
        article,
        "compare",
        title=gettext("Changes"),
        before=before,
        after=after,
        older=versions.one_before(before, saves) if before else None,
        newer=next((one for one in reversed(saves[: saves.index(after)])), None),
        compared=_compared(old, versions.text_of(article, after)),
        may_restore=_may_restore(model_admin, request, article),
        newest=saves[0],
    )


def restore(model_admin: Any, request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Ask, then save an old text anew."""
    article = opening.article_of(model_admin, request, pk, to_change=True)
    if not _may_restore(model_admin, request, article):
        raise PermissionDenied
    save = _save(versions.saves_of(article), key)
    at = timezone.now()
    if request.method == "POST":
        try:
            waits = versions.restore(
                article, save, lock=request.POST.get("lock", ""), by=reader_of(request), at=at
            )
        except PublishingError as error:
            model_admin.message_user(request, " ".join(error.messages), messages.ERROR)
            return HttpResponseRedirect(request.path)
        model_admin.log_change(request, article, save.restored)
        said = (
            gettext("%(what)s. Readers see it when you publish the changes.")
            if waits
            else "%(what)s."
        )
        model_admin.message_user(request, said % {"what": save.restored}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:newsroom_article_change", args=[pk]))
    return _page(
        model_admin,
        request,
        article,
        "restore",
        title=gettext("Restore"),
        save=save,
        is_live=article.is_published(at),
        lock=drafting.lock_of(article, drafting.draft_of(article)),
        compared=_compared(versions.text_now(article), versions.text_of(article, save)),
    )


# --- Their parts ----------------------------------------------------------------------------------


def _page(
    model_admin: Any, request: HttpRequest, article: Article, name: str, **context: Any
) -> HttpResponse:
    shared = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "article": article,
    }
    return render(request, f"newsroom/desk/{name}.html", shared | context)


def _save(saves: list[Save], key: str) -> Save:
    """The save of that key. Raises Http404 for one of another article, or of none."""
    for save in saves:
        if save.key == key:
            return save
    raise Http404


def _may_restore(model_admin: Any, request: HttpRequest, article: Article) -> bool:
    return opening.may_write_full_texts(request) and model_admin.has_change_permission(
        request, article
    )


def _compared(old: Text, new: Text) -> list[Compared]:
    """Part by part; without those that are empty in both."""
    found = []
    for name, before in vars(old).items():
        after = getattr(new, name)
        is_prose = name in {"teaser", "body"}
        if before or after:
            shown = (difference if is_prose else text_difference)(before, after)
            label = str(capfirst(TEXTS[name]))
            found.append(Compared(label, shown, before != after, is_prose))
    return found
