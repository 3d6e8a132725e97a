"""Columns that the server alone fills in are not filled in by a context either."""


def without_defaults(records, names):
    """Drop what a caller wants to stand in columns that nobody writes by hand.

    Values are refused where they are given; a default of the context comes in behind
    that check.

    :param records: the model that creates
    :param names: of the columns
    """
    forged = {f"default_{name}" for name in names} & records.env.context.keys()
    if records.env.su or not forged:
        return records
    context = {
        name: value for name, value in records.env.context.items() if name not in forged
    }
    return records.with_env(records.env(context=context))
