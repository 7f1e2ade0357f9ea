"""Functions of this package as JavaScript, for pages that run the same code."""

import inspect
import re


def javascript(name, needs, functions, gives, known=""):
    """A JavaScript function that defines some Python ones, and returns what it `gives` of them.

    needs : str, the parameters: what they call and a page does in its own way
    functions : list of functions, in plain Python (PScript's manual says which); decorators stay behind.
        Functions of their modules that they call come along, if they are not among the needs
    known : str, JavaScript before them: values that they use

    PScript compares with "==", as Python does not: "1" is not 1.

    >>> def double(number):
    ...     return 2 * number
    >>> javascript("numbers", "", [double], "double").splitlines()[0]
    'function numbers() {'
    """
    import pscript  # only where a page is made

    sources, elsewhere = {}, set(re.findall(r"\w+", needs))
    for function in (waiting := list(functions)):  # it grows
        function = inspect.unwrap(function)
        source = re.sub(r"^@.*\n", "", inspect.getsource(function))
        sources[function.__name__] = source
        called = set(re.findall(r"(\w+)\(", source)) - elsewhere
        found = [function.__globals__.get(one) for one in sorted(called)]
        waiting += [one for one in found if inspect.isfunction(one) and one not in waiting]
    source = "\n".join(sources.values())
    made = pscript.py2js(source, docstrings=False).replace(" == ", " === ")
    return f"function {name}({needs}) {{\n{known}\n{made}\nreturn {gives};\n}}\n"
