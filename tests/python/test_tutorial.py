"""The pages for users hold: what they show is what comes out."""

import doctest
import pathlib

import pytest

DOCS = pathlib.Path(__file__).parent.parent.parent / "docs"


@pytest.mark.parametrize("name", ["tutorial.md"])
def test_page_shows_what_comes_out(name):
    result = doctest.testfile(str(DOCS / name), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.attempted > 30
    assert result.failed == 0, "the differences are above"
