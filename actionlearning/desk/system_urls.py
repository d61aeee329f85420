from typing import Any

app_name = "system"
urlpatterns: list[Any] = []
