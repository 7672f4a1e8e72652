"""The shell command nds: what it prints, writes and says, and its exit codes."""

import os
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree

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
    assert (code, message) == (1, f"nds: {data}/flights.csv: column 'carrier' is text, not numbers\n")


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


def test_a_drawing_of_the_loops_is_well_formed(data):
    np.save(data / "large.npy", np.zeros((100, 1000)))
    plan = data / "plan.svg"
    text = "(x - mean(x, axis=1, keepdims=True)) / std(x, axis=1, keepdims=True) + (x < 1e-5)"
    assert nds("eval", text, f"x={data}/large.npy", "--explain=svg", "-o", plan)[0] == 0
    drawing = xml.etree.ElementTree.parse(plan).getroot()
    width, height = float(drawing.get("width")), float(drawing.get("height"))
    boxes = [e for e in drawing.iter() if e.get("class") == "box"]
    texts = [e.text for e in drawing.iter() if e.tag.endswith("text")]
    assert len(boxes) == 3 and any("less(a, 1e-05)" in text for text in texts)
    for box in boxes:
        assert 0 < float(box.get("x")) < float(box.get("x")) + float(box.get("width")) < width
        assert 0 < float(box.get("y")) < float(box.get("y")) + float(box.get("height")) < height
    code, text, _ = nds("eval", "x + 1", f"x={data}/large.npy", "--explain=svg")
    assert code == 0 and xml.etree.ElementTree.fromstring(text).tag.endswith("svg")


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
    (data / "bad.npy").write_bytes(b"")
    assert nds("eval", "x", f"x={data}/bad.npy")[2] == f"nds: {data}/bad.npy: not a .npy file: it is empty\n"
    (data / "bad.npy").write_bytes(b"no array")
    code, _, message = nds("eval", "x", f"x={data}/bad.npy")
    assert code == 1 and "bad.npy" in message
    code, _, message = nds("eval", "zeros(2)", "-o", data / "out.tiff")
    assert code == 1 and "out.tiff" in message
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
        (["shwo"], "no command 'shwo'; is 'show' meant?"),
        (["xyzzy"], "nds --help lists them"),
        (["help", "statz"], "is 'stats' meant?"),
        (["show"], "the file is missing"),
        (["show", "--al", "x.npy"], "no option '--al'"),
        (["stats", "x.npy", "--axsi", "1"], "is '--axis' meant?"),
        (["stats", "x.npy", "--axis"], "--axis needs a value"),
        (["stats", "x.npy", "--all=1"], "takes no value"),
        (["stats", "x.npy", "--all", "--axis", "0"], "contradict"),
        (["stats"], "one file, not 0"),
        (["convert", "a.npy"], "an input and an output"),
        (["convert", "a.npy", "b.npy", "c.npy"], "several inputs go into a .npz file"),
        (["convert", "a.npy", "b.npy", "-d", "int"], "no dtype 'int'"),
        (["convert", "a.npy", "b.npy", "--shape", "3"], "are for --raw"),
        (["convert", "a.bin", "b.npy", "--raw", "int8", "--shape", "3;4"], "no shape"),
        (["plot", "a.npy"], "-o FILE.svg"),
        (["plot", "a.npy", "-o", "a.gif"], "neither .svg nor .png"),
        (["plot", "a.npy", "-o", "a.svg", "-k", "pie"], "'pie' is no kind"),
        (["plot", "a.npy", "-o", "a.svg", "--bins", "0"], "from 1 to"),
        (["plot", "a.npy", "-o", "a.svg", "--size", "9,9"], "from 200,150"),
        (["info", "x"], "takes no arguments"),
        (["tour", "x"], "takes no files"),
        (["tour", "--size", "many"], "from 1000 to 1000000000"),
        (["tour", "-n", "999"], "from 1000 to 1000000000"),
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


# ---- show


def test_show_tells_what_an_array_is(data):
    values = np.arange(2000.0).reshape(1000, 2)
    values[3, 1] = np.nan
    np.save(data / "v.npy", np.asfortranarray(values))
    code, text, said = nds("show", data / "v.npy", env=os.environ | {"LC_ALL": "C.UTF-8"})
    assert (code, said) == (0, "")
    assert "float64 (1000, 2), Fortran order, 16 kB" in text
    assert "min 0 " in text and "max 1999 " in text and "NaN 1 of 2000" in text
    assert f"mean {np.nanmean(values):.6g} " in text
    assert "█" in text and text.endswith(f"{values}\n") and "\033" not in text
    code, text, _ = nds("show", data / "v.npy", env=os.environ | {"LC_ALL": "C"})
    assert code == 0 and text.isascii() and "#" in text


