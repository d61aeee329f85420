from django.urls import path

from actionlearning.desk.views import system

app_name = "system"
urlpatterns = [
    path("", system.ChooseSpace.as_view(), name="choose_space"),
    path("language/", system.ChooseLanguage.as_view(), name="language"),
    path("demo/progress/", system.DemoProgress.as_view(), name="demo_progress"),
    path("health/live/", system.Live.as_view(), name="live"),
    path("health/ready/", system.Ready.as_view(), name="ready"),
    path("metrics", system.Metrics.as_view(), name="metrics"),
]
