import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('newsroom', '0003_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FeedToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(choices=[('en', 'English'), ('fr', 'Français')], max_length=2, verbose_name='language')),
                ('token_digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('made_at', models.DateTimeField()),
                ('last_used_on', models.DateField(null=True)),
                ('warned_at', models.DateTimeField(null=True)),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='newsroom.topicfile', verbose_name='file')),
                ('reader', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reader')),
            ],
            options={
                'verbose_name': 'private feed',
                'verbose_name_plural': 'private feeds',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('reader', 'language', 'file'), name='one_private_feed_of_a_file'), models.UniqueConstraint(condition=models.Q(('file__isnull', True)), fields=('reader', 'language'), name='one_private_feed_of_all'), models.CheckConstraint(condition=models.Q(('language__in', ['en', 'fr'])), name='private_feed_language_is_ours')],
            },
        ),
        migrations.CreateModel(
            name='FeedNetwork',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('network_digest', models.CharField(max_length=64)),
                ('seen_on', models.DateField(db_index=True)),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='networks', to='newsroom.feedtoken', verbose_name='private feed')),
            ],
            options={
                'verbose_name': 'network of a private feed',
                'verbose_name_plural': 'networks of private feeds',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('feed', 'network_digest'), name='network_once_of_a_private_feed')],
            },
        ),
    ]
