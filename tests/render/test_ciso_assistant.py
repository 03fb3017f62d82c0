import yaml

from fairmark.model.standard import Automation, Catalogue, Provision, Status
from fairmark.render import ciso_assistant
from fairmark.standards.library import catalogues


def library(one: Catalogue) -> dict:
    return yaml.safe_load(ciso_assistant.render(one))


def test_a_library_has_what_the_format_asks_for() -> None:
    for one in catalogues():
        made = library(one)

        framework = made["objects"]["framework"]
        assert set(made) >= {
            "urn",
            "locale",
            "ref_id",
            "name",
            "description",
            "copyright",
            "version",
            "provider",
            "packager",
        }
        assert made["urn"] == f"urn:fairmark:risk:library:{one.id}"
        assert len(made["name"]) <= ciso_assistant.LONGEST_NAME
        assert framework["urn"] == f"urn:fairmark:risk:framework:{one.id}"
        assert len(framework["requirement_nodes"]) == len(one.provisions) + len(one.groups)


def test_every_node_has_a_urn_of_its_own_and_its_parent_stands_before_it() -> None:
    for one in catalogues():
        seen: set[str] = set()
        for node in library(one)["objects"]["framework"]["requirement_nodes"]:
            assert node["urn"] not in seen
            assert node["urn"] == node["urn"].lower()
            assert node["depth"] == (2 if "parent_urn" in node else 1)
            assert node.get("parent_urn", node["urn"]) in {*seen, node["urn"]}
            assert node["assessable"] == ("implementation_groups" in node)
            seen.add(node["urn"])


def test_ids_stay_text_and_mandatory_ones_can_be_chosen_alone() -> None:
    made = library(catalogues()[0])["objects"]["framework"]

    ids = [node["ref_id"] for node in made["requirement_nodes"] if node["assessable"]]
    chosen = [node for node in made["requirement_nodes"] if "mandatory" in node.get("implementation_groups", ())]
    assert ids == [one.id for one in catalogues()[0].provisions]
    assert len(chosen) == sum(one.status is Status.MANDATORY for one in catalogues()[0].provisions)


def test_ids_that_differ_in_case_only_and_overlong_titles_are_kept_apart() -> None:
    rows = tuple(
        Provision(id=key, title="x" * 300, status=Status.MANDATORY, group="g", automation=Automation.HUMAN)
        for key in ("1A", "1a", "1 a")
    )
    own = Catalogue(
        id="own", name="Own", edition="1", kind="standard", publisher="us", groups={"other": "Other"}, provisions=rows
    )

    nodes = library(own)["objects"]["framework"]["requirement_nodes"]

    assert [node["urn"].rsplit(":", 1)[1] for node in nodes] == ["1a", "1a-2", "1-a", "group-other"]
    assert [len(node["name"]) for node in nodes[:3]] == [200] * 3
    assert nodes[0]["description"] == "x" * 300


def test_every_group_that_a_node_names_is_defined() -> None:
    for one in catalogues():
        made = library(one)["objects"]["framework"]
        defined = {group["ref_id"] for group in made["implementation_groups_definition"]}
        named = {group for node in made["requirement_nodes"] for group in node.get("implementation_groups", ())}

        assert named <= defined