def test_show_draws_the_histogram(data):
    np.save(data / "h.npy", np.repeat(np.arange(49.0), np.arange(49) * 2 + 1))
    text = nds("show", data / "h.npy", env=os.environ | {"LC_ALL": "C.UTF-8"})[1]
    bars = re.search("histogram  (.*)\n", text)[1]
    heights = [" ▁▂▃▄▅▆▇█".index(bar) for bar in bars]
    counts = np.histogram(np.load(data / "h.npy"), 48)[0]  # edges at the whole numbers
    assert heights == [int(np.ceil(8 * n / counts.max())) for n in counts]


@pytest.mark.parametrize("value", [0, 7, np.nan, np.inf, True, 1j])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 0), (2, 2)])
def test_show_stats_and_plot_take_any_array(data, value, shape):
    np.save(data / "a.npy", np.full(shape, value))
    code, text, said = nds("show", data / "a.npy")
    assert (code, said) == (0, "") and str(shape) in text
    assert nds("stats", data / "a.npy")[0] == (1 if value == 1j else 0)
    assert nds("plot", data / "a.npy", "-o", data / "a.svg")[0] in (0, 1)


def test_show_lists_archives_and_tables(data):
    np.savez_compressed(data / "z.npz", first=np.zeros((3, 4), "f4"), second=np.arange(5))
    code, text, _ = nds("show", data / "z.npz", data / "flights.csv")
    assert code == 0
    assert re.search(r"first +float32 \(3, 4\), C order, \d+ bytes, deflated", text)
    assert re.search(r"second +int64 \(5,\)", text)
    assert "3 rows, 3 columns" in text
    assert re.search(r'carrier +text +0 missing  "UA"', text)
    assert re.search(r"delay +float64 +1 missing +2 +3.25 +4.5", text)
    assert "int64 (5,)" in nds("show", f"{data}/z.npz:second")[1]
    code, _, said = nds("show", f"{data}/z.npz:third")
    assert code == 1 and "no array 'third'; it holds first, second" in said


def test_show_reads_standard_input_and_goes_on_after_an_error(data):
    content = (data / "data.npy").read_bytes()
    assert "float64 (1000, 3)" in nds("show", "-", input=content)[1]
    code, text, said = nds("show", data / "nothing.npy", data / "data.npy")
    assert code == 1 and "nothing.npy" in said and "(1000, 3)" in text


# ---- stats


def rows_of(text):
    return {line[:16].strip(): line[16:].split() for line in text.splitlines()[1:]}


@pytest.mark.parametrize("option", [(), ("--axis", "1"), ("-a", "-1"), ("--all",)])
def test_stats_are_those_of_numpy(data, option):
    values = np.random.default_rng(3).standard_normal((7, 4))
    values[2, 1] = values[5, 1] = np.nan
    np.save(data / "s.npy", values)
    code, text, _ = nds("stats", data / "s.npy", *option)
    assert code == 0
    columns = {"": values.ravel()} if option == ("--all",) else dict(
        (str(i), column) for i, column in enumerate(values if option else values.T)
    )
    found = rows_of(text)
    assert list(found) == list(columns)
    for name, x in columns.items():
        known = x[~np.isnan(x)]
        expected = [len(known), len(x) - len(known), *np.quantile(known, [0, 0.25, 0.5, 0.75, 1])]
        expected += [known.mean(), known.std()]
        np.testing.assert_allclose([float(word) for word in found[name]], expected, 1e-5)


def test_a_first_row_of_numbers_is_no_header(data):
    (data / "n.csv").write_text("1,2\n3,4\n")
    assert list(rows_of(nds("stats", data / "n.csv")[1])) == ["0", "1"]
    assert "2 rows, 2 columns" in nds("show", data / "n.csv")[1]
    assert nds("convert", data / "n.csv", data / "n.tsv")[0] == 0
    assert (data / "n.tsv").read_text() == "1\t2\n3\t4\n"


def test_stats_of_a_table_name_its_columns(data):
    found = rows_of(nds("stats", data / "flights.csv")[1])
    assert found["carrier"] == ["3", "0", "text"]
    assert found["distance"] == "3 0 -3 543 1089 1244.5 1400 828.667 601.627".split()
    assert found["delay"][:2] == ["2", "1"]


# ---- convert


