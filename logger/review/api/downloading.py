"""A session as a file, as its page offers it."""

from dataclasses import replace
from typing import Literal

from starlette.responses import Response

from logger.review.api.call import Caller
from logger.review.downloads import FORMS
from logger.review.pages.downloads import send_file
from logger.review.settings import Language
from logger.review.words import Words

DownloadForm = Literal["pdf", "csv", "json", "parquet", "fhir", "bundle"]
MEDIA_TYPES = tuple(dict.fromkeys(form.media_type for form in FORMS.values()))


async def download_session(
    caller: Caller, session_id: str, form: DownloadForm, language: Language = "en"
) -> Response:
    """Send a session as a file; that it leaves is noted before."""
    return await send_file(replace(caller, words=Words(language)), session_id, form)
