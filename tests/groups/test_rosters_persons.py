"""Rosters of people: what the check shows, what is entered, and the habits it forgives."""


from groups.models import Person
from tests.groups.rostering import PERSONS, entered, sent, sheet, verdicts


def test_a_roster_is_checked_then_entered(world):
    batch = sent(
        world,
        sheet(
            PERSONS,
            ("民政局", "张　三", "副局长", 13977412345, "2012.05"),
            ("民政局", "买买提・吐尔逊", "干事", "0774-1234567", "2012年5月3日"),
            ("民政局", "贝宁", "", "", ""),
        ),
    )

    assert (batch.state, verdicts(batch)) == ("checked", ["add", "add", "leave"])
    assert not Person.objects.filter(name="张三").exists()

    entered(world, batch)
    made = Person.objects.get(name="张三")
    assert batch.state == "imported"
    assert (made.phone, made.title, str(made.starts_on)) == ("13977412345", "副局长", "2012-05-01")
    assert Person.objects.get(name="买买提·吐尔逊").seniority == made.seniority + 1
