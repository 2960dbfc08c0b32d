"""YAML read strictly: every value is text until a reader below makes it something else, and every
complaint names its line."""

import re
from datetime import UTC, date, datetime
from typing import Any

import yaml
from django.utils import timezone
from yaml.composer import ComposerError

from eurasia.exchange.drafts import BadInput, Place
from eurasia.languages import CODES

EMPTY = {"", "null", "~", "Null", "NULL"}
#: What no database column and no XML can hold, or what no editor can see.
CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Fields:
    """One mapping of a YAML file. A key that nobody has asked for is a mistake: see `finish`."""

    def __init__(self, node: yaml.Node, place: Place) -> None:
        self.place = Place(place.path, place.line + node.start_mark.line)
        if not isinstance(node, yaml.MappingNode):
            raise BadInput(self.place, "A list of `key: value` lines is expected here.")
        self.nodes: dict[str, tuple[yaml.Node, Place]] = {}
        self.asked: set[str] = set()
        for key, value in node.value:
            line = Place(place.path, place.line + key.start_mark.line)
            if not isinstance(key, yaml.ScalarNode):
                raise BadInput(line, "A list of `key: value` lines is expected here.")
            if key.value in self.nodes:
                raise BadInput(line, f"`{key.value}` is given twice.")
            self.nodes[key.value] = (value, line)
        self._origin = place

    def at(self, key: str) -> Place:
        return self.nodes[key][1] if key in self.nodes else self.place

    def value(self, key: str) -> Any:
        """Text, list or mapping as written; None where nothing is given."""
        self.asked.add(key)
        if key not in self.nodes:
            return None
        found = _plain(self.nodes[key][0])
        return None if isinstance(found, str) and found in EMPTY else found

    def text(self, key: str, *, at_most: int = 100_000, required: bool = False) -> str:
        value = self.value(key) or ""
        if not isinstance(value, str):
            raise BadInput(self.at(key), f"`{key}` is one text, not a list.")
        value = value.strip()
        if required and not value:
            raise BadInput(self.at(key), f"`{key}` is missing.")
        if len(value) > at_most:
            raise BadInput(self.at(key), f"`{key}` is longer than {at_most} characters.")
        return value

    def choice(self, key: str, choices: list[str], default: str | None) -> str | None:
        value = self.text(key) or default
        if value is not None and value not in choices:
            raise BadInput(self.at(key), f"`{key}` is one of {', '.join(choices)}, not {value!r}.")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.text(key).lower()
        if value not in {"", "true", "false", "yes", "no"}:
            raise BadInput(self.at(key), f"`{key}` is true or false.")
        return value in {"true", "yes"} if value else default

    def number(self, key: str) -> int | None:
        value = self.text(key)
        if value and not re.fullmatch(r"0*[1-9][0-9]{0,4}", value, re.ASCII):
            raise BadInput(self.at(key), f"`{key}` is a whole number above 0, not {value!r}.")
        return int(value) if value else None

    def texts(self, key: str) -> list[str]:
        value = self.value(key)
        if isinstance(value, str):
            value = [value]
        if value is not None and not (
            isinstance(value, list) and all(isinstance(item, str) and item for item in value)
        ):
            raise BadInput(self.at(key), f"`{key}` is a list of names.")
        if value and len(set(value)) < len(value):
            raise BadInput(self.at(key), f"`{key}` names something twice.")
        return value or []

    def languages(
        self, key: str, *, at_most: int = 100_000, required: bool = True
    ) -> dict[str, str]:
        """A text in each language: `{en: …, fr: …}`."""
        if self.value(key) is None and not required:
            return dict.fromkeys(CODES, "")
        inner = self.mapping(key)
        found = {code: inner.text(code, at_most=at_most, required=required) for code in CODES}
        inner.finish()
        return found

    def mapping(self, key: str) -> "Fields":
        self.asked.add(key)
        if key not in self.nodes:
            raise BadInput(self.place, f"`{key}` is missing.")
        return Fields(self.nodes[key][0], self._origin)

    def is_mapping(self, key: str) -> bool:
        return key in self.nodes and isinstance(self.nodes[key][0], yaml.MappingNode)

    def moment(self, key: str) -> datetime | None:
        """A moment; naive ones are in TIME_ZONE and a bare date is its midnight."""
        value = self.text(key)
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
            moment = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
            moment.astimezone(UTC)  # which the first and last days of the calendar do not survive
        except (ValueError, OverflowError):
            raise BadInput(
                self.at(key),
                f"`{key}` is a date such as 2026-03-31 or 2026-03-31T09:30: {value!r}.",
            ) from None
        return moment

    def day(self, key: str) -> date:
        value = self.text(key, required=True)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise BadInput(
                self.at(key), f"`{key}` is a day such as 2026-03-31, not {value!r}."
            ) from None

    def finish(self) -> None:
        """Raises BadInput for a key that is not known: a typing mistake would lose its value."""
        for key, (_node, place) in self.nodes.items():
            if key not in self.asked:
                known = ", ".join(sorted(self.asked))
                raise BadInput(place, f"`{key}` is not known here; these are: {known}.")


def compose(text: str, place: Place) -> yaml.Node | None:
    """The YAML tree of a text. Raises BadInput with the line that does not parse."""
    try:
        return yaml.compose(text, Loader=_Loader)
    except RecursionError:
        raise BadInput(place, "This YAML nests its lists too deeply.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "cannot be read"
        line = place.line + (mark.line if mark else 0)
        raise BadInput(Place(place.path, line), f"This is not YAML: {reason}.") from None


class _Loader(yaml.SafeLoader):
    """Refuses aliases, through which ten lines can hold a billion entries or themselves, and
    control characters written as escapes."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            reason = "aliases such as *this are not read here"
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # untyped there
            raise ComposerError(None, None, reason, mark)
        return super().compose_node(parent, index)

    def compose_scalar_node(self, anchor: Any) -> yaml.ScalarNode:
        node = super().compose_scalar_node(anchor)
        if CONTROL_CHARACTER.search(node.value):
            raise ComposerError(None, None, "it holds a control character", node.start_mark)
        return node


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): value for key, value in node.value}
    return str(node.value)
