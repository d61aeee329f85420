from django.urls import path

from actionlearning.desk.views import audit, glossary, home, notices, search, status, system

app_name = "desk"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("language/", system.ChooseLanguage.as_view(), name="language"),
    path("notices/", notices.NoticeList.as_view(), name="notice_list"),
    path("notices/<uuid:pk>/", notices.NoticeDetail.as_view(), name="notice_detail"),
    path(
        "notices/<uuid:pk>/acknowledgement/",
        notices.NoticeAcknowledgement.as_view(),
        name="notice_acknowledgement",
    ),
    path("search/", search.Search.as_view(), name="search"),
    path("status/", status.Status.as_view(), name="status"),
    path("audit/", audit.AuditList.as_view(), name="audit_list"),
    path("audit/verification/", audit.AuditVerification.as_view(), name="audit_verification"),
    path("help/", system.Help.as_view(), name="help"),
    path("help/glossary/", glossary.Glossary.as_view(), name="glossary"),
]