def test_convert_between_formats(data):
    values = np.round(np.random.default_rng(5).standard_normal((20, 3)), 3)
    np.save(data / "x.npy", values)
    path = data / "x.npy"
    for ending in "csv tsv txt npz npy".split():
        out = data / f"next.{ending}"
        assert nds("convert", path, out) == (0, "", "")
        path = data / f"copy.{ending}"
        shutil.move(out, path)
    np.testing.assert_array_equal(np.load(path), values)
    assert nds("convert", path, data / "i.npy", "--dtype", "int8")[0] == 0
    np.testing.assert_array_equal(np.load(data / "i.npy"), values.astype("i1"))


def test_convert_archives(data):
    np.savez(data / "z.npz", a=np.arange(3), b=np.eye(2))
    np.save(data / "c.npy", np.ones(4, "f4"))
    assert nds("convert", data / "z.npz", data / "c.npy", data / "all.npz", "-c")[0] == 0
    with np.load(data / "all.npz") as found:
        assert found.files == ["a", "b", "c"]
        np.testing.assert_array_equal(found["b"], np.eye(2))
    assert nds("convert", f"{data}/all.npz:c", data / "c.csv")[0] == 0
    assert (data / "c.csv").read_text() == "1.0\n" * 4
    code, _, said = nds("convert", data / "z.npz", data / "one.npy")
    assert code == 1 and "choose one of its 2 arrays" in said


def test_convert_tables_keeps_names_and_texts(data):
    assert nds("convert", data / "flights.csv", data / "f.tsv")[0] == 0
    expected = "carrier\tdistance\tdelay\nUA\t1400\t2.0\nAA\t1089\t\nB6\t-3\t4.5\n"
    assert (data / "f.tsv").read_text() == expected
    assert nds("convert", f"{data}/flights.csv:distance", data / "d.npy")[0] == 0
    assert np.load(data / "d.npy").tolist() == [1400, 1089, -3]
    code, _, said = nds("convert", data / "flights.csv", data / "f.npy")
    assert code == 1 and "line 2, column 1 (carrier): 'UA' is no number" in said


def test_convert_pictures_and_raw_elements(data):
    pixels = np.arange(24, dtype=np.uint16).reshape(4, 6) * 2000
    (data / "frame.bin").write_bytes(b"head" + pixels.tobytes())
    call = ["convert", "--raw", "uint16", "--shape", "4,-1", "--offset", "4", data / "frame.bin"]
    assert nds(*call, data / "f.png")[0] == 0
    assert nds("convert", data / "f.png", data / "f.pgm", "--plain")[0] == 0
    assert (data / "f.pgm").read_text().startswith("P2\n6 4\n65535\n0 2000 4000 ")
    assert nds("convert", data / "f.pgm", data / "back.npy")[0] == 0
    np.testing.assert_array_equal(np.load(data / "back.npy"), pixels)


def test_streams_join_commands(data):
    content = (data / "data.npy").read_bytes()
    done = subprocess.run([COMMAND, "convert", "-", "-", "-d", "float32"], input=content,
                          capture_output=True)  # fmt: skip
    (data / "s.npy").write_bytes(done.stdout)
    np.testing.assert_array_equal(
        np.load(data / "s.npy"), np.load(data / "data.npy").astype(np.float32)
    )
    done = subprocess.run(
        f"'{COMMAND}' eval 'x[0] * 2' x=- -o - < '{data}/data.npy' | '{COMMAND}' eval 'x / 2' x=- -o - > '{data}/o.npy'",
        shell=True,
    )
    assert done.returncode == 0
    np.testing.assert_array_equal(np.load(data / "o.npy"), np.load(data / "data.npy")[0])


def test_output_is_replaced_whole_or_not_at_all(data):
    (data / "old.csv").write_text("old")
    np.save(data / "c.npy", np.array([1j]))
    assert nds("convert", data / "c.npy", data / "old.csv")[0] == 1
    assert (data / "old.csv").read_text() == "old"
    assert sorted(path.name for path in data.iterdir() if path.name.startswith(".")) == []


# ---- plot


def colours(path):
    """How many pixels there are of each colour of a PNG, by our own reader, which has its own tests."""
    nds("convert", path, f"{path}.npy")
    pixels = np.load(f"{path}.npy").reshape(-1, 3)
    found, counts = np.unique(pixels, axis=0, return_counts=True)
    return {tuple(map(int, colour)): int(count) for colour, count in zip(found, counts)}


