"""The last digit of a code of LOINC or SNOMED CT tells most slips of the pen."""

import re

#: Verhoeff's permutation; applied again for each digit further to the left.
_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def loinc_holds(code: str) -> bool:
    """Whether a LOINC code ends with the check digit of its number (Luhn's, modulus 10)."""
    if not re.fullmatch(r"[1-9][0-9]{0,6}-[0-9]", code):
        return False
    number, _, check = code.partition("-")
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return (10 - total % 10) % 10 == int(check)


def snomed_holds(code: str) -> bool:
    """Whether a SNOMED CT identifier of a concept ends with its check digit (Verhoeff's)."""
    if not re.fullmatch(r"[1-9][0-9]{3,15}0[0-9]|[1-9][0-9]{4,15}10[0-9]", code):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = _product(check, _permuted(int(digit), place))
    return check == 0


def _permuted(digit: int, times: int) -> int:
    for _ in range(times % 8):
        digit = _PERMUTATION[digit]
    return digit


def _product(left: int, right: int) -> int:
    """Of two elements of the dihedral group D5: 0 to 4 turn, 5 to 9 turn and reflect."""
    turned = (left + right) % 5 if left < 5 else (left - right) % 5
    return turned + (5 if (left < 5) is not (right < 5) else 0)
