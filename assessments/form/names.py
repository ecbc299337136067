"""Names and ids of the form's controls: paths into the answers, so that a pointer finds its place."""

#: Radio value of a question that wasn't asked or whose answer isn't known.
UNKNOWN = "unknown"


def control(*path: object) -> str:
    """The name that an answer is sent under."""
    return ".".join(["a", *map(str, path)])


def unit_of(*path: object) -> str:
    """The name that a number's unit is sent under."""
    return ".".join(["u", *map(str, path)])


def reason_of(question: str) -> str:
    """The name that the reason of an unknown answer is sent under."""
    return f"r.{question}"


def asked_none(question: str) -> str:
    """The name under which a list says that it was asked for and is empty, or isn't known."""
    return f"n.{question}"


def none_of_these(screen: str) -> str:
    """The name of a screen's "none of these"."""
    return f"none.{screen}"


def place(*path: object) -> str:
    """The id of a control: where an error summary leads."""
    return "-".join(["q", *map(str, path)])
