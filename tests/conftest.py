"""What the Python tests of both folders take: one definition, so that they can run together."""


def pytest_addoption(parser):
    parser.addoption("--build-folder", help="meson's build folder, for the library in it")
