from fairmark.model.image import Component
from fairmark.vulnerabilities.identity import identity_of
from fairmark.vulnerabilities.ranges import Answer, Told, told
from fairmark.vulnerabilities.record import Affected, Range, Record, Scheme
from tests.doubles.flaws import before, component, package, record

UPSTREAM = Affected("cve", "openssl", "openssl", ranges=(before("3.0.15", Scheme.OPENSSL),))
LOADED = frozenset({"debian 12"})


def debian(**changes: object) -> Affected:
    given: dict[str, object] = {"feed": "debian", "product": "openssl", "ecosystem": "debian 12"}
    return Affected(**(given | changes))  # type: ignore[arg-type]


def asked(*entries: Affected, loaded: frozenset[str] = LOADED, version: str = "3.0.11-1~deb12u1") -> Told:
    one = package(version=version)
    return told(one, identity_of(one), record(affected=entries), loaded)


def test_the_distributions_fix_outweighs_upstreams_range() -> None:
    fixed = debian(ranges=(before("3.0.11-1~deb12u1", Scheme.DPKG),), fixed_in="3.0.11-1~deb12u1")

    answer = asked(UPSTREAM, fixed)

    assert answer.answer is Answer.FIXED
    assert "3.0.11-1~deb12u1" in answer.why


def test_the_distributions_open_flaw_is_a_hit_by_its_own_version() -> None:
    still = debian(ranges=(before("3.0.11-1~deb12u2", Scheme.DPKG),))

    assert asked(UPSTREAM, still).answer is Answer.HIT
    assert asked(still).answer is Answer.HIT


def test_a_package_that_never_had_the_flaw_is_said_so() -> None:
    assert asked(UPSTREAM, debian(unaffected=(Range(Scheme.DPKG),))).answer is Answer.NEVER


def test_unimportant_and_undetermined_are_doubts() -> None:
    every = (Range(Scheme.DPKG),)

    assert asked(UPSTREAM, debian(ranges=every, note="unimportant")).answer is Answer.DOUBTFUL
    assert asked(UPSTREAM, debian(note="undetermined")).answer is Answer.DOUBTFUL


def test_what_no_range_names_is_no_match_even_where_the_distribution_speaks_of_it() -> None:
    fixed = debian(ranges=(before("3.0.0-1", Scheme.DPKG),), fixed_in="3.0.0-1")

    assert asked(fixed).answer is Answer.MISS


def test_upstreams_range_is_a_doubt_while_the_distributions_data_is_not_loaded() -> None:
    assert asked(UPSTREAM, loaded=frozenset()).answer is Answer.DOUBTFUL
    assert asked(UPSTREAM, loaded=LOADED).answer is Answer.HIT


def test_a_number_in_a_file_of_a_distribution_that_mends_is_a_doubt() -> None:
    seen = component("openssl", "3.0.11").model_copy(update={"distribution": "debian 12", "source": "version pattern"})
    fixed = debian(ranges=(before("3.0.11-1~deb12u1", Scheme.DPKG),), fixed_in="3.0.11-1~deb12u1")

    answer = told(seen, identity_of(seen), record(affected=(UPSTREAM, fixed)), LOADED)

    assert (answer.answer, "no package database" in answer.why) == (Answer.DOUBTFUL, True)


def upstream(version: str, *entries: Affected, text: str = "") -> Told:
    one = component("lib", version)
    return told(one, identity_of(one), Record("CVE-2026-1", description=text, affected=entries))


def test_the_records_own_entry_is_asked_before_nvd() -> None:
    own = Affected("cve", "lib", "lib", ranges=(before("1.5"),))
    wide = Affected("nvd", "lib", "lib", ranges=(before("2.0"),))

    assert upstream("1.4", own, wide).answer is Answer.HIT
    assert upstream("2.1", own, wide).answer is Answer.MISS
    assert upstream("1.6", own, wide).answer is Answer.DOUBTFUL


