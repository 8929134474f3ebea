"""The story as people and as machines read it."""

from __future__ import annotations

import json

from infra.demo.story import Readable, Records


def test_people_read_what_was_tried_and_what_came_back_without_colour_off_a_terminal() -> None:
    lines: list[str] = []
    story = Readable(lines.append)
    story.scene("Morning")
    story.step("Open the door", "it opens", good=True)
    story.step("Open the window", "it is stuck", good=False)
    story.skipped("Open the roof", "there is none")
    story.end(1.2)
    assert lines[1] == "Morning"
    assert lines[2].endswith("✓ Open the door")
    assert lines[3].strip() == "→ it opens"
    assert lines[4].endswith("✗ Open the window")
    assert lines[6].endswith("– Open the roof")
    assert lines[-1] == "2 steps in 1 s: 1 not as they should be (✗)."
    assert "\x1b" not in "".join(lines)
    assert story.failures == 1


def test_machines_read_one_object_a_line() -> None:
    lines: list[str] = []
    story = Records(lines.append)
    story.scene("Morning")
    story.step("Open the door", "it opens", good=True)
    story.skipped("Open the roof", "there is none")
    story.end(1.23)
    first, second, last = map(json.loads, lines)
    assert (first["scene"], first["tried"], first["came_back"]) == ("Morning", "Open the door", "it opens")
    assert (first["outcome"], second["outcome"]) == ("ok", "skipped")
    assert last == {"steps": 1, "failures": 0, "seconds": 1.2}
