"""Documents of full texts: a PDF, a table. Each lies in STORAGES["gated"] and has no address of its
own; a full text that links to it opens it, to whoever may read that text.

In source the link is `<a href="/documents/<id>/">`, an address that nobody serves.
"""

import re
import zipfile
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from eurasia.newsroom.pictures import GATED_FOLDER, PictureStorage, unguessable

#: Kinds that are taken, by the ending of their name: none that a browser would run.
KINDS = {
    ".csv": "text/csv; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_BYTES = 20 * 2**20
_ADDRESS = re.compile(r"/documents/([0-9]{1,18})/")


def place(document: "Document", filename: str) -> str:
    """A name that nobody can guess."""
    return GATED_FOLDER + unguessable(filename)


class Document(models.Model):
    """A file that readers of a full text download."""

    title = models.CharField(
        gettext_lazy("title"),
        max_length=200,
        help_text=gettext_lazy("It becomes the name of the file that readers download."),
    )
    file = models.FileField(
        pgettext_lazy("computer file", "file"), storage=PictureStorage(), upload_to=place
    )
    #: In bytes.
    size = models.PositiveIntegerField(gettext_lazy("size"), editable=False)

    class Meta:
        verbose_name = gettext_lazy("document")
        verbose_name_plural = gettext_lazy("documents")
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="document_has_a_title")]

    def __str__(self) -> str:
        return f"{self.title} ({self.facts})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.size = self.file.size
        super().save(*args, **kwargs)

    @property
    def source_address(self) -> str:
        """What stands for it in source HTML."""
        return f"/documents/{self.pk}/"

    @property
    def facts(self) -> str:
        """Its kind and size, for people: "PDF, 1.2 MB"."""
        return f"{self._ending[1:].upper()}, {filesizeformat(self.size)}"

    @property
    def content_type(self) -> str:
        return KINDS.get(self._ending, "application/octet-stream")

    @property
    def download_name(self) -> str:
        return get_valid_filename(f"{self.title[:100]}{self._ending}")

    @property
    def _ending(self) -> str:
        return PurePath(self.file.name or "").suffix


def named_in(address: str) -> int:
    """The id of the document that a link in source HTML names; 0 if it names none."""
    found = _ADDRESS.fullmatch(address)
    return int(found[1]) if found else 0


def look_at(file: Any) -> None:
    """Raises ValidationError for a file that is too large, or not what its name says."""
    if file.size > MOST_BYTES:
        raise ValidationError(
            _("This document has more than %(limit)s. Make it smaller first.")
            % {"limit": filesizeformat(MOST_BYTES)}
        )
    ending = PurePath(file.name).suffix.lower()
    if ending not in KINDS:
        raise ValidationError(
            _("The name of the file must end in one of these: %(endings)s.")
            % {"endings": ", ".join(KINDS)}
        )
    file.seek(0)
    if not _is_what_it_says(file, ending):
        raise ValidationError(
            _("This file is no %(kind)s, whatever its name says.") % {"kind": ending[1:].upper()}
        )
    file.seek(0)


def _is_what_it_says(file: Any, ending: str) -> bool:
    if ending == ".pdf":
        return bool(file.read(5) == b"%PDF-")
    if ending == ".csv":
        try:
            return "\0" not in file.read().decode()
        except UnicodeDecodeError:
            return False
    return zipfile.is_zipfile(file)
