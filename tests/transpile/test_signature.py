"""Signatures from arguments, from annotations and from text."""

import inspect
import linecache
import sys
import timeit
import types

import numpy as np
import pytest

from pullback import errors
from pullback.transpile import quick
from pullback.transpile.abstract import BOOL, FLOAT, NONE, UNKNOWN, Array, Dim, ListOf, Mapping, Scalar, Seq, Static
from pullback.transpile.annotations import types_of_annotations
from pullback.transpile.parse import from_function
from pullback.transpile.signature import (
    Binder,
    arguments_in_order,
    exact_key,
    signature_key,
    type_of_value,
    types_of_arguments,
)
from pullback.transpile.signature_text import format_signature, parse_signature


def many(symbol):
    return Dim(symbol, 0, True)


def test_types_of_leaves():
    assert type_of_value(2.0, "x") == FLOAT
    assert type_of_value(True, "x") == BOOL
    assert type_of_value(3, "x") == Scalar("int", value=Dim("x"))
    assert type_of_value(np.float64(2), "x") == Scalar("float", "float64")
    assert type_of_value(np.float32(2), "x") == Scalar("float", "float32")
    assert type_of_value(np.array(2.0), "x") == Array("float64", ())
    assert type_of_value(np.ones((1, 3, 0), np.float32), "x") == Array("float32", (1, many("x.1"), 0))
    assert type_of_value("text", "x") == Static("text")
    assert type_of_value(None, "x") == NONE
    assert type_of_value({1, 2}, "x") == UNKNOWN
    assert type_of_value(np.array(["a"]), "x") == UNKNOWN
    assert type_of_value(np.ma.masked_array([1.0]), "x") == UNKNOWN


def test_a_list_of_like_items_has_any_length():
    layers = [{"w": np.ones((4, 5)), "n": 3}, {"w": np.ones((5, 6)), "n": 4}]
    item = Mapping((("w", Array("float64", (many("?"), many("?")))), ("n", Scalar("int"))))
    assert type_of_value(layers, "x") == ListOf(item)
    assert type_of_value(layers[:1], "x") == ListOf(item)
    ends_in_one = type_of_value([np.ones(2), np.ones(1)], "x")
    assert ends_in_one == ListOf(Array("float64", (Dim("?"),)))
    assert type_of_value([1.0, np.ones(2)], "x") == Seq("list", (FLOAT, Array("float64", (many("x.1.0"),))))
    assert type_of_value([], "x") == Seq("list", ())


def test_one_symbol_for_each_place_in_a_structure():
    t = type_of_value({"a": (np.ones(2), np.ones(3)), 7: np.ones(4), "not a name": 5}, "p")
    first = Seq("tuple", (Array("float64", (many("p.a.0.0"),)), Array("float64", (many("p.a.1.0"),))))
    second, third = Array("float64", (many("p.1.0"),)), Scalar("int", value=Dim("p.2"))
    assert t == Mapping((("a", first), (7, second), ("not a name", third)))


def test_arguments_are_bound_as_the_function_binds_them():
    def f(x, y, *, scale=2.0):
        pass

    types_ = types_of_arguments(inspect.signature(f), (np.ones(3),), {"y": 1.0})
    assert types_ == (Array("float64", (many("x.0"),)), FLOAT, FLOAT)
    with pytest.raises(TypeError, match="missing a required argument: 'y'"):
        types_of_arguments(inspect.signature(f), (1.0,), {})


def bound(signature, args, kwargs):
    try:
        return arguments_in_order(signature, args, kwargs)
    except TypeError:
        return None


def test_the_fast_binder_binds_as_inspect_does():
    functions = [
        lambda: 0, lambda a: 0, lambda a, b=2: 0, lambda a, /, b: 0, lambda a=1, /, b=2: 0, lambda a, *, b: 0,
        lambda a, b=2, *, c=3: 0,
    ]  # fmt: skip
    for f in functions:
        signature = inspect.signature(f)
        for n in range(4):
            for names in ((), ("a",), ("b",), ("c",), ("a", "b"), ("b", "c"), ("z",)):
                args, kwargs = tuple(range(10, 10 + n)), {name: name for name in names}
                fast, slow = Binder(signature)(args, kwargs), bound(signature, args, kwargs)
                assert fast == slow or fast is None
                if not any(p.kind is p.POSITIONAL_ONLY for p in signature.parameters.values()):
                    assert fast == slow


