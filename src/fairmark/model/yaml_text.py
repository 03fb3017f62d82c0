"""Read YAML: ours quickly, a stranger's strictly."""

from typing import Any

import yaml
from yaml import YAMLError

__all__ = ["YAMLError", "parse_foreign_yaml", "parse_yaml"]


def parse_yaml(text: bytes | str) -> Any:
    """Parse YAML of ours with the safe loader: plain values only, never objects."""
    loader = _OwnLoader(text)
    try:
        node = loader.get_single_node()
        return None if node is None else loader.value(node)
    finally:
        loader.dispose()


def parse_foreign_yaml(text: bytes | str) -> Any:
    """Parse YAML that a user or a stranger wrote: no aliases (they can grow without bound), no key twice.

    Raises:
        YAMLError: with the place of the fault.
    """
    try:
        return yaml.load(text, Loader=_ForeignLoader)  # noqa: S506 - a safe loader, made stricter
    except (KeyError, IndexError, AttributeError, TypeError):  # what the library raises for `!!bool x`, `? [a]`
        problem = "a tag does not fit its value, or a key is no plain word"
        raise yaml.constructor.ConstructorError(None, None, problem) from None


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT, _LIST, _MAPPING = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))


class _OwnLoader(_SafeLoader):  # type: ignore[misc]  # the library has no types for its faster half
    """The safe loader with a short way for what our files consist of; everything else goes the library's way."""

    def resolve(self, kind: type[yaml.Node], value: str, implicit: Any) -> str:
        if kind is yaml.ScalarNode and not (implicit[0] and value[:1] in self.yaml_implicit_resolvers):
            return _TEXT
        tag: str = super().resolve(kind, value, implicit)
        return tag

    def value(self, node: yaml.Node) -> Any:
        """Return what a node stands for."""
        if node.tag == _TEXT and isinstance(node, yaml.ScalarNode):
            return node.value
        if node.tag == _LIST:
            return [self.value(item) for item in node.value]
        if node.tag == _MAPPING and all(key.tag == _TEXT for key, _ in node.value):
            return {key.value: self.value(item) for key, item in node.value}
        return self.construct_object(node, deep=True)


class _ForeignLoader(yaml.SafeLoader):
    """The safe loader without aliases, repeated keys and halves of characters."""

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        value = super().construct_scalar(node)
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise yaml.constructor.ConstructorError(None, None, "half of a character (a surrogate)", node.start_mark)
        return value

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not accepted")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a name must be a word", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands here twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)
