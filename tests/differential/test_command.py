"""The shell command nds: what it prints, writes and says, and its exit codes."""

import os
import pathlib
import subprocess

import numpy as np
import pytest

COMMAND = pathlib.Path(os.environ["ND_LIBRARY"]).parent / "nds"


def nds(*arguments, **options):
    done = subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def data(tmp_path):
    values = np.random.default_rng(1).standard_normal((1000, 3))
    np.save(tmp_path / "data.npy", values)
    (tmp_path / "flights.csv").write_text("carrier,distance,delay\nUA,1400,2\nAA,1089,\nB6,-3,4.5\n")
    (tmp_path / "one.csv").write_text("x\n1\n2\n4\n")
    return tmp_path


def test_a_result_is_printed_as_numpy_prints_it(data):
    values = np.load(data / "data.npy")
    assert nds("eval", "x[:2]", f"x={data}/data.npy") == (0, f"{values[:2]}\n", "")
    code, text, _ = nds("eval", "mean((x - mean(x))**2)", f"x={data}/data.npy")
    assert code == 0
    np.testing.assert_allclose(float(text), values.var(), 1e-14)
    assert nds("eval", "7 // 2 + 2j") == (0, "(3+2j)\n", "")


@pytest.mark.parametrize("option", ["-o {0}", "--output {0}", "--output={0}"])
def test_a_result_is_written(data, option):
    out = data / "out.npy"
    call = ["eval", "2*x + y", f"x={data}/data.npy", f"y={data}/data.npy"]
    assert nds(*call, *option.format(out).split()) == (0, "", "")
    values = np.load(data / "data.npy")
    np.testing.assert_array_equal(np.load(out), 2 * values + values)


def test_columns_of_csv_files(data):
    call = ["eval", "[sum(d), max(d)]", f"d={data}/flights.csv:distance"]
    assert nds(*call) == (0, "[2486 1400]\n", "")
    assert nds("eval", "isnan(d)", f"d={data}/flights.csv:delay")[1] == "[False  True False]\n"
    assert nds("eval", "x * 2", f"x={data}/one.csv") == (0, "[2 4 8]\n", "")
    code, _, message = nds("eval", "x", f"x={data}/flights.csv")
    assert code == 1 and "choose one" in message and "carrier, distance, delay" in message
    code, _, message = nds("eval", "x", f"x={data}/flights.csv:speed")
    assert code == 1 and "speed" in message
    code, _, message = nds("eval", "x", f"x={data}/flights.csv:carrier")
    assert code == 1 and "carrier" in message


def test_pictures(data):
    picture = data / "picture.png"
    assert nds("eval", "arange(12).reshape(3, 4).astype(uint8)", "-o", picture)[0] == 0
    code, text, _ = nds("eval", "255 - p", f"p={picture}")
    assert (code, text) == (0, f"{255 - np.arange(12, dtype='uint8').reshape(3, 4)}\n")


def test_an_array_from_standard_input(data):
    with open(data / "data.npy", "rb") as file:
        assert nds("eval", "x.shape[0]", "x=-", stdin=file)[:2] == (0, "1000\n")
    content = (data / "data.npy").read_bytes()
    assert nds("eval", "x.shape[1]", "x=-", input=content)[:2] == (0, "3\n")


def test_explain_tells_the_loops(data):
    np.save(data / "large.npy", np.zeros(100000))
    code, text, _ = nds("eval", "2*x**2 + 3*x + 5", f"x={data}/large.npy", "--explain")
    assert code == 0 and "loop 1" in text and "square" in text and "loop 2" not in text


def test_help_version_and_info():
    code, text, _ = nds("--help")
    assert code == 0 and "eval" in text and "info" in text
    code, text, _ = nds("eval", "--help")
    assert code == 0 and "NAME=FILE" in text
    code, text, _ = nds("--version")
    assert code == 0 and text.startswith("nds ")
    code, text, _ = nds("info")
    assert code == 0 and "threads" in text


def test_an_expression_may_begin_with_a_sign(data):
    assert nds("eval", "-2**2") == (0, "-4\n", "")
    assert nds("eval", "-x", f"x={data}/one.csv") == (0, "[-1 -2 -4]\n", "")
    assert nds("eval", "--", "--1") == (0, "1\n", "")


def test_errors_of_the_expression_show_the_place():
    code, text, message = nds("eval", "1 + sine(2)")
    assert (code, text) == (1, "")
    assert message == "nds: there is no function 'sine'; is 'sin' meant?\n  1 + sine(2)\n      ^\n"


def test_errors_of_files_name_the_file(data):
    code, _, message = nds("eval", "x", f"x={data}/nothing.npy")
    assert code == 1 and "nothing.npy" in message
    (data / "bad.npy").write_bytes(b"no array")
    code, _, message = nds("eval", "x", f"x={data}/bad.npy")
    assert code == 1 and "bad.npy" in message
    code, _, message = nds("eval", "zeros(2)", "-o", data / "out.txt")
    assert code == 1 and "out.txt" in message
    assert nds("eval", "zeros(2)", "-o", data / "no" / "out.npy")[0] == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_output_that_does_not_arrive_is_an_error():
    with open("/dev/full", "wb") as full:
        for arguments in (["eval", "1"], ["eval", "1", "--explain"], ["--help"]):
            done = subprocess.run([COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE)
            assert done.returncode == 1 and b"standard output" in done.stderr


@pytest.mark.parametrize(
    "arguments, message",
    [
        ([], "usage"),
        (["evaluate"], "no command 'evaluate'"),
        (["info", "x"], "takes no arguments"),
        (["eval"], "expression is missing"),
        (["eval", "--explian", "1"], "no option '--explian'"),
        (["eval", "1", "-q"], "no option '-q'"),
        (["eval", "x", "data.npy"], "'data.npy' is not NAME=FILE"),
        (["eval", "x", "1x=data.npy"], "no name for an array"),
        (["eval", "x", "x="], "the file of x is missing"),
        (["eval", "x", "x=a.npy", "x=b.npy"], "given twice"),
        (["eval", "1", "-o"], "needs a file"),
        (["eval", "1", "-o", "a.npy", "--explain"], "--explain"),
    ],
)
def test_wrong_calls_end_with_2(arguments, message):
    code, text, said = nds(*arguments)
    assert code == 2 and text == "" and message in said
