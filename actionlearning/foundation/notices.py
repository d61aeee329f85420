"""Words of a notice in the reader's language: one template per kind, filled when it is read."""

from django.template import loader

from actionlearning.foundation.models import Notice


def subject_and_text(notice: Notice) -> tuple[str, str]:
    """First line and the rest. `kind` is `<app>.<name>`, the template `<app>/notices/<name>.txt`."""
    app, name = notice.kind.split(".", 1)
    words = loader.render_to_string(
        f"{app}/notices/{name}.txt", {"notice": notice, **notice.params}
    ).strip()
    subject, _separator, text = words.partition("\n")
    return subject.strip(), text.strip()
