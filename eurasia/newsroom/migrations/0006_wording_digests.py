import re
from hashlib import sha256

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def digest(article, body: str) -> str:
    """As publishing.digest was when this was written."""
    parts = [article.headline, article.standfirst, article.teaser, body]
    text = "\0".join(re.sub(r">\s+<", "><", " ".join(part.split())) for part in parts)
    return sha256(text.encode()).hexdigest()


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Article = apps.get_model("newsroom", "Article")
    HistoricalArticle = apps.get_model("newsroom", "HistoricalArticle")
    FullText = apps.get_model("newsroom", "FullText")
    for article in Article.objects.filter(wording_digest="").iterator():
        full_text = FullText.objects.filter(pk=article.pk).first()
        wording_digest = digest(article, full_text.body if full_text else "")
        Article.objects.filter(pk=article.pk).update(wording_digest=wording_digest)
        # No translation has been checked against anything older.
        newest = HistoricalArticle.objects.filter(id=article.pk).order_by("-history_id").first()
        if newest:
            HistoricalArticle.objects.filter(pk=newest.pk).update(wording_digest=wording_digest)


class Migration(migrations.Migration):
    """Articles from before get the digest of what they say."""

    dependencies = [("newsroom", "0005_translations")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
