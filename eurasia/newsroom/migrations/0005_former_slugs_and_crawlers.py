import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

#: What the operators themselves say their crawlers are for. Searchers and people who ask an assistant are led
#: here; texts that have gone into a model cannot be taken back, so that is for the journal to allow.
CRAWLERS = {
    ("search", True): {
        "Googlebot": "Google",
        "Bingbot": "Microsoft",
        "Applebot": "Apple",
        "DuckDuckBot": "DuckDuckGo",
        "Qwantbot": "Qwant",
        "YandexBot": "Yandex",
        "Baiduspider": "Baidu",
        "PetalBot": "Huawei",
        "SeznamBot": "Seznam",
        "MojeekBot": "Mojeek",
    },
    ("answers", True): {
        "OAI-SearchBot": "OpenAI",
        "ChatGPT-User": "OpenAI",
        "Claude-SearchBot": "Anthropic",
        "Claude-User": "Anthropic",
        "PerplexityBot": "Perplexity",
        "Perplexity-User": "Perplexity",
        "MistralAI-User": "Mistral AI",
        "DuckAssistBot": "DuckDuckGo",
        "meta-externalfetcher": "Meta",
    },
    ("training", False): {
        "GPTBot": "OpenAI",
        "ClaudeBot": "Anthropic",
        "Google-Extended": "Google",
        "Applebot-Extended": "Apple",
        "meta-externalagent": "Meta",
        "Amazonbot": "Amazon",
        "Bytespider": "ByteDance",
        "CCBot": "Common Crawl",
        "cohere-training-data-crawler": "Cohere",
        "AI2Bot": "Ai2",
        "PanguBot": "Huawei",
        "Diffbot": "Diffbot",
    },
}
ACTS = ["view", "add", "change", "delete"]


def seed(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    CrawlerPolicy = apps.get_model("newsroom", "CrawlerPolicy")
    CrawlerPolicy.objects.bulk_create(
        CrawlerPolicy(token=token, operator=operator, purpose=purpose, is_allowed=is_allowed)
        for (purpose, is_allowed), crawlers in CRAWLERS.items()
        for token, operator in crawlers.items()
    )
    config = apps.get_app_config("newsroom")
    config.models_module = True  # type: ignore[assignment]  # the state's stub has none
    create_permissions(config, verbosity=0, apps=apps, using=schema_editor.connection.alias)
    config.models_module = None
    Permission = apps.get_model("auth", "Permission")
    for group in apps.get_model("auth", "Group").objects.filter(name="Publishers"):
        group.permissions.add(
            *Permission.objects.filter(codename__in=[f"{act}_crawlerpolicy" for act in ACTS])
        )


class Migration(migrations.Migration):

    dependencies = [
        ('newsroom', '0004_private_feeds'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='CrawlerPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=60, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*\\Z', 'Letters, digits, hyphens, dots and underscores: the name without a version.')], verbose_name='name in robots.txt')),
                ('operator', models.CharField(max_length=80, verbose_name='whose it is')),
                ('purpose', models.CharField(choices=[('search', 'search engine'), ('answers', 'answers of an assistant'), ('training', 'training of AI models')], max_length=8, verbose_name='purpose')),
                ('is_allowed', models.BooleanField(default=False, help_text='It gets what any visitor gets without an account: never a full text.', verbose_name='let in')),
            ],
            options={
                'verbose_name': 'crawler',
                'verbose_name_plural': 'crawlers',
                'constraints': [
                    models.UniqueConstraint(django.db.models.functions.text.Lower('token'), name='crawler_once', violation_error_message='This crawler stands in the list already.'),
                    models.CheckConstraint(condition=models.Q(('purpose__in', ['search', 'answers', 'training'])), name='crawler_purpose_is_known'),
                    models.CheckConstraint(condition=models.Q(('token', ''), _negated=True), name='crawler_has_a_name'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FormerSlug',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(blank=True, max_length=2)),
                ('slug', models.SlugField(max_length=120)),
                ('article', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='newsroom.article')),
                ('contributor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='newsroom.contributor')),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='newsroom.topicfile')),
            ],
            options={
                'verbose_name': 'former address',
                'verbose_name_plural': 'former addresses',
                'default_permissions': (),
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('article__isnull', False), ('contributor__isnull', True), ('file__isnull', True)), models.Q(('article__isnull', True), ('contributor__isnull', True), ('file__isnull', False)), models.Q(('article__isnull', True), ('contributor__isnull', False), ('file__isnull', True)), _connector='OR'), name='former_slug_is_of_one_page'),
                    models.UniqueConstraint(condition=models.Q(('article__isnull', False)), fields=('language', 'slug'), name='former_slug_of_one_article'),
                    models.UniqueConstraint(condition=models.Q(('file__isnull', False)), fields=('language', 'slug'), name='former_slug_of_one_file'),
                    models.UniqueConstraint(condition=models.Q(('contributor__isnull', False)), fields=('language', 'slug'), name='former_slug_of_one_contributor'),
                ],
            },
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
