"""PostgreSQL backend that writes the scope into every transaction right after BEGIN."""

import select
import time
from typing import Any

from django.db.backends.postgresql import base
from django.utils.functional import cached_property
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from actionlearning.foundation.scope import NoScope, scope_or_none

QUIET_SECONDS = 60.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL connection plus the two settings that open the walls."""

    scope_waits = False
    asked_at = 0.0

    @cached_property
    def pg_version(self) -> int:
        self.ensure_connection()  # Django would open a cursor here, before any transaction can be
        return int(self.connection.info.server_version)

    def set_autocommit(
        self,
        autocommit: bool,  # noqa: FBT001  Django's signature
        force_begin_transaction_with_broken_autocommit: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        if not autocommit:
            try:
                self.apply_scope()
            except BaseException:
                # Left half open, the next atomic() would skip both the scope and its own commit.
                self.close()
                raise

    def apply_scope(self) -> None:
        """One message for both settings; a broken transaction gets its old values by rolling back."""
        if self.connection.info.transaction_status == TRANSACTION_STATUS_INERROR:
            return
        found = scope_or_none()
        tenant, path = (found.tenant_id, found.path) if found else ("", "")
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            # Both values are checked by Scope; set_config() is revoked so that no SELECT can move them.
            cursor.execute(f"SET LOCAL al.tenant = '{tenant}'; SET LOCAL al.path = '{path}'")
        self.scope_waits = False
        self.asked_at = time.monotonic()

    def apply_scope_later(self) -> None:
        """Before the next statement: a request that asks nothing more is spared one."""
        self.scope_waits = True

    def is_usable(self) -> bool:
        """Without a question where the line was used just now: a server that has gone left its farewell.

        After something went wrong, or a quiet minute in which a firewall may have forgotten the line, with one.
        """
        doubtful = self.errors_occurred or time.monotonic() - self.asked_at > QUIET_SECONDS
        if doubtful or self.connection is None or self.connection.closed:
            return bool(super().is_usable())
        socket = self.connection.fileno()
        if socket < 0:  # libpq has given it up already
            return False
        waiting = select.poll()
        waiting.register(socket, select.POLLIN)
        return not waiting.poll(0)

    def _cursor(self, name: str | None = None) -> Any:
        if not self.in_atomic_block and self.settings_dict.get("WALLED", True):
            raise NoScope(
                "A query outside a transaction would see no row: use transaction.atomic()."
            )
        if self.scope_waits and self.in_atomic_block and self.connection is not None:
            self.apply_scope()
        return super()._cursor(name)  # type: ignore[misc]  # Django's own, not in the stubs
