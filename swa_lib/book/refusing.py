"""What does not fit is refused by its name, with its value and what is allowed."""


def refuse(name, value, allowed, error=ValueError):
    """Raise `error`: "NAME must be ALLOWED, got VALUE".

    >>> refuse("speed", "fast", "a number")
    Traceback (most recent call last):
    ValueError: speed must be a number, got 'fast'
    """
    shown = repr(value)
    raise error(f"{name} must be {allowed}, got {shown if len(shown) <= 80 else shown[:77] + '...'}")
