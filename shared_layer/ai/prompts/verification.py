"""What the caller knows of a right answer, and how hard to look."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared_layer.core.models import Model, empty_list

Text = Annotated[str, Field(min_length=1, max_length=1000)]


class Verification(Model):
    """How to check a cheap answer before it is given. Without a strong provider to escalate to, nothing is checked.

    There are no patterns here: a regular expression from outside can be made to run for ever.
    """

    equals: Text | None = Field(default=None, description="The final answer: a number, an option's letter or a text.")
    number: float | None = Field(default=None, description="The last number in the answer.")
    tolerance: Annotated[float, Field(ge=0)] = 0.0
    contains: Annotated[list[Text], Field(max_length=20)] = Field(default_factory=empty_list)
    agree: Annotated[int, Field(ge=1, le=5)] = Field(
        default=1, description="Ask the cheap model so many times; most of the final answers must be the same."
    )
    verifier: bool = Field(default=False, description="Have the cheap model judge its answer: yes or no.")
    tests: Annotated[str, Field(min_length=1, max_length=20_000)] | None = Field(
        default=None,
        description=(
            "Python that the answer's Python must stand: asserts, or functions named test_…. It runs in a sandbox; what"
            " the answer defines is there by its name. Functions get and give plain values."
        ),
        examples=["assert add(1, 2) == 3"],
    )
