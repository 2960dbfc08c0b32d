from django.urls import path

from eurasia.newsroom import finding, reading_list, twins, views
from eurasia.newsroom.feeds import private, public

app_name = "newsroom"
urlpatterns = [
    # Django tries one after the other: first what is asked for most.
    path("articles/<slug:slug>/", views.article, name="article"),
    path("", views.front, name="front"),
    *public.urls("feed/", public.feed, "feed"),
    path("feed/private/<str:token>/", private.private_feed, name="private_feed"),
    path("feed/pictures/<str:signed>/", private.feed_picture, name="feed_picture"),
    path("card.png", views.card, name="card"),
    path("files/", views.file_list, name="file_list"),
    path("files/<slug:slug>/", views.file, name="file"),
    path("files/<slug:slug>.md", twins.file, name="file_twin"),
    *public.urls("files/<slug:slug>/feed/", public.file_feed, "file_feed"),
    path("articles/", views.article_list, name="article_list"),
    path("articles/<slug:slug>.md", twins.article, name="article_twin"),
    path("articles/<slug:slug>/save/", reading_list.save_article, name="save_article"),
    path("articles/<slug:slug>/place/", reading_list.keep_place, name="keep_place"),
    path("articles/<slug:slug>/card.png", views.article_card, name="article_card"),
    path("articles/<slug:slug>/cite.bib", views.citation, name="citation"),
    path("articles/<slug:slug>/pictures/<int:pk>/", views.picture, name="picture"),
    path(
        "articles/<slug:slug>/pictures/<int:pk>/<int:width>.<slug:kind>",
        views.rendition,
        name="rendition",
    ),
    path("articles/<slug:slug>/documents/<int:pk>/", views.document, name="document"),
    path("account/reading/", reading_list.reading_list, name="reading_list"),
    path("account/feeds/", private.private_feeds, name="private_feeds"),
    path("account/feeds/<int:pk>/revoke/", private.revoke_feed, name="revoke_feed"),
    path("preview/<str:token>/", views.preview_link, name="preview_link"),
    path("preview/<str:token>/pictures/<int:pk>/", views.preview_picture, name="preview_picture"),
    path(
        "preview/<str:token>/documents/<int:pk>/", views.preview_document, name="preview_document"
    ),
    path("archive/", views.archive, name="archive"),
    path("archive/<int:year>/<int:number>/", views.archive_month, name="archive_month"),
    path("contributors/<slug:slug>/", views.contributor, name="contributor"),
    *public.urls("contributors/<slug:slug>/feed/", public.contributor_feed, "contributor_feed"),
    path("search/", finding.search_page, name="search"),
    path("search/suggest/", finding.suggestions, name="suggestions"),
    path("about/", views.about, name="about"),
    path("privacy/", views.privacy, name="privacy"),
]
