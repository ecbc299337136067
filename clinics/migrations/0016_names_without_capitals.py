"""User names are kept in lower case: no two people differ by capitals only."""

from collections import Counter
from typing import Any

import django.db.models.functions.text
from django.db import migrations, models

import clinics.identity.models


def lower(apps: Any, _: Any) -> None:
    """Raises ``RuntimeError`` where two people would have one name: somebody must be named anew first."""
    people = apps.get_model("clinics", "User").objects
    names = {person.pk: person.username.strip().lower() for person in people.all()}
    shared = {name for name, count in Counter(names.values()).items() if count > 1}
    if shared:
        ids = sorted(str(pk) for pk, name in names.items() if name in shared)
        raise RuntimeError(f"User names that differ by capitals only; change some first: {', '.join(ids)}")
    for pk, name in names.items():
        people.filter(pk=pk).exclude(username=name).update(username=name)


class Migration(migrations.Migration):
    dependencies = [("clinics", "0015_proven_issuers")]

    operations = [
        migrations.RunPython(lower, migrations.RunPython.noop),
        migrations.AlterModelManagers(name="user", managers=[("objects", clinics.identity.models.People())]),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(username=django.db.models.functions.text.Lower("username")),
                name="user_names_have_no_capitals",
            ),
        ),
    ]
