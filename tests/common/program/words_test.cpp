#include "common/program/words.hpp"
#include "tests/catch.hpp"

using netio::edit_distance;
using netio::wrapped;

TEST_CASE("words: lines are broken between words, and no wider than asked", "[words]") {
    CHECK(wrapped("", 10).empty());
    CHECK(wrapped("one two", 10) == "one two");
    CHECK(wrapped("one two three", 7) == "one two\nthree");
    CHECK(wrapped("one two three", 6) == "one\ntwo\nthree");
    CHECK(wrapped("unbreakable word", 5) == "unbreakable\nword");
    CHECK(wrapped("word unbreakable", 5) == "word\nunbreakable\n");
}

TEST_CASE("words: the edit distance is the smallest number of edits", "[words]") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("--sampels", "--samples") == 2);
    CHECK(edit_distance("--samples", "--sample") == 1);
}
