from typing import Any

app_name = "groups"
urlpatterns: list[Any] = []
