"""Columns of kinds that Django does not know."""

from typing import Any

from django.db import models


class BitsField(models.Field):
    """A string of 0 and 1, an eighth of its length on disk: the database counts what two have in common."""

    def __init__(self, *args: Any, size: int, **kwargs: Any) -> None:
        self.size = size
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "size": self.size}

    def db_type(self, connection: Any) -> str:
        return f"bit varying({self.size})"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::bit varying"
