"""Builds the wheel and the source archive, for pip (PEP 517) and for Maven, with Python alone.

usage: fastvif_build.py FOLDER. What comes of the same sources is the same byte for byte: files have the time
SOURCE_DATE_EPOCH, or that of the oldest zip.
"""
import base64
import gzip
import hashlib
import io
import os
import pathlib
import sys
import tarfile
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = "fastvif_os_vif"
INFO = PACKAGE + ".dist-info"
OLDEST = 315532800  # 1980-01-01, before which a zip knows no time
WHEEL = "Wheel-Version: 1.0\nGenerator: fastvif_build\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def build_wheel(directory, config_settings=None, metadata_directory=None):
    """Writes the wheel there, and returns its name."""
    info = "%s-%s.dist-info" % (PACKAGE, _version())
    files = {"%s/%s" % (PACKAGE, path.name): path.read_bytes() for path in _sources()}
    files[info + "/METADATA"] = _metadata()
    files[info + "/WHEEL"] = WHEEL.encode()
    files[info + "/entry_points.txt"] = (HERE / INFO / "entry_points.txt").read_bytes()
    files[info + "/LICENSE"] = _license()
    record = "".join("%s,sha256=%s,%d\n" % (name, _hash(data), len(data)) for name, data in files.items())
    files[info + "/RECORD"] = (record + info + "/RECORD,,\n").encode()
    name = "%s-%s-py3-none-any.whl" % (PACKAGE, _version())
    with zipfile.ZipFile(os.path.join(directory, name), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path, time.gmtime(_time())[:6])
            entry.external_attr = 0o100644 << 16
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)
    return name


def build_sdist(directory, config_settings=None):
    """Writes the source archive there, and returns its name."""
    top = "%s-%s" % (PACKAGE, _version())
    files = {top + "/PKG-INFO": _metadata(), top + "/LICENSE": _license()}
    for path in [*_sources(), *sorted((HERE / INFO).iterdir()), HERE / "README.md", HERE / "pyproject.toml",
                 pathlib.Path(__file__)]:
        files["%s/%s" % (top, path.resolve().relative_to(HERE).as_posix())] = path.read_bytes()
    name = top + ".tar.gz"
    with open(os.path.join(directory, name), "wb") as out:
        with gzip.GzipFile("", "wb", 9, out, _time()) as packed:
            with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
                for path, data in files.items():
                    entry = tarfile.TarInfo(path)
                    entry.size = len(data)
                    entry.mtime = _time()
                    archive.addfile(entry, io.BytesIO(data))
    return name


def _sources():
    return sorted((HERE / PACKAGE).glob("*.py"))


def _metadata():
    """What is known of it, with the guide as its description."""
    head = (HERE / INFO / "METADATA").read_text("utf-8")
    guide = (HERE / "README.md").read_text("utf-8")
    return (head + "Description-Content-Type: text/markdown\n\n" + guide).encode()


def _version():
    for line in (HERE / INFO / "METADATA").read_text("utf-8").splitlines():
        if line.startswith("Version: "):
            return line[len("Version: "):]
    raise ValueError("METADATA has no version")


def _license():
    """Beside this in the source archive, at the top in the repository."""
    beside = HERE / "LICENSE"
    return (beside if beside.exists() else HERE.parents[3] / "LICENSE").read_bytes()


def _time():
    return max(OLDEST, int(os.environ.get("SOURCE_DATE_EPOCH", OLDEST)))


def _hash(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    print(build_wheel(sys.argv[1]))
    print(build_sdist(sys.argv[1]))