@pytest.mark.parametrize("kind", ["line", "histogram", "image"])
def test_plots_are_pictures(data, kind):
    call = ["plot", data / "data.npy", "-k", kind, "-t", "a < b & c"]
    assert nds(*call, "-o", data / "p.svg") == (0, "", "")
    root = xml.etree.ElementTree.parse(data / "p.svg").getroot()
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "a < b & c" in texts and len(texts) > 6
    assert "prefers-color-scheme:dark" in (data / "p.svg").read_text()
    assert nds(*call, "-o", data / "p.png", "--size", "400,300") == (0, "", "")
    found = colours(data / "p.png")
    assert sum(found.values()) == 800 * 600 and found[255, 255, 255] > 10000
    series = (0x1F, 0x6F, 0xB4)
    assert (series in found) == (kind != "image")


def test_a_line_goes_through_its_points(data):
    np.save(data / "l.npy", np.array([0.0, 10, np.nan, 5, 5]))
    assert nds("plot", data / "l.npy", "-o", data / "l.svg")[0] == 0
    root = xml.etree.ElementTree.parse(data / "l.svg").getroot()
    lines = [e.get("points") for e in root.iter("{http://www.w3.org/2000/svg}polyline")
             if e.get("class") == "l3"]  # fmt: skip
    points = [[tuple(map(float, p.split(","))) for p in line.split()] for line in lines]
    assert [len(line) for line in points] == [2, 2]  # NaN interrupts
    (x0, low), (x1, high), (x3, a), (x4, b) = points[0] + points[1]
    assert low > high and a == b == pytest.approx((low + high) / 2, abs=0.02)
    assert x1 - x0 == pytest.approx((x3 - x0) / 3, abs=0.02)
    assert x4 - x3 == pytest.approx(x1 - x0, abs=0.02)


def test_a_long_line_keeps_what_sticks_out(data):
    values = np.zeros(1_000_000)
    values[123_456] = 1
    np.save(data / "l.npy", values)
    assert nds("plot", data / "l.npy", "-o", data / "l.svg")[0] == 0
    text = (data / "l.svg").read_text()
    assert len(text) < 100_000
    heights = re.findall(r",([\d.]+)", re.search('class="l3".*points="(.*)"', text)[1])
    assert len(set(heights)) == 2


def test_the_tour_computes_what_it_shows():
    code, text, errors = nds("tour", "--size", "20000")
    assert (code, errors) == (0, "")
    shown = re.findall(r"\$ nds eval '(.*)' \.\.\.\n((?:.*\n)*?)  [\d.]+ ms\n", text)
    assert len(shown) == 8
    variables = {}
    for name, made in re.findall(r"^  (\w) = (.*)$", text, re.M):
        variables[name] = eval(made, {name: getattr(np, name) for name in "linspace reshape sin arange eye".split()})
    for expression, printed in shown:
        expected = eval(expression, {**vars(np), **variables})
        ours = np.array(re.findall(r"[-+.\de]+", printed), float)
        np.testing.assert_allclose(ours, np.ravel(expected), 1e-6, 1e-11)


# ---- what stands beside the command


def options_of(text):
    return set(re.findall(r"(?<![\w-])--[a-z]+", text))


COMMANDS = ["show", "stats", "plot", "convert", "eval", "tour", "info", "help"]
MAN = pathlib.Path(__file__).parents[2] / "man"


def test_manual_and_completion_have_every_command_and_option():
    text = nds("--help")[1]
    assert re.findall(r"^  (\w+) ", text, re.M) == COMMANDS
    manual = (MAN / "nds.1").read_text().replace("\\-", "-")
    shells = [(MAN / "completion" / name).read_text() for name in ("nds.bash", "_nds")]
    for command in COMMANDS:
        assert f".SS nds {command}" in manual
        assert all(command in shell for shell in shells)
        help = nds("help", command)
        assert help == nds(command, "--help") if command != "help" else help[0] == 0
        if command in ("help", "info"):
            continue
        wanted = options_of(help[1])
        assert wanted - {"--help"} <= options_of(manual), command
        for shell in shells:
            assert wanted <= options_of(shell), command


def test_bash_completes_commands_options_and_values():
    script = MAN / "completion" / "nds.bash"
    cases = {"sh": "show", "plot --k": "--kind", "plot x -k hi": "histogram", "convert -d bf": "bfloat16"}
    for line, expected in cases.items():
        words = ["nds", *line.split()]
        done = subprocess.run(
            ["bash", "-c", f'. "{script}"; COMP_WORDS=({" ".join(words)}); '
             f'COMP_CWORD={len(words) - 1}; _nds; echo "${{COMPREPLY[@]}}"'],
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.stdout.split() == [expected]
