"""The section of the report on advertising."""

from fairmark.model.marketing import Advertised, Bearing, Part
from fairmark.render.marketing import section


def advertised(sentence: str, bearing: Bearing, reason: str = "Because.") -> Advertised:
    part = Part(claim="x", title="that it is so", bearing=bearing, reason=reason)
    return Advertised(line=1, sentence=sentence, bearing=bearing, parts=(part,))


def test_nothing_advertised_is_no_section() -> None:
    assert section(()) == ""


def test_the_contradicted_stand_first_and_all_are_counted() -> None:
    made = section((advertised("Good.", Bearing.SUPPORTED), advertised("Bad.", Bearing.CONTRADICTED)))

    assert made.index("Bad.") < made.index("Good.")
    assert "2 sentences: 1 contradicted, 1 supported." in made
    assert "never means true" in made


def test_hostile_words_stay_words() -> None:
    made = section((advertised("<script>alert(1)</script>\u202e", Bearing.EMPTY, "{0} <b>"),))

    assert "<script" not in made
    assert "\u202e" not in made
    assert "{0} &lt;b&gt;" in made


def test_what_is_not_understood_says_so() -> None:
    made = section((Advertised(line=1, sentence="Made in Germany.", bearing=Bearing.NOT_JUDGED),))

    assert "It says nothing of security that is known here." in made
