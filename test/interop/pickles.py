"""What Python makes of pickles, for pickles.test.ts, which gives a list of questions as JSON and reads one answer each.

{"load": base64}: the value as `ascii` prints it, by Python's own pickle.
{"digest": path}: what the reference machine (../shared/golden/pklvm.py, whose folder is the argument) finds in a file,
flattened to a text and hashed; numbers by their 64 bits, as ints and floats of one worth are one thing to the other side.
"""
import base64
import hashlib
import json
import pickle
import struct
import sys

sys.path.insert(0, sys.argv[1])
import pklvm  # noqa: E402

RENAMED = {"__builtin__": "builtins", "copy_reg": "copyreg"}


def number(value):
    if isinstance(value, int) and abs(value) >= 2**53:
        return "b" + str(value)
    return "n" + ("nan" if value != value else struct.pack(">d", value).hex())


def name(glob):
    module = RENAMED.get(glob.mod, glob.mod)
    return module + "." + ("int" if (module, glob.name) == ("builtins", "long") else glob.name)


def spelled(red):
    """Bytes that older protocols spell as calls."""
    if red.kind == "REDUCE" and red.f.q == "_codecs.encode":
        return red.args[0].encode("latin1")
    if red.kind == "REDUCE" and name(red.f) == "builtins.bytearray":
        return bytes(red.args[0]) if len(red.args) == 1 else red.args[0].encode("latin1")
    return None


def flatten(value, out):
    todo = [value]
    while todo:
        x = todo.pop()
        if isinstance(x, tuple) and len(x) == 2 and x[0] is flatten:
            out.append(x[1])
        elif x is None or isinstance(x, bool):
            out.append(str(x))
        elif isinstance(x, (int, float)):
            out.append(number(x))
        elif isinstance(x, str):
            out.append("s" + x)
        elif isinstance(x, (bytes, bytearray)):
            out.append("y" + hashlib.sha256(x).hexdigest())
        elif isinstance(x, (list, tuple, set, frozenset)):
            out.append(f"{'l' if isinstance(x, list) else 't' if isinstance(x, tuple) else 'e'}{len(x)}")
            todo.extend(reversed(list(x)))
        elif isinstance(x, dict):
            out.append(f"d{len(x)}")
            todo.extend(reversed([y for pair in x.items() for y in pair]))
        elif isinstance(x, pklvm.Glob):
            out.append("g" + name(x))
        elif isinstance(x, pklvm.Arr):
            shape = ",".join(map(str, x.shape))
            out.append(f"a{x.dtype['code'][0]}{x.dtype['itemsize']} {shape} {x.order}")
            out.append(hashlib.sha256(x.data or b"").hexdigest())
            if x.obj is not None:
                todo.append(x.obj)
        elif isinstance(x, pklvm.Red) and x.f.q == "collections.OrderedDict" and not x.args:
            todo.append(dict(x.kv))
        elif isinstance(x, pklvm.Red):
            plain = spelled(x)
            if plain is not None:
                out.append("y" + hashlib.sha256(plain).hexdigest())
                continue
            out.append(f"o{len(x.args)} {len(x.items)} {len(x.kv)} {x.nbuild}")
            parts = [x.f, *x.args, *x.items, *[y for pair in x.kv for y in pair]]
            todo.extend(reversed(parts + ([x.state] if x.nbuild else [])))
        else:
            raise TypeError(type(x).__name__)
    return "\n".join(out)


def digest(path):
    with open(path, "rb") as file:
        value, machine = pklvm.load(file.read())
    text = flatten(value, [])
    return {
        "digest": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        "lines": text.count("\n") + 1,
        "arrays": len(machine.arrays) + sum(len(inner.arrays) for inner in machine.inner),
        "tail": machine.tail,
    }


def answer(question):
    try:
        if "load" in question:
            return {"value": ascii(pickle.loads(base64.b64decode(question["load"]), encoding="latin1"))}
        return digest(question["digest"])
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


print(json.dumps([answer(question) for question in json.load(sys.stdin)]))