def test_an_entry_without_versions_leaves_the_word_to_the_next() -> None:
    silent = Affected("cve", "lib", "lib")
    nvd = Affected("nvd", "lib", "lib", ranges=(before("2.0"),))

    assert upstream("1.6", silent, nvd).answer is Answer.HIT
    assert upstream("1.6", silent).answer is Answer.MISS


def test_a_range_without_end_that_another_source_ends_is_a_doubt() -> None:
    endless = Affected("cve", "lib", "lib", ranges=(Range(Scheme.GENERIC),))
    nvd = Affected("nvd", "lib", "lib", ranges=(before("1.2"),))

    assert upstream("1.6", endless, nvd).answer is Answer.DOUBTFUL
    assert upstream("1.1", endless, nvd).answer is Answer.HIT


def test_versions_that_the_entry_exempts_are_no_hit() -> None:
    one = Affected("cve", "lib", "lib", ranges=(before("2.0"),), unaffected=(Range(Scheme.GENERIC, "1.4.9", "1.5"),))

    assert upstream("1.4.9", one).answer is Answer.MISS
    assert upstream("1.4.8", one).answer is Answer.HIT


def test_the_text_raises_a_doubt_and_never_makes_a_match() -> None:
    one = Affected("cve", "lib", "lib", ranges=(before("2.0"),))

    assert upstream("1.6", one, text="lib before 1.5 crashes").answer is Answer.DOUBTFUL
    assert upstream("1.4", one, text="lib before 1.5 crashes").answer is Answer.HIT
    assert upstream("2.1", one, text="lib through 3.0 crashes").answer is Answer.MISS
    assert upstream("1.6", one, text="lib 1.2 before 1.2.9 and 1.x before 1.7").answer is Answer.HIT


def test_a_rebuilt_package_is_compared_as_the_source_that_was_rebuilt() -> None:
    fixed = debian(ranges=(before("3.0.11-1~deb12u2", Scheme.DPKG),), fixed_in="3.0.11-1~deb12u2")

    assert asked(UPSTREAM, fixed, version="3.0.11-1~deb12u1+b2").answer is Answer.HIT
    assert asked(UPSTREAM, fixed, version="3.0.11-1~deb12u2+b1").answer is Answer.FIXED


def test_a_fix_is_counted_by_the_source_package_where_its_version_is_another_one() -> None:
    fixed = debian(ranges=(before("2:4.17.12+dfsg-0+deb12u1", Scheme.DPKG),), fixed_in="2:4.17.12+dfsg-0+deb12u1")
    one = package(version="2:2.6.2+samba4.17.12+dfsg-0+deb12u1")
    mended = one.model_copy(update={"source_version": "2:4.17.12+dfsg-0+deb12u1"})
    open_still = one.model_copy(update={"source_version": "2:4.17.11+dfsg-1"})

    def answer(of: Component) -> Answer:
        return told(of, identity_of(of), record(affected=(UPSTREAM, fixed)), LOADED).answer

    assert answer(mended) is Answer.FIXED
    assert answer(open_still) is Answer.HIT


def test_the_lists_of_re_sellers_inside_a_record_do_not_speak_for_the_product() -> None:
    own = Affected("nvd", "openssl", "openssl", ranges=(before("3.0.2"),))
    reseller = Affected("nvd", "openssl", "netapp", ranges=(before("9"),))
    other = Affected("nvd", "cloud_backup", "netapp", ranges=(Range(Scheme.GENERIC),))
    one = component("openssl", "3.0.5")

    assert told(one, identity_of(one), record(affected=(own, reseller, other))).answer is Answer.MISS
    assert told(one, identity_of(one), record(affected=(other,))).answer is Answer.MISS


def test_a_namesake_alone_is_a_doubt_and_not_silence() -> None:
    stranger = Affected("nvd", "openssl", "somebody", ranges=(before("9"),))
    one = component("openssl", "3.0.5")

    answer = told(one, identity_of(one), record(affected=(stranger,)))

    assert answer.answer is Answer.DOUBTFUL
    assert "somebody" in answer.why
    assert told(one, identity_of(one), record(affected=(stranger,), state="published")).entry is stranger
