"""Where learning starts from: how often each level is seen in a class of pairs.

Estimated on generated cards with known truth; a base moves them by what it shows. Each
row is in the order of the levels of its field, 0 (not known) left out.
"""

from typing import Final

Shares = dict[str, tuple[float, ...]]

# Pairs of cards of one client.
SAME: Final[Shares] = {
    "name": (.42, .20, .12, .06, .03, .03, .03, .015, .02, .01, .04, .015, .01, .02),
    "given": (.985, .015),
    "patronymic": (.84, .13, .03, 1e-6),
    "phone": (.78, .03, .19, 1e-6),
    "email": (.72, .06, .06, .05, .11),
    "tax_id": (.95, .03, .02, 1e-6),
    "address": (.32, .43, .04, .06, .05, .10),
    "place": (.45, .47, .08),
    "birthdate": (.82, .11, .04, .03),
    "legal_form": (.94, .06),
    "branch": (.08, .01, .01, .02, .88),
    "number": (.93, .07),
    "gender": (.99, .01),
    "kind": (.78, .21, .01),
    "family": (1.0,),
}  # fmt: skip
# Related ones: a household, people of a firm, branches, firms of one brand.
RELATED: Final[Shares] = {
    "name": (.01, .01, .04, .02, .01, .04, .01, .06, .37, .40, .02, .02, .01, .03),
    "given": (.08, .92),
    "patronymic": (.12, .05, .83, 1e-6),
    "phone": (.35, .03, .62, 1e-6),
    "email": (.25, .02, .04, .35, .34),
    "tax_id": (.50, .02, .48, 1e-6),
    "address": (.35, .30, .05, .03, .05, .22),
    "place": (.35, .42, .23),
    "birthdate": (.02, .02, .90, .06),
    "legal_form": (.85, .15),
    "branch": (.04, .47, .28, .05, .16),
    "number": (.70, .30),
    "gender": (.45, .55),
    "kind": (.68, .28, .04),
    "family": (1.0,),
}  # fmt: skip
# Pairs that chance has put beside each other.
UNRELATED: Final[Shares] = {
    "name": (
        1e-6, 2e-6, 1e-5, 2e-5, 1e-4, 5e-4, 5e-6, .01, .02, .80, .001, .01, .16, .003
    ),
    "given": (.04, .96),
    "patronymic": (.02, .02, .96, 1e-6),
    "phone": (1e-5, 2e-5, 1., 1e-6),
    "email": (1e-5, 3e-5, 6e-5, 1e-4, 1.),
    "tax_id": (1e-5, 1e-5, 1., 1e-6),
    "address": (1e-6, 1e-5, 1e-5, 1e-3, 1e-2, .99),
    "place": (1e-3, .06, .94),
    "birthdate": (5e-5, 6e-4, .993, 6e-3),
    "legal_form": (.45, .55),
    "branch": (.03, .60, .35, .01, .01),
    "number": (.3, .7),
    "gender": (.5, .5),
    "kind": (.60, .36, .04),
    "family": (1.0,),
}  # fmt: skip

# What learning may not give a level in the class of one client: else namesakes and
# branches, once taken for one client, teach that such pairs are one.
MOST_OF_SAME: Final[dict[str, dict[int, float]]] = {
    "name": {8: .04, 9: .14, 10: .012, 11: .10, 12: .05, 13: .012, 14: .08},
    "patronymic": {3: .06},
    "phone": {3: .26},
    "email": {5: .20, 4: .10},
    "tax_id": {3: .05},
    "address": {6: .20, 5: .10},
    "place": {3: .12},
    "birthdate": {3: .06},
    "legal_form": {2: .10},
}  # fmt: skip
# Not learnt: they tell the same from the related only, and say nothing of chance.
FIXED: Final = frozenset({"given", "branch", "number", "gender", "kind", "family"})
SILENT_OF_CHANCE: Final = frozenset({"given", "branch", "number", "gender", "family"})

# Levels at which a value agrees -> bits beyond log2(N / other holders of the value).
# A street says which house only together with its number.
VALUE_BITS: Final[dict[str, dict[int, float]]] = {
    "name": dict.fromkeys((1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 14), 0.0),
    "phone": {1: 0.0},
    "email": {1: 0.0},
    "tax_id": {1: 0.0},
    "place": {1: 0.0, 2: 0.0},
    "birthdate": {1: 0.0},
    "address": {1: 9.0, 2: 7.0, 3: 6.0, 4: 0.0, 5: 0.0},
}
# What agreement in one field can be worth at most, however large the base.
MOST_BITS: Final[dict[str, float]] = {
    "name": 24.0, "phone": 17.0, "email": 17.0, "tax_id": 19.0, "place": 10.0,
    "birthdate": 13.0, "address": 19.0,
}  # fmt: skip
# The same for levels without such a value. An address at a public domain is often made
# from the name, so that one like it says little more than the name does.
MOST_LEVEL_BITS: Final[dict[str, dict[int, float]]] = {"email": {2: 9.0, 3: 9.0}}
# Two parts of a firm that are marked alike are rare among pairs of chance.
SAME_BRANCH_BITS: Final = 3.0
# A card and the card it belongs to are related by definition: bits against one client.
PARENT_AND_CHILD_BITS: Final = -8.0