VALUES = [
    1.0, 1, True, np.float64(1), np.float32(1), np.array(1.0), np.ones(3), np.ones(1), np.ones(0), np.ones((3, 1)),
    np.ones((1, 3)), np.ones((3, 3)), np.ones(3, np.float32), np.ones(3, int), None, "a", "b", [], [1.0], [1], (1.0,),
    (1.0, 2.0), {"a": 1.0}, {"b": 1.0}, {"a": 1}, {1: 1.0}, {True: 1.0}, [np.ones(2)], [np.ones(1)], [np.ones(2), 1.0],
    1j, {1, 2}, np.array(["a"]), {"a": {"b": 1.0}}, {"a": {}, "b": 1.0}, {"a": {"b": np.ones(2)}, "c": (1.0,)},
    {"a": {"b": np.ones(2), "c": (1.0,)}}, ((1.0,), 1.0), ((1.0, 1.0),), {1.0: 1.0}, {"b": 1.0, "a": {}}, ({},), (),
]  # fmt: skip


def test_equal_keys_have_equal_types():
    for a in VALUES:
        for b in VALUES:
            if exact_key([a]) == exact_key([b]):
                assert signature_key([a]) == signature_key([b])
            if signature_key([a]) == signature_key([b]):
                assert type_of_value(a, "x") == type_of_value(b, "x")
            else:
                assert type_of_value(a, "x") != type_of_value(b, "x") or a is not b


class Held:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Other(Held):
    pass


def test_the_quick_test_says_yes_only_to_arguments_of_the_same_key():
    objects = [Held(), Held(a=1.0), Held(a=1.0, b=2.0), Held(b=2.0, a=1.0), Held(a=np.ones(2)), Held(a=np.ones(3))]
    objects += [Other(a=1.0), Held(a=Held(a=1.0)), Held(a={"a": 1.0}), Held(a=[1.0]), Held(a=[Held()]), [Held(a=1.0)]]
    values = [*VALUES, *objects, [1.0, 1.0], [1.0, 2], np.sin, np.cos, len, float, np.ones(2, ">f8"), np.bool_(True)]
    for a in values:
        is_like = quick.test_of((a, 2.0))
        assert is_like((a, 3.0))
        assert not is_like((a, 3))
        for b in values:
            assert not is_like((b, 3.0)) or exact_key((a, 2.0)) == exact_key((b, 3.0))


def test_the_quick_test_sees_what_changed_in_place():
    is_like = quick.test_of((Held(a=np.ones((2, 3)), b={"c": 1.0}),))
    for change in (
        lambda held: held.a.resize((3, 2), refcheck=False),
        lambda held: setattr(held, "a", np.ones((2, 3), np.float32)),
        lambda held: setattr(held, "c", 1.0),
        lambda held: delattr(held, "a"),
        lambda held: setattr(held, "__class__", Other),
        lambda held: held.b.update(d=1.0),
        lambda held: held.b.update(c=1),
    ):
        held = Held(a=np.ones((2, 3)), b={"c": 1.0})
        assert is_like((held,))
        change(held)
        assert not is_like((held,))


def test_there_is_no_quick_test_of_much():
    held = Held(a=1.0)
    held.itself = held
    assert quick.test_of((held,)) is quick.never
    assert quick.test_of(([1.0] * 1000,)) is quick.never
    assert not quick.never((held,))
    assert quick.test_of(())(())


def test_the_key_forgets_values_and_lengths():
    for a, b in [(1.0, 2.0), (3, 4), (np.ones((2, 3)), np.ones((4, 5))), ([np.ones(2)], [np.ones(3), np.ones(4)])]:
        assert signature_key([a]) == signature_key([b])
    for a, b in [(1, True), (1.0, 1), (np.ones(2), np.ones(1)), ("a", "b"), ((1.0,), [1.0]), (np.float64(1), 1.0)]:
        assert signature_key([a]) != signature_key([b])


def test_keys_are_found_fast():
    args = [np.ones((3, 4)), np.ones(4)] * 4
    assert min(timeit.repeat(lambda: hash(signature_key(args)), number=200, repeat=20)) / 200 < 30e-6


TEXT = "w1: f64[:,:], b1: f64[:], n: int, params: {embed: f64[:,:], layers: list[{w: f64[:,:], b: f64[:]}]}, " \
       "pair: (f64[:], float), x: f32[3,1], eps: float, flag: bool, any: ?"  # fmt: skip


def test_signature_text():
    types_ = parse_signature(TEXT)
    assert types_["w1"] == Array("float64", (many("w1.0"), many("w1.1")))
    assert types_["n"] == Scalar("int", value=Dim("n"))
    layer = Mapping((("w", Array("float64", (many("?"), many("?")))), ("b", Array("float64", (many("?"),)))))
    embed = Array("float64", (many("params.embed.0"), many("params.embed.1")))
    assert types_["params"] == Mapping((("embed", embed), ("layers", ListOf(layer))))
    assert types_["pair"] == Seq("tuple", (Array("float64", (many("pair.0.0"),)), FLOAT))
    assert types_["x"] == Array("float32", (3, 1))
    assert (types_["eps"], types_["flag"], types_["any"]) == (FLOAT, BOOL, UNKNOWN)
    assert format_signature(list(types_), list(types_.values())) == TEXT
    assert parse_signature("") == {}
    assert parse_signature("x: f64, y: f64[], z: [int, (f32[2],)], a: f64[n,m], b: f64[m],") == {
        "x": Scalar("float", "float64"),
        "y": Array("float64", ()),
        "z": Seq("list", (Scalar("int", value=Dim("z.0")), Seq("tuple", (Array("float32", (2,)),)))),
        "a": Array("float64", (many("axis#n"), many("axis#m"))),
        "b": Array("float64", (many("axis#m"),)),
    }


