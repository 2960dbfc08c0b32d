import django.db.models.deletion
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from eurasia.newsroom.folding import fold

COLUMNS = {"newsroom_publicindex": "headline, labels, teaser", "newsroom_bodyindex": "words"}
#: Of PostgreSQL.
VECTORS = {
    "newsroom_publicindex": ["headline", "labels", "words"],
    "newsroom_bodyindex": ["words"],
}
ACTS = ["view", "add", "change", "delete"]
#: Names of the region and of those who deal with it, as the press of both languages writes them.
SPELLINGS = """
Türkiye, Turkey, Turquie
Erdoğan, أردوغان, Эрдоган
Khamenei, Xamenei, Khamenei’i, خامنه‌ای, Хаменеи
Pezeshkian, Pezechkian, پزشکیان
Rouhani, Rohani, Ruhani, روحانی
Araghchi, Araqchi, Araghtchi, عراقچی
IRGC, Islamic Revolutionary Guard Corps, Revolutionary Guards, Gardiens de la révolution, Pasdaran, CGRI
HTS, Hay’at Tahrir al-Sham, Hayat Tahrir al-Cham, Hayat Tahrir ash-Sham, هيئة تحرير الشام
Sharaa, Charaa, Shara, الشرع
Assad, Asad, الأسد
Daesh, Daech, ISIS, ISIL, Islamic State, État islamique, داعش
SDF, FDS, Syrian Democratic Forces, Forces démocratiques syriennes
PKK, Kurdistan Workers’ Party, Parti des travailleurs du Kurdistan
Hezbollah, Hizbullah, Hizballah, Hizbollah, حزب الله
Nasrallah, Nasrullah, نصر الله
Houthis, Huthis, Houthi, Huthi, Ansar Allah, Ansarallah, أنصار الله
Haniyeh, Haniya, Haniyya, هنية
Gaddafi, Qaddafi, Kadhafi, Gadhafi, Qadhafi, القذافي
Sisi, Sissi, السيسي
Mohammed bin Salman, Mohammed ben Salmane, Muhammad bin Salman, MBS, محمد بن سلمان
Mohammed bin Zayed, Mohammed ben Zayed, Muhammad bin Zayed, MBZ, محمد بن زايد
GCC, CCG, Gulf Cooperation Council, Conseil de coopération du Golfe
SCO, OCS, Shanghai Cooperation Organisation, Shanghai Cooperation Organization, Organisation de coopération de Shanghai
EAEU, UEEA, Eurasian Economic Union, Union économique eurasiatique
Nagorno-Karabakh, Haut-Karabagh, Haut-Karabakh, Artsakh, Dağlıq Qarabağ
Azerbaijan, Azerbaïdjan, Azərbaycan
Aliyev, Aliev
Pashinyan, Pachinian, Pashinian
Putin, Poutine, Путин
Zelensky, Zelenskyy, Zelenskiy, Zelenski, Зеленський
Kyiv, Kiev, Київ, Киев
Kyrgyzstan, Kirghizistan, Kirghizstan, Kirgizstan
Tashkent, Tachkent, Toshkent
Baku, Bakou, Bakı
Yerevan, Erevan
Tehran, Téhéran, تهران
Chabahar, Tchabahar, Chah Bahar, چابهار
Hormuz, Ormuz, Hormoz, هرمز
Damascus, Damas, دمشق
Aleppo, Alep, Halep, حلب
Mosul, Mossoul, الموصل
Beijing, Pékin, 北京
"""


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        # Several processes for one search would each put together what it compares articles with.
        schema_editor.execute("ALTER TABLE newsroom_article SET (parallel_workers = 0)")
    for table, columns in COLUMNS.items():
        if schema_editor.connection.vendor == "postgresql":
            vectors = VECTORS[table]
            columns = ", ".join(f"{name} tsvector NOT NULL" for name in vectors)
            schema_editor.execute(
                f"CREATE TABLE {table} (rowid bigint PRIMARY KEY REFERENCES newsroom_article (id)"
                f" DEFERRABLE INITIALLY DEFERRED, {columns})"
            )
            for name in vectors:
                # No samples of full texts among the planner's numbers; and it always takes the index.
                schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {name} SET STATISTICS 0")
            # Who searches does not wait for what was written just before to be sorted in.
            schema_editor.execute(
                f"CREATE INDEX {table}_words ON {table} USING gin ({', '.join(vectors)})"
                " WITH (fastupdate = off)"
            )
        else:
            # What comes is folded and parted by spaces; this tokeniser parts by nothing else. Two or
            # three letters begin so many words that each of these beginnings has a list of its own.
            schema_editor.execute(
                f"CREATE VIRTUAL TABLE {table} USING fts5({columns}, tokenize = 'ascii', prefix = '2 3')"
            )


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table in COLUMNS:
        schema_editor.execute(f"DROP TABLE {table}")


def seed(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Spelling = apps.get_model("newsroom", "Spelling")
    for line in SPELLINGS.strip().splitlines():
        # Some of a line are one to a search.
        texts = {fold(text): text for text in reversed(line.split(", "))}
        name = apps.get_model("newsroom", "SpelledName").objects.create()
        Spelling.objects.bulk_create(
            Spelling(name=name, text=text, folded=folded)
            for folded, text in reversed(texts.items())
        )
    config = apps.get_app_config("newsroom")
    config.models_module = True  # type: ignore[assignment]  # the state's stub has none
    create_permissions(config, verbosity=0, apps=apps, using=schema_editor.connection.alias)
    config.models_module = None
    Permission = apps.get_model("auth", "Permission")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=["Editors", "Publishers"]):
        group.permissions.add(
            *Permission.objects.filter(codename__in=[f"{act}_spelledname" for act in ACTS])
        )


class Migration(migrations.Migration):
    """Afterwards `manage.py reindex` fills the indexes of a journal that has articles already."""

    dependencies = [
        ('newsroom', '0002_roles'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='BodyIndex',
                    fields=[
                        ('article', models.OneToOneField(db_column='rowid', on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='newsroom.article')),
                    ],
                    options={
                        'verbose_name': 'words of a full text',
                        'verbose_name_plural': 'words of full texts',
                        'default_permissions': (),
                    },
                ),
                migrations.CreateModel(
                    name='PublicIndex',
                    fields=[
                        ('article', models.OneToOneField(db_column='rowid', on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='newsroom.article')),
                    ],
                    options={
                        'verbose_name': 'public words of an article',
                        'verbose_name_plural': 'public words of articles',
                        'default_permissions': (),
                    },
                ),
            ],
            database_operations=[migrations.RunPython(create, drop)],
        ),
        migrations.CreateModel(
            name='SpelledName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'verbose_name': 'name and its spellings',
                'verbose_name_plural': 'spellings of names',
            },
        ),
        migrations.CreateModel(
            name='Spelling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=100, verbose_name='spelling')),
                ('folded', models.CharField(editable=False, max_length=200, unique=True)),
                ('name', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='spellings', to='newsroom.spelledname')),
            ],
            options={
                'verbose_name': 'spelling',
                'verbose_name_plural': 'spellings',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('folded', ''), _negated=True), name='spelling_has_words')],
            },
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
