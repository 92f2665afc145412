"""The order in which providers are tried."""

from verify.flows.routing import in_order


def test_weight_0_comes_after_all_others_whatever_is_drawn() -> None:
    entries = [("third", 0), ("first", 1), ("fourth", 0), ("second", 9)]
    found = {tuple(in_order(entries, str(seed))) for seed in range(200)}
    assert found == {("first", "second", "third", "fourth"), ("second", "first", "third", "fourth")}


def test_a_list_of_weight_0_alone_is_taken_as_it_stands() -> None:
    assert in_order([("b", 0), ("a", 0)], "any") == ["b", "a"]