def test_the_text_of_real_arguments_reads_back_as_their_types():
    for value in VALUES:
        t = type_of_value(value, "x")
        if t != UNKNOWN and not isinstance(value, str):
            assert parse_signature(format_signature(["x"], [t])) == {"x": t}


@pytest.mark.parametrize(
    ("text", "col", "message"),
    [
        ("w f64", 3, "expected ':'"),
        ("w: f65[:]", 4, "'f65' is not a type"),
        ("w: f64[:", 9, "expected ',' or ']'"),
        ("w: f64[;]", 8, "expected the length of an axis"),
        ("w: f64, w: int", 9, "given twice"),
        ("w: f64 x", 8, "expected ',' or the end"),
        ("w:", 3, "expected a type"),
        ("3: int", 1, "expected the name of a parameter"),
        ("w: {[: int}", 5, "expected a key"),
        ("w: list f64", 9, "expected '['"),
    ],
)
def test_a_mistake_in_a_signature_has_a_column(text, col, message):
    with pytest.raises(errors.SourceError) as e:
        parse_signature(text)
    assert message in e.value.message
    assert e.value.col == col
    assert text in str(e.value)
    assert "^" in str(e.value)


def module(tmp_path, text, name):
    """A module with this text."""
    file = tmp_path / f"{name}.py"
    file.write_text(text)
    m = types.ModuleType(name)
    m.__file__ = str(file)
    sys.modules[name] = m
    exec(compile(text, str(file), "exec"), vars(m))
    linecache.checkcache(str(file))
    return m


def test_annotations(tmp_path):
    m = module(
        tmp_path,
        "import numpy as np\nimport numpy.typing as npt\nfrom numpy.typing import NDArray\n"
        "from typing import Annotated, Any\n"
        "def f(a: float, b: int, c: bool, d: np.ndarray, e: NDArray[np.float64], g: npt.NDArray[np.floating],\n"
        "      h: tuple[float, NDArray[np.float32]], i: list[float], j: 'float', k, l: np.float32, m: None,\n"
        "      n: np.ndarray[tuple[int, int], np.dtype[np.float64]], o: Annotated[float, 'm'],\n"
        "      p: Any, q: 'undefined.x[1]',\n"
        "      *, r: tuple[float, ...] = ()):\n    return a\n",
        "annotated_module",
    )
    assert types_of_annotations(from_function(m.f)) == {
        "a": FLOAT,
        "b": Scalar("int", value=Dim("b")),
        "c": BOOL,
        "d": Array(),
        "e": Array("float64"),
        "g": Array(),
        "h": Seq("tuple", (FLOAT, Array("float32"))),
        "i": ListOf(FLOAT),
        "j": FLOAT,
        "k": UNKNOWN,
        "l": Scalar("float", "float32"),
        "m": NONE,
        "n": Array("float64", (many("n.0"), many("n.1"))),
        "o": FLOAT,
        "p": UNKNOWN,
        "q": UNKNOWN,
        "r": UNKNOWN,
    }


def test_annotations_of_jaxtyping(tmp_path, monkeypatch):
    jaxtyping = types.ModuleType("jaxtyping")

    class Float64:
        dtypes = ["float64"]

    class Float:
        dtypes = ["bfloat16", "float32", "float64"]

    for c in (Float64, Float):
        c.__module__ = "jaxtyping"
        c.__class_getitem__ = classmethod(lambda cls, item: cls)
        setattr(jaxtyping, c.__name__, c)
    monkeypatch.setitem(sys.modules, "jaxtyping", jaxtyping)
    m = module(
        tmp_path,
        "from jaxtyping import Float, Float64\nimport numpy as np\n"
        "def f(a: Float64[np.ndarray, 'n 3'], b: Float[np.ndarray, 'n'], c: Float64[np.ndarray, '... n'],\n"
        "      d: Float64[np.ndarray, '#n _'], e: Float64[np.ndarray, '']):\n    return a\n",
        "jaxtyped_module",
    )
    assert types_of_annotations(from_function(m.f)) == {
        "a": Array("float64", (many("axis#n"), 3)),
        "b": Array(None, (many("axis#n"),)),
        "c": Array("float64"),
        "d": Array("float64", (Dim("?"), many("d.1"))),
        "e": Array("float64", ()),
    }
