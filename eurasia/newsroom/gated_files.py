"""Files of full texts on their way out. Whoever calls this has asked the gate for this very file.

Behind our nginx Django names the file and nginx sends it (`X-Accel-Redirect` to /gated/, which is
internal there: deploy/nginx); else, and out of a storage that is no folder, Django sends it.
"""

import re
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from whitenoise.responders import SlicedFile

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def hand_out(
    request: HttpRequest, name: str, *, content_type: str, download_as: str = ""
) -> HttpResponseBase:
    """The file `name` of STORAGES["gated"], or the part of it that a Range header asks for.

    `download_as` is the name under which a browser stores it instead of showing it. Raises Http404
    for a file that is lost.
    """
    storage = storages["gated"]
    response: HttpResponseBase
    if settings.TRUSTED_PROXIES and isinstance(storage, FileSystemStorage):
        response = HttpResponse(headers={"X-Accel-Redirect": f"/gated/{quote(name)}"})
    else:
        response = _streamed(request, name)
    response["Content-Type"] = content_type
    said = content_disposition_header(bool(download_as), download_as)
    response["Content-Disposition"] = said or "inline"  # Django would tell the file's own name
    return response


def _streamed(request: HttpRequest, name: str) -> HttpResponseBase:
    try:
        opened = storages["gated"].open(name)
    except FileNotFoundError as error:
        raise Http404 from error
    size = opened.size
    wanted = _part(request, size)
    if wanted is None:
        opened.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if len(wanted) == size:
        return FileResponse(opened, headers={"Accept-Ranges": "bytes"})
    part = SlicedFile(opened, wanted.start, wanted.stop - 1)
    response = FileResponse(part, status=206, headers={"Accept-Ranges": "bytes"})
    response["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    response["Content-Length"] = str(len(wanted))
    return response


def _part(request: HttpRequest, size: int) -> range | None:
    """Which bytes to send (RFC 9110, 14.2): all where none are asked for in a way that is
    understood, None where there are none of those that are asked for.
    """
    whole = range(size)
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    # If-Range: the file has no mark by which a part could be told to belong to an earlier one.
    if (
        not asked
        or asked[0] == "bytes=-"
        or request.method != "GET"
        or "If-Range" in request.headers
    ):
        return whole
    first, last = asked.groups()
    if not first:
        return whole[-int(last) :] if int(last) and size else None
    if last and int(last) < int(first):
        return whole
    return whole[int(first) : int(last) + 1 if last else None] or None
