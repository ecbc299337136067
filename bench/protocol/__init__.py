"""The protocol beside a hand-written function and a rule engine: first agreement, then speed."""
